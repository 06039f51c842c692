//! The generic merge: compare the staged image with the table, touch the days, write what differs.

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::base::chaos;
use crate::load::entity::{Follow, MergeSpec};
use crate::load::first::{fill_table, is_first};
use crate::load::{LoadError, warehouse};

/// What a merge did.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Merged {
    /// Rows inserted or changed.
    pub loaded: i64,
    /// Staged rows that were already there, equal.
    pub unchanged: i64,
    /// Rows that vanished from the source and were marked deleted.
    pub deleted: i64,
    /// Whether the table was empty: every row of it is new.
    pub is_fill: bool,
}

/// Who is being loaded, and how much may vanish.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergeContext {
    /// The tenant.
    pub tenant_key: i32,
    /// The source's time of the snapshot.
    pub extracted_at: DateTime<Utc>,
    /// When a change is taken to have happened that no stamp of the row tells, a deletion above all: the last instant
    /// of the business date, or the extraction where that is earlier. So the stocks of the night are the source's.
    pub noticed_at: DateTime<Utc>,
    /// Up to where the last load knew the source; a row that changed without a stamp after it kept a stale one.
    pub known_until: Option<DateTime<Utc>>,
    /// Share of the live rows that may vanish.
    pub vanish_share_max: f64,
}

/// How much of an entity staging holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Every row: one that is missing is gone.
    Whole,
    /// The rows that changed; those that are gone stand in `staging.gone`.
    Part,
}

/// Brings one table up to date with staging.
///
/// Only rows that differ are written, old and new days of each are touched, and a replay finds no difference.
pub(super) async fn merge_entity(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
    extent: Extent,
) -> Result<Merged, LoadError> {
    if extent == Extent::Whole && is_first(tx, spec.table, spec.entity).await? {
        return fill_table(tx, spec, context, None).await;
    }
    let action = |what: &str| warehouse(format!("{what} star.{}", spec.table));
    let columns = spec.columns.join(", ");
    let compared = |alias: &str| spec.columns.iter().map(|c| format!("{alias}.{c}")).collect::<Vec<_>>().join(", ");
    let (entity, table, key) = (spec.entity, spec.table, spec.key);

    // The days of the row that is there are kept beside it: looking for it again costs as much as comparing did.
    let (former_column, former_days) = match &spec.days.join(", ")[..] {
        "" => ("", String::new()),
        days => (", former_days", format!(", (select array[{days}] from (select f.*) as former)")),
    };
    let compare = format!(
        "insert into staging.changed_{entity} (tenant_key, {key}, {columns}{former_column})
         select i.tenant_key, i.{key}, {image}{former_days} from (\n{sql}\n) as i
         left join star.{table} as f on f.tenant_key = $1 and f.{key} = i.{key}
         where f.{key} is null or ({image}) is distinct from ({stored})",
        image = compared("i"),
        stored = compared("f"),
        sql = spec.image(),
    );
    let compare = sqlx::query(AssertSqlSafe(compare)).bind(context.tenant_key).bind(context.extracted_at);
    let loaded = compare.bind(context.noticed_at).bind(context.known_until).execute(&mut *tx).await;
    let loaded = loaded.map_err(action("comparing"))?.rows_affected() as i64;

    let followed = match extent {
        Extent::Whole => 0,
        Extent::Part => follow(tx, spec, context).await?,
    };
    if loaded + followed > 0 {
        // Who keeps what changes looks at more than the key; the former days are for nobody to be found by.
        let looked_at = if spec.keeps.is_some() { format!("{key}, {columns}") } else { key.to_owned() };
        analyze_table(tx, &format!("staging.changed_{entity} ({looked_at})")).await?;
    }
    let unchanged = format!(
        "select count(*) from staging.\"{entity}\" as s where not exists (select from staging.changed_{entity} as c where c.{key} = s.{key})"
    );
    let unchanged: i64 =
        sqlx::query(AssertSqlSafe(unchanged)).fetch_one(&mut *tx).await.map_err(action("counting"))?.get(0);

    let deleted = mark_vanished(tx, spec, context, extent).await?;
    chaos::point("load.vanished");
    if loaded + followed + deleted == 0 {
        return Ok(Merged { loaded, unchanged, deleted, is_fill: false });
    }
    touch_days(tx, spec, context).await?;
    if let Some(keep) = spec.keeps {
        let keep = sqlx::query(keep).bind(context.tenant_key).bind(context.extracted_at);
        let kept = keep.bind(context.noticed_at).bind(context.known_until).execute(&mut *tx).await;
        kept.map_err(action("keeping what changes in"))?;
    }
    let assignments = spec.columns.iter().map(|c| format!("{c} = c.{c}")).collect::<Vec<_>>().join(", ");
    // Not an insert that meets a conflict: it locks each row, in the log too, before it changes it.
    let write = format!(
        "merge into star.{table} as f using staging.changed_{entity} as c on f.tenant_key = $1 and f.{key} = c.{key}
         when matched then update set {assignments}
         when not matched then insert (tenant_key, {key}, {columns}) values (c.tenant_key, c.{key}, {values})",
        values = compared("c"),
    );
    let write = sqlx::query(AssertSqlSafe(write)).bind(context.tenant_key).execute(&mut *tx).await;
    write.map_err(action("writing"))?;
    let merged = Merged { loaded, unchanged, deleted, is_fill: false };
    analyze_changed(tx, table, &merged).await?;
    Ok(merged)
}

