//! What the source does not keep: the visits of a deal's stages, the terms of a subscription.

use sqlx::PgConnection;

use crate::load::first::{is_first, take_keys};
use crate::load::merge::{MergeContext, Merged, analyze_changed, run};
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
    const TOUCH: (&str, &str) = ("touching the days of stage visits", include_str!("sql/deal_stage_touch.sql"));
    if is_first(tx, "fact_deal_stage", "changed_deal").await? {
        let keys = take_keys(tx, "fact_deal_stage").await?;
        run(tx, tenant_key, &[OPEN]).await?;
        keys.make(tx).await?;
        return run(tx, tenant_key, &[TOUCH]).await;
    }
    run(tx, tenant_key, &[CLOSE, OPEN, TOUCH]).await?;
    analyze_changed(tx, "fact_deal_stage", deals).await
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
