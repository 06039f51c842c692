//! What a row in flight is looked up in.

use sqlx::PgConnection;

use super::check::wire_micros;
use super::member::Members;
use crate::load::merge::MergeContext;
use crate::load::{LoadError, warehouse};

/// The tenant, its dimensions as they are in the star, and the instants of the load, in microseconds since 2000-01-01.
pub(in crate::load) struct Known {
    pub(super) tenant_key: i32,
    /// The reporting currency.
    pub(super) currency: String,
    pub(super) customers: Members,
    pub(super) sales_reps: Members,
    pub(super) companies: Members,
    pub(super) extracted_at: i64,
    pub(super) noticed_at: i64,
}

impl Known {
    /// Reads what is known; none when a dimension is too large to be held.
    pub async fn read(tx: &mut PgConnection, context: &MergeContext) -> Result<Option<Known>, LoadError> {
        let tenant_key = context.tenant_key;
        let currency = sqlx::query_scalar("select currency::text from star.dim_tenant where tenant_key = $1");
        let currency =
            currency.bind(tenant_key).fetch_one(&mut *tx).await.map_err(warehouse("reading the currency"))?;
        let Some(customers) = Members::read(tx, "customer", tenant_key).await? else { return Ok(None) };
        let Some(sales_reps) = Members::read(tx, "sales_rep", tenant_key).await? else { return Ok(None) };
        let Some(companies) = Members::read(tx, "company", tenant_key).await? else { return Ok(None) };
        let (extracted_at, noticed_at) = (wire_micros(context.extracted_at), wire_micros(context.noticed_at));
        Ok(Some(Known { tenant_key, currency, customers, sales_reps, companies, extracted_at, noticed_at }))
    }
}
