//! The first load of a large table: rows first, keys afterwards. A key that is kept while five million rows come in costs
//! more than they do.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::load::direct::Flight;
use crate::load::entity::MergeSpec;
use crate::load::merge::{MergeContext, Merged, analyze_table};
use crate::load::{LoadError, warehouse};

/// Whether no tenant has a row in the table of the star.
pub(super) async fn is_empty(tx: &mut PgConnection, table: &str) -> Result<bool, LoadError> {
    let statement = format!("select not exists (select from star.{table} where tenant_key > 0)");
    let row = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(tx).await;
    row.map_err(warehouse(format!("looking whether star.{table} is empty")))
}

/// Whether no tenant has a row in the table of the star and the staged one has many.
pub(super) async fn is_first(tx: &mut PgConnection, table: &str, staged: &str) -> Result<bool, LoadError> {
    let statement = format!(
        "select not exists (select from star.{table} where tenant_key > 0)
            and (select count(*) from (select from staging.\"{staged}\" limit {ROWS_MIN}) as s) = {ROWS_MIN}"
    );
    let row = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(tx).await;
    row.map_err(warehouse(format!("looking whether star.{table} is empty")))
}

/// The keys of a table that were taken away for its first load.
pub(super) struct Keys {
    table: String,
    /// The statements that make them again, in order; the primary key comes first.
    makes: Vec<String>,
}

/// Takes the keys of a table away, its foreign keys and indexes too, for the rest of the caller's transaction or until
/// they are made again: nobody sees the table without them.
pub(super) async fn take_keys(tx: &mut PgConnection, table: &str) -> Result<Keys, LoadError> {
    let action = |what: &str| warehouse(format!("{what} star.{table}"));
    let keys = sqlx::query(include_str!("sql/table_keys.sql")).bind(format!("star.{table}"));
    let keys = keys.fetch_all(&mut *tx).await.map_err(action("reading the keys of"))?;
    // Foreign keys go first, and come last.
    for key in keys.iter().rev() {
        let take: String = key.get("take");
        tx.execute(AssertSqlSafe(take)).await.map_err(action("taking the keys of"))?;
    }
    // An empty table gets a new file, which needs no log where the server keeps the least of it.
    let renew = sqlx::query_scalar(AssertSqlSafe(format!(
        "select not exists (select from star.{table}) and not exists (select from pg_constraint where confrelid = 'star.{table}'::regclass)"
    )));
    if renew.fetch_one(&mut *tx).await.map_err(action("looking into"))? {
        tx.execute(AssertSqlSafe(format!("truncate star.{table}"))).await.map_err(action("emptying"))?;
    }
    Ok(Keys { table: table.to_owned(), makes: keys.iter().map(|key| key.get("make")).collect() })
}

impl Keys {
    /// Makes them again, each checked once and as a set, and takes the statistics of the rows that came.
    pub async fn make(self, tx: &mut PgConnection) -> Result<(), LoadError> {
        let action = || warehouse(format!("making the keys of star.{}", self.table));
        tx.execute(SORTING).await.map_err(action())?;
        for make in &self.makes {
            tx.execute(AssertSqlSafe(make.clone())).await.map_err(action())?;
        }
        tx.execute(SORTED).await.map_err(action())?;
        analyze_table(tx, &format!("star.{}", self.table)).await
    }

    /// Makes the primary key; false when one occurs twice, which the caller's savepoint undoes.
    pub async fn make_primary(&mut self, tx: &mut PgConnection) -> Result<bool, LoadError> {
        let action = || warehouse(format!("making the primary key of star.{}", self.table));
        tx.execute(SORTING).await.map_err(action())?;
        match tx.execute(AssertSqlSafe(self.makes.remove(0))).await {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => return Ok(false),
            made => made.map_err(action())?,
        };
        tx.execute(SORTED).await.map_err(action())?;
        Ok(true)
    }
}

/// What an index sorts stays in memory while keys are made.
const SORTING: &str = "set local maintenance_work_mem = '256MB'";
const SORTED: &str = "set local maintenance_work_mem to default";

/// Fills an empty table with the staged image, after the rows that came in flight, and makes its keys again, inside the
/// caller's transaction.
pub(super) async fn fill_table(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
    flight: Option<Flight>,
) -> Result<Merged, LoadError> {
    let action = |what: &str| warehouse(format!("{what} star.{}", spec.table));
    let MergeSpec { entity, table, key, .. } = spec;
    let columns = spec.columns.join(", ");
    let flown = flight.as_ref().map_or(0, |flight| flight.flown);
    let keys = match flight.and_then(|flight| flight.keys) {
        Some(keys) => keys,
        None => take_keys(tx, table).await?,
    };
    let fill = format!(
        "insert into star.{table} (tenant_key, {key}, {columns}) select i.tenant_key, i.{key}, {image} from (\n{sql}\n) as i",
        image = spec.columns.iter().map(|c| format!("i.{c}")).collect::<Vec<_>>().join(", "),
        sql = spec.image(),
    );
    let fill = sqlx::query(AssertSqlSafe(fill)).bind(context.tenant_key).bind(context.extracted_at);
    let filled = fill.bind(context.noticed_at).bind(context.known_until).execute(&mut *tx).await;
    let loaded = filled.map_err(action("filling"))?.rows_affected() as i64 + flown;
    keys.make(tx).await?;
    if !spec.days.is_empty() {
        // Of each day of the calendar whether there is a row: an index tells it without reading them.
        let days: Vec<String> = spec
            .days
            .iter()
            .map(|day| {
                format!(
                    "select d.date from star.dim_date as d where exists (select from star.{table} where tenant_key = $1 and {day} = d.date)"
                )
            })
            .collect();
        let touch = format!(
            "insert into vesper.touched_day (tenant_key, fact, day)
             select $1::int, '{entity}', t.date from (\n{}\n) as t on conflict do nothing",
            days.join("\nunion\n")
        );
        let touched = sqlx::query(AssertSqlSafe(touch)).bind(context.tenant_key).execute(&mut *tx).await;
        touched.map_err(action("touching the days of"))?;
    }
    Ok(Merged { loaded, unchanged: 0, deleted: 0, is_fill: true })
}

/// From so many rows on the keys are cheaper made at once.
const ROWS_MIN: usize = 5_000;
