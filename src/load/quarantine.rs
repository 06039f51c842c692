//! Rows that break the contract: moved out of staging, kept with their reason.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::base::Night;
use crate::load::entity::merge_spec;
use crate::load::{LoadError, warehouse};
use crate::source::Entity;
use crate::source::contract::{CUSTOMER_HANDLE, SALES_REP_HANDLE};

/// Marks rows whose currency has no rate on the day of their event. A missing rate is a data failure, not 1 and not 0.
pub(super) async fn mark_missing_rates(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
    night: &Night,
) -> Result<(), LoadError> {
    let failed = || warehouse(format!("checking the currencies of {}", entity.name));
    if entity.name == "order_line" {
        let done = sqlx::query(include_str!("sql/mark_line_rates.sql")).bind(tenant_key).execute(tx).await;
        return done.map(drop).map_err(failed());
    }
    let day = match entity.name {
        "inventory" => Some("coalesce((s.updated_at at time zone 'UTC')::date, $2)"),
        name => merge_spec(name).and_then(|spec| spec.rate_day),
    };
    let Some(day) = day else { return Ok(()) };
    let statement = format!(
        "update staging.\"{0}\" as s set violation = concat_ws('; ', s.violation, format('no exchange rate from %s to %s on %s', s.currency, t.currency, {day}))
         from star.dim_tenant as t where t.tenant_key = $1 and $2::date is not null and s.currency <> t.currency
         and not exists (select from star.fx_rate as x where x.tenant_key = $1 and x.currency = s.currency and x.valid_from <= {day})",
        entity.name
    );
    let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).bind(night.business_date).execute(tx).await;
    done.map(drop).map_err(failed())
}

/// Marks rows that call a rep or a customer by a name that nobody has, staged or in the star. They are tried again each
/// night: whoever it is may come.
pub(super) async fn mark_unknown_handles(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
) -> Result<(), LoadError> {
    // The reason tells no name: it may be an address.
    const HANDLES: [(&str, &str, &str, &str); 2] = [
        (SALES_REP_HANDLE, "sales_rep", "lower(s.sales_rep)", "lower(k.email)"),
        (
            CUSTOMER_HANDLE,
            "customer",
            "encode(sha256(convert_to(lower(s.customer), 'UTF8')), 'hex')",
            "encode(sha256(convert_to(lower(k.email), 'UTF8')), 'hex')",
        ),
    ];
    for (column, known, address, staged_address) in HANDLES {
        if !entity.columns.iter().any(|c| c.name == column) {
            continue;
        }
        let statement = format!(
            "update staging.\"{0}\" as s set violation = concat_ws('; ', s.violation, '{column} is neither the id nor the e-mail address of one that is known')
             where s.{column} is not null
             and not exists (select from staging.{known} as k where k.violation is null and k.{known}_id = s.{column})
             and not exists (select from staging.{known} as k where k.violation is null and {staged_address} = {address})
             and not exists (select from star.{known}_handle as k where k.tenant_key = $1 and k.handle = s.{column})
             and not exists (select from star.{known}_handle as k where k.tenant_key = $1 and k.handle = {address})",
            entity.name
        );
        let done = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).execute(&mut *tx).await;
        done.map_err(warehouse(format!("looking for the names in {}", entity.name)))?;
    }
    Ok(())
}

/// Marks every row of a key that the query delivered more than once.
pub(super) async fn mark_duplicates(tx: &mut PgConnection, entity: &Entity) -> Result<(), LoadError> {
    let statement = format!(
        "update staging.\"{0}\" as s set violation = concat_ws('; ', s.violation, format('{1} occurs %s times', d.times))
         from (select {1}, count(*) as times from staging.\"{0}\" group by {1} having count(*) > 1) as d where s.{1} = d.{1}",
        entity.name, entity.key
    );
    let done = sqlx::query(AssertSqlSafe(statement)).execute(tx).await;
    done.map(drop).map_err(warehouse(format!("looking for duplicates in {}", entity.name)))
}

/// Marks order lines whose order is neither staged nor in the star.
pub(super) async fn mark_orphan_lines(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    let done = sqlx::query(include_str!("sql/mark_orphan_lines.sql")).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse("looking for orders of the lines"))
}

/// Moves an entity's marked rows from staging to quarantine and forgets those that came back sound, or no more: of all
/// rows, or of those that were read again (`retried`, keys of the quarantine).
///
/// Returns the rows moved. Re-run: a row already there keeps the date it was first seen.
pub(super) async fn quarantine_marked(
    tx: &mut PgConnection,
    tenant_key: i32,
    entity: &Entity,
    night: &Night,
    retried: Option<&[String]>,
) -> Result<i64, LoadError> {
    let statement = format!(
        "with marked as (delete from staging.\"{0}\" where violation is not null returning *),
         named as (select coalesce({1}, 'null') as entity_key, violation, to_jsonb(marked) - 'violation' as row from marked),
         kept as (
            insert into vesper.quarantine as q (tenant_key, entity, entity_key, reason, row, run_id, first_seen_at, last_seen_at)
            select distinct on (entity_key) $1, '{0}', entity_key, violation, row, $2, $3, $3 from named
            on conflict (tenant_key, entity, entity_key) do update
            set reason = excluded.reason, row = excluded.row, run_id = excluded.run_id, last_seen_at = excluded.last_seen_at),
         mended as (
            delete from vesper.quarantine as q where q.tenant_key = $1 and q.entity = '{0}' and ($4::text[] is null or q.entity_key = any($4))
            and not exists (select from named where named.entity_key = q.entity_key))
         select count(*) from named",
        entity.name, entity.key
    );
    let row = sqlx::query(AssertSqlSafe(statement))
        .bind(tenant_key)
        .bind(night.run_id)
        .bind(night.started_at)
        .bind(retried)
        .fetch_one(tx)
        .await;
    row.map(|r| r.get(0)).map_err(warehouse(format!("moving rows of {} to quarantine", entity.name)))
}
