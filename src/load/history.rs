//! What the source does not keep: the visits of a deal's stages, the terms of a subscription.

use sqlx::{AssertSqlSafe, PgConnection};

use crate::load::entity::{MergeSpec, merge_spec};
use crate::load::first::{is_empty, take_keys};
use crate::load::merge::{MergeContext, Merged, analyze_changed, analyze_table, run};
use crate::load::{LoadError, warehouse};

/// Ends and opens stage visits of the deals that changed tonight.
///
/// A replay finds no changed deal and writes nothing.
pub(super) async fn record_stage_visits(
    tx: &mut PgConnection,
    tenant_key: i32,
    deals: &Merged,
) -> Result<(), LoadError> {
    const CLOSE: (&str, &str) = ("ending stage visits", include_str!("sql/deal_stage_close.sql"));
    const OPEN: (&str, &str) = ("opening stage visits", include_str!("sql/deal_stage_open.sql"));
    const TOUCH_ALL: [(&str, &str); 2] = [
        ("touching the days of stage visits", include_str!("sql/deal_fill_touch.sql")),
        ("touching the customers of deals", include_str!("sql/deal_fill_touch_customer.sql")),
    ];
    const TOUCH: (&str, &str) = ("touching the days of stage visits", include_str!("sql/deal_stage_touch.sql"));
    if deals.is_fill && is_empty(tx, "fact_deal_stage").await? {
        let keys = take_keys(tx, "fact_deal_stage").await?;
        // Every deal of the table is a changed one.
        let fill = OPEN.1.replace("staging.changed_deal", "star.fact_deal");
        let filled = sqlx::query(AssertSqlSafe(fill)).bind(tenant_key).execute(&mut *tx).await;
        filled.map_err(warehouse(OPEN.0))?;
        keys.make(tx).await?;
        return run(tx, tenant_key, &TOUCH_ALL).await;
    }
    if deals.is_fill {
        note_deals(tx).await?;
        run(tx, tenant_key, &TOUCH_ALL).await?;
    }
    run(tx, tenant_key, &[CLOSE, OPEN, TOUCH]).await?;
    analyze_changed(tx, "fact_deal_stage", deals).await
}

/// Notes every deal as changed.
async fn note_deals(tx: &mut PgConnection) -> Result<(), LoadError> {
    let Some(MergeSpec { key, columns, .. }) = merge_spec("deal") else { return Ok(()) };
    let columns = columns.join(", ");
    let note = format!(
        "insert into staging.changed_deal (tenant_key, {key}, {columns}) select tenant_key, {key}, {columns} from star.fact_deal"
    );
    let done = sqlx::query(AssertSqlSafe(note)).execute(&mut *tx).await;
    done.map_err(warehouse("noting the deals"))?;
    analyze_table(tx, "staging.changed_deal").await
}

/// Keeps what each changed subscription paid for until now, as a version that ended, and touches the days of its paid
/// spans; after the fact, whose rows say what is so now. Works on a batch of changed rows as on a whole one.
///
/// A replay finds no difference and writes nothing.
pub(super) async fn record_subscription_terms(tx: &mut PgConnection, context: &MergeContext) -> Result<(), LoadError> {
    touch_subscriptions(tx, context.tenant_key, include_str!("sql/subscription_touch.sql")).await?;
    let done = sqlx::query(include_str!("sql/subscription_term.sql"))
        .bind(context.tenant_key)
        .bind(context.extracted_at)
        .bind(context.noticed_at)
        .bind(context.known_until)
        .execute(&mut *tx)
        .await;
    done.map_err(warehouse("keeping the terms of subscriptions"))?;
    touch_subscriptions(tx, context.tenant_key, include_str!("sql/subscription_touch.sql")).await
}

/// Touches the days of every paid span, when the rates that convert them changed. Re-run: adds nothing.
pub(super) async fn rerate_subscriptions(tx: &mut PgConnection, tenant_key: i32) -> Result<(), LoadError> {
    touch_subscriptions(tx, tenant_key, include_str!("sql/subscription_rerate.sql")).await
}

async fn touch_subscriptions(tx: &mut PgConnection, tenant_key: i32, statement: &'static str) -> Result<(), LoadError> {
    let done = sqlx::query(statement).bind(tenant_key).execute(tx).await;
    done.map(drop).map_err(warehouse("touching the days of subscriptions"))
}
