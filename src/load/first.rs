//! The first load of a large table: rows first, keys afterwards. A key that is kept while five million rows come in costs
//! more than they do.

use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};

use crate::load::entity::MergeSpec;
use crate::load::merge::{MergeContext, Merged, analyze_table, touch_customers};
use crate::load::{LoadError, warehouse};

/// Whether the table has no row and staging has many.
pub(super) async fn is_first(tx: &mut PgConnection, spec: &MergeSpec) -> Result<bool, LoadError> {
    let statement = format!(
        "select not exists (select from star.{}) and (select count(*) from (select from staging.\"{}\" limit {ROWS_MIN}) as s) = {ROWS_MIN}",
        spec.table, spec.entity
    );
    let row = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(tx).await;
    row.map_err(warehouse(format!("looking whether star.{} is empty", spec.table)))
}

/// Fills an empty table with the staged image and makes its keys again, inside the caller's transaction: nobody sees the
/// table without them.
pub(super) async fn fill_table(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
) -> Result<Merged, LoadError> {
    let action = |what: &str| warehouse(format!("{what} star.{}", spec.table));
    let MergeSpec { entity, table, key, .. } = spec;
    let columns = spec.columns.join(", ");
    let keys = sqlx::query(include_str!("sql/table_keys.sql")).bind(format!("star.{table}"));
    let keys = keys.fetch_all(&mut *tx).await.map_err(action("reading the keys of"))?;
    // Foreign keys go first, and come last.
    for key in keys.iter().rev() {
        let take: String = key.get("take");
        tx.execute(AssertSqlSafe(take)).await.map_err(action("taking the keys of"))?;
    }
    let fill = format!(
        "insert into star.{table} (tenant_key, {key}, {columns}) select i.tenant_key, i.{key}, {image} from (\n{sql}\n) as i",
        image = spec.columns.iter().map(|c| format!("i.{c}")).collect::<Vec<_>>().join(", "),
        sql = spec.image(),
    );
    let fill = sqlx::query(AssertSqlSafe(fill)).bind(context.tenant_key).bind(context.extracted_at);
    let filled = fill.bind(context.noticed_at).bind(context.known_until).execute(&mut *tx).await;
    let loaded = filled.map_err(action("filling"))?.rows_affected() as i64;
    tx.execute("set local maintenance_work_mem = '256MB'").await.map_err(action("making the keys of"))?;
    for key in &keys {
        let make: String = key.get("make");
        tx.execute(AssertSqlSafe(make)).await.map_err(action("making the keys of"))?;
    }
    tx.execute("set local maintenance_work_mem to default").await.map_err(action("making the keys of"))?;
    analyze_table(tx, &format!("star.{table}")).await?;
    // What follows from a fact (the visits of a deal) asks which rows changed.
    if *entity == "deal" {
        let note = format!(
            "insert into staging.changed_{entity} (tenant_key, {key}, {columns}) select tenant_key, {key}, {columns} from star.{table}"
        );
        tx.execute(AssertSqlSafe(note)).await.map_err(action("noting the rows of"))?;
        analyze_table(tx, &format!("staging.changed_{entity}")).await?;
        touch_customers(tx, spec, context).await?;
    }
    if !spec.days.is_empty() {
        let touch = format!(
            "insert into vesper.touched_day (tenant_key, fact, day)
             select distinct $1::int, '{entity}', day from star.{table} cross join lateral unnest(array[{}]) as day
             where day is not null on conflict do nothing",
            spec.days.join(", ")
        );
        let touched = sqlx::query(AssertSqlSafe(touch)).bind(context.tenant_key).execute(&mut *tx).await;
        touched.map_err(action("touching the days of"))?;
    }
    Ok(Merged { loaded, unchanged: 0, deleted: 0 })
}

/// From so many rows on the keys are cheaper made at once.
const ROWS_MIN: usize = 5_000;