/// Touches the days of the changed rows, as they are and as they will be.
async fn touch_days(tx: &mut PgConnection, spec: &MergeSpec, context: &MergeContext) -> Result<(), LoadError> {
    let (entity, table, key) = (spec.entity, spec.table, spec.key);
    if spec.days.is_empty() {
        return Ok(());
    }
    let days = spec.days.join(", ");
    let touch = format!(
        "insert into vesper.touched_day (tenant_key, fact, day)
         select distinct $1, '{entity}', day from (
            -- Many rows stand on the same days.
            select unnest(days) as day from (
                select array[{days}] as days from staging.changed_{entity}
                union
                select former_days from staging.changed_{entity}
                union
                select array[{days}] from star.{table}
                where tenant_key = $1 and {key} in (select {key} from staging.changed_{entity} where former_days is null)
            ) as rows
         ) as days where day is not null on conflict do nothing"
    );
    let done = sqlx::query(AssertSqlSafe(touch)).bind(context.tenant_key).execute(&mut *tx).await;
    done.map_err(warehouse(format!("touching the days of star.{table}")))?;
    touch_customers(tx, spec, context).await
}

/// Touches the customers of the changed deals that a lifetime counts otherwise than before: whose they are and whose they
/// will be.
async fn touch_customers(tx: &mut PgConnection, spec: &MergeSpec, context: &MergeContext) -> Result<(), LoadError> {
    if spec.entity != "deal" {
        return Ok(());
    }
    let touch = sqlx::query(include_str!("sql/deal_touch_customer.sql")).bind(context.tenant_key);
    touch.execute(tx).await.map(drop).map_err(warehouse("touching the customers of deals"))
}

