//! Where a source keeps the history itself: visits and spells as it tells them, in place of inferred ones.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::load::merge::{Merged, analyze_table};
use crate::load::{LoadError, warehouse};
use crate::source::Entity;

/// How told changes become visits.
struct ObservedSpec {
    /// The contract's entity.
    entity: &'static str,
    /// Whose changes they are: the column, and the table where it must be known.
    thing: (&'static str, &'static str),
    /// The visits of the things whose told history differs from the table.
    staged: &'static str,
    /// The table of visits.
    table: &'static str,
    /// The fact whose cubes live on the days.
    fact: &'static str,
    /// Fills `staged`.
    observe: &'static str,
    /// What else follows from the visits.
    after: &'static str,
}

const OBSERVED: [ObservedSpec; 3] = [
    ObservedSpec {
        entity: "deal_stage_change",
        thing: ("deal_id", "deal"),
        staged: "observed_deal_stage",
        table: "fact_deal_stage",
        fact: "deal",
        observe: include_str!("sql/deal_observe.sql"),
        after: include_str!("sql/deal_stage_since.sql"),
    },
    ObservedSpec {
        entity: "customer_status_change",
        thing: ("customer_id", "customer"),
        staged: "observed_customer_status",
        table: "fact_customer_status",
        fact: "customer",
        observe: include_str!("sql/customer_observe.sql"),
        after: include_str!("sql/customer_observe_note.sql"),
    },
    ObservedSpec {
        entity: "subscription_change",
        thing: ("subscription_id", "subscription"),
        staged: "observed_subscription",
        table: "fact_subscription_spell",
        fact: "subscription",
        observe: include_str!("sql/subscription_observe.sql"),
        // What is told takes the place of the terms, whose days go with them.
        after: include_str!("sql/subscription_touch.sql"),
    },
];

/// Marks told changes of things that are neither staged nor in the star.
pub(super) async fn mark_orphan_changes(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
) -> Result<(), LoadError> {
    let Some(spec) = OBSERVED.iter().find(|spec| spec.entity == entity.name) else { return Ok(()) };
    let (key, thing) = spec.thing;
    let table = if thing == "customer" { "dim_customer" } else { &format!("fact_{thing}") };
    let statement = format!(
        "update staging.{entity} as s set violation = concat_ws('; ', s.violation, format('{thing} %s is not known', s.{key}))
         where not exists (select from staging.{thing} as t where t.{key} = s.{key} and t.violation is null)
         and not exists (select from star.{table} as t where t.tenant_key = $1 and t.{key} = s.{key})",
        entity = spec.entity
    );
    let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse(format!("looking for the things that {} tells of", entity.name)))
}

/// Replaces the visits of everything whose told history differs; after the facts, whose rows say what is so now.
///
/// A replay finds no difference and writes nothing.
pub(super) async fn observe_changes(
    tx: &mut PgConnection,
    tenant_key: i32,
    entities: &[&'static Entity],
) -> Result<Vec<(&'static str, Merged)>, LoadError> {
    let mut merged = Vec::new();
    for spec in OBSERVED.iter().filter(|spec| entities.iter().any(|e| e.name == spec.entity)) {
        merged.push((spec.entity, observe(tx, tenant_key, spec).await?));
    }
    Ok(merged)
}

async fn observe(tx: &mut PgConnection, tenant_key: i32, spec: &ObservedSpec) -> Result<Merged, LoadError> {
    let ObservedSpec { entity, thing: (key, _), staged, table, fact, .. } = spec;
    let action = |what: &str| warehouse(format!("{what} star.{table}"));
    let found = sqlx::query(spec.observe).bind(tenant_key).execute(&mut *tx).await.map_err(action("comparing"))?;
    let counts = format!(
        "select count(*), count(*) filter (where c.{key} in (select o.{key} from staging.{staged} as o)) from staging.{entity} as c"
    );
    let counts = sqlx::query(AssertSqlSafe(counts)).fetch_one(&mut *tx).await.map_err(action("counting"))?;
    let (all, loaded): (i64, i64) = (counts.get(0), counts.get(1));
    let merged = Merged { loaded, unchanged: all - loaded, deleted: 0, is_fill: false };
    if found.rows_affected() == 0 {
        return Ok(merged);
    }
    analyze_table(tx, &format!("staging.{staged}")).await?;
    let is_observed = format!("v.{key} in (select o.{key} from staging.{staged} as o)");
    let mut statements = vec![
        (
            "touching the days of",
            format!(
                "insert into vesper.touched_day (tenant_key, fact, day)
                 select distinct $1::int, '{fact}', (instant at time zone 'UTC')::date from (
                    select unnest(array[entered_at, left_at]) as instant from staging.{staged}
                    union all
                    select unnest(array[v.entered_at, v.left_at]) from star.{table} as v where v.tenant_key = $1 and {is_observed}
                 ) as days where instant is not null on conflict do nothing"
            ),
        ),
        ("replacing", format!("delete from star.{table} as v where v.tenant_key = $1 and {is_observed}")),
    ];
    let columns = match *entity {
        "subscription_change" => "status, plan, billing_period, amount_cents, currency, reporting_mrr_cents",
        "deal_stage_change" => "stage",
        _ => "status",
    };
    let columns = format!("tenant_key, {key}, visit, {columns}, entered_at, left_at, basis");
    statements.push((
        "writing",
        format!("insert into star.{table} ({columns}) select {columns} from staging.{staged} where tenant_key = $1"),
    ));
    statements.push(("following", spec.after.to_owned()));
    for (what, statement) in statements {
        let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(action(what))?;
    }
    Ok(merged)
}