/// Adds the rows to the change that point to another version of a member, or to another customer or rep of their order,
/// than they should, although the source did not touch them.
async fn follow(tx: &mut PgConnection, spec: &MergeSpec, context: &MergeContext) -> Result<i64, LoadError> {
    let (entity, table, key) = (spec.entity, spec.table, spec.key);
    let action = || warehouse(format!("following what star.{table} points to"));
    let columns = spec.columns.join(", ");
    let mut followed = 0;
    for follow in spec.follows {
        let (moved, column, to) = match follow {
            Follow::Order { column } => (
                "staging.changed_order".to_owned(),
                (*column).to_owned(),
                "join staging.changed_order as moved on moved.order_id = f.order_id
                 join star.fact_order as k on k.tenant_key = $1 and k.order_id = f.order_id"
                    .to_owned(),
            ),
            Follow::Version { dimension, at } => (
                format!("staging.changed_{dimension} as moved where moved.is_new or moved.is_new_version"),
                format!("{dimension}_key"),
                format!(
                    "join star.dim_{dimension} as old on old.{dimension}_key = f.{dimension}_key
                     join staging.changed_{dimension} as moved on moved.{dimension}_id = old.{dimension}_id and (moved.is_new or moved.is_new_version)
                     cross join lateral (
                        select v.{dimension}_key from star.dim_{dimension} as v
                        where v.tenant_key = $1 and v.{dimension}_id = old.{dimension}_id and (v.is_current or v.valid_from <= {at} and {at} < v.valid_until)
                        order by (v.valid_from <= {at} and {at} < v.valid_until) desc nulls last limit 1
                     ) as k"
                ),
            ),
        };
        let has_moved = sqlx::query_scalar(AssertSqlSafe(format!("select exists (select from {moved})")));
        if !has_moved.fetch_one(&mut *tx).await.map_err(action())? {
            continue;
        }
        // A staged row says itself where it points; one that follows twice is one row.
        let statement = format!(
            "merge into staging.changed_{entity} as c
             using (
                select f.tenant_key, f.{key}, {values} from star.{table} as f {to}
                where f.tenant_key = $1 and k.{column} <> f.{column}
                and not exists (select from staging.\"{entity}\" as s where s.{key} = f.{key})
             ) as m on c.{key} = m.{key}
             when matched then update set {column} = m.{column}
             when not matched then insert (tenant_key, {key}, {columns}) values (m.tenant_key, m.{key}, {merged})",
            values = spec
                .columns
                .iter()
                .map(|c| format!("{}.{c}", if *c == column { "k" } else { "f" }))
                .collect::<Vec<_>>()
                .join(", "),
            merged = spec.columns.iter().map(|c| format!("m.{c}")).collect::<Vec<_>>().join(", "),
        );
        let done = sqlx::query(AssertSqlSafe(statement)).bind(context.tenant_key).execute(&mut *tx).await;
        followed += done.map_err(action())?.rows_affected() as i64;
    }
    Ok(followed)
}

/// Runs statements of the tenant in order, each with what it does in words.
pub(super) async fn run(
    tx: &mut PgConnection,
    tenant_key: i32,
    steps: &[(&'static str, &'static str)],
) -> Result<(), LoadError> {
    for (action, statement) in steps {
        let done = sqlx::query(*statement).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(warehouse(*action))?;
    }
    Ok(())
}

/// Statistics for the plans of the cubes, when the table is no longer the one they were taken of.
pub(super) async fn analyze_changed(tx: &mut PgConnection, table: &str, merged: &Merged) -> Result<(), LoadError> {
    let known = sqlx::query_scalar("select reltuples::bigint from pg_class where oid = $1::regclass");
    let known = known.bind(format!("star.{table}")).fetch_one(&mut *tx).await;
    let known: i64 = known.map_err(warehouse(format!("reading the size of star.{table}")))?;
    if (merged.loaded + merged.deleted) * ANALYZE_SHARE < known {
        return Ok(());
    }
    analyze_table(tx, &format!("star.{table}")).await
}

/// Statistics of one table, schema and name.
pub(super) async fn analyze_table(tx: &mut PgConnection, table: &str) -> Result<(), LoadError> {
    let done = sqlx::query(AssertSqlSafe(format!("analyze {table}"))).execute(tx).await;
    done.map(drop).map_err(warehouse(format!("analysing {table}")))
}

/// Adds the rows that vanished from the source to the change, marked deleted; refuses when too many did. What left a
/// log stays in the star.
pub(super) async fn mark_vanished(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    context: &MergeContext,
    extent: Extent,
) -> Result<i64, LoadError> {
    let action = || warehouse(format!("looking for deletions in star.{}", spec.table));
    let (entity, table, key) = (spec.entity, spec.table, spec.key);
    if !spec.has("deleted_at") {
        return Ok(0);
    }
    let is_present = if spec.versioned_on.is_empty() { "true" } else { "f.is_current" };
    let is_deletable = format!("f.tenant_key = $1 and f.deleted_at is null and {is_present}");
    let is_inferred = if spec.has("is_inferred") { "and not f.is_inferred" } else { "" };
    let columns = spec.columns.join(", ");
    let values = spec.columns.iter().map(|c| if *c == "deleted_at" { "$2".to_owned() } else { format!("f.{c}") });
    let is_gone = match extent {
        Extent::Whole => format!("not exists (select from staging.\"{entity}\" as s where s.{key} = f.{key})"),
        Extent::Part => format!("f.{key} in (select g.key from staging.gone as g where g.entity = '{entity}')"),
    };
    // A row that also follows its customer is one row.
    let unfollow = format!(
        "delete from staging.changed_{entity} as c using staging.gone as g where g.entity = '{entity}' and g.key = c.{key}"
    );
    if extent == Extent::Part {
        sqlx::query(AssertSqlSafe(unfollow)).execute(&mut *tx).await.map_err(action())?;
    }
    let mark = format!(
        "insert into staging.changed_{entity} (tenant_key, {key}, {columns})
         select f.tenant_key, f.{key}, {values} from star.{table} as f where {is_deletable} {is_inferred}
         and {is_gone}
         and not exists (select from vesper.quarantine as q where q.tenant_key = $1 and q.entity = '{entity}' and q.entity_key = f.{key})",
        values = values.collect::<Vec<_>>().join(", "),
    );
    let done =
        sqlx::query(AssertSqlSafe(mark)).bind(context.tenant_key).bind(context.noticed_at).execute(&mut *tx).await;
    let vanished = done.map_err(action())?.rows_affected() as i64;
    if vanished > VANISH_FLOOR {
        let count = format!("select count(*) from star.{table} as f where {is_deletable} {is_inferred}");
        let live: i64 = sqlx::query(AssertSqlSafe(count))
            .bind(context.tenant_key)
            .fetch_one(&mut *tx)
            .await
            .map_err(action())?
            .get(0);
        refuse_implausible(spec.entity, vanished, live, context.vanish_share_max)?;
    }
    Ok(vanished)
}

/// The circuit breaker: more rows gone than the share allows.
pub(super) fn refuse_implausible(
    entity: &'static str,
    vanished: i64,
    live: i64,
    share_max: f64,
) -> Result<(), LoadError> {
    if vanished > VANISH_FLOOR && vanished as f64 > live as f64 * share_max {
        return Err(LoadError::Vanished { entity, vanished, live });
    }
    Ok(())
}

/// One row in so many changed makes old statistics misleading.
const ANALYZE_SHARE: i64 = 20;
/// So few deletions never trip the breaker: in a small table one row is already a large share.
const VANISH_FLOOR: i64 = 10;
