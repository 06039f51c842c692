//! Reads what the tables of purchases rest on.

use polars::prelude::PolarsResult;
use sqlx::{PgConnection, Row};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::base::Period;
use crate::cube::{read_campaign_touches, read_customers, read_loyalty_members, read_purchases};
use crate::metric::purchase::campaign::{Campaign, Campaigns};
use crate::metric::purchase::loyalty::Programme;
use crate::metric::purchase::{Bought, Person, Purchases, best};
use crate::metric::{MetricError, failed};

/// What the tables asked for need beside the purchases.
#[derive(Debug, Default)]
pub(in crate::metric) struct Wanted {
    /// Periods whose best customers are shown by name.
    pub(in crate::metric) ranked: Vec<Period>,
    /// Whether anybody asks for the loyalty programme.
    pub(in crate::metric) has_programme: bool,
    /// Whether anybody asks for the return of campaigns.
    pub(in crate::metric) has_campaigns: bool,
}

const OPTIONS: &str = "
    select t.rfm_days::bigint as rfm_days, t.rfm_score = 'ntile' as is_rfm_ntile, t.gross_margin_percent::bigint as margin_percent
    from star.dim_tenant as t where t.tenant_key = $1";

/// Reads the purchases of a tenant up to the end of `all`, and what else is wanted.
pub(in crate::metric) async fn read_bought(
    tx: &mut PgConnection,
    tenant_key: i32,
    (all, wanted): (Period, Wanted),
) -> Result<Bought, MetricError> {
    let frame = read_purchases(tx, tenant_key, all.until).await.map_err(MetricError::Cube)?;
    let ranking = spawn_blocking(move || {
        let purchases = Purchases::of(&frame)?;
        let shown: Vec<String> = wanted.ranked.into_iter().flat_map(|period| best::shown(&purchases, period)).collect();
        Ok((purchases, shown))
    });
    let options = sqlx::query_as(OPTIONS).bind(tenant_key).fetch_one(&mut *tx).await;
    let options = options.map_err(failed("reading the tenant"))?;
    let gone = sqlx::query_scalar(include_str!("../sql/gone_customers.sql")).bind(tenant_key).fetch_all(&mut *tx).await;
    let mut gone: Vec<String> = gone.map_err(failed("reading who is on record no longer"))?;
    gone.sort_unstable();
    let programme = if wanted.has_programme {
        let customers = read_customers(tx, tenant_key).await.map_err(MetricError::Cube)?;
        let members = read_loyalty_members(tx, tenant_key).await.map_err(MetricError::Cube)?;
        spawn_blocking(move || Programme::of(&customers, &members))
    } else {
        spawn_blocking(|| Ok(Programme::default()))
    };
    let campaigns = if wanted.has_campaigns {
        read_campaigns(tx, tenant_key, all).await?
    } else {
        spawn_blocking(|| Ok(Campaigns::default()))
    };
    let (purchases, shown) = made(ranking).await?;
    let people =
        sqlx::query(include_str!("../sql/shown_customers.sql")).bind(tenant_key).bind(shown).fetch_all(tx).await;
    let person = |row: &sqlx::postgres::PgRow| Person { customer_id: row.get(0), name: row.get(1), tier: row.get(2) };
    let mut people: Vec<Person> = people.map_err(failed("reading the names of the best"))?.iter().map(person).collect();
    people.sort_unstable_by(|a, b| a.customer_id.cmp(&b.customer_id));
    let (programme, campaigns) = (made(programme).await?, made(campaigns).await?);
    Ok(Bought { purchases, people, gone, programme, campaigns, options })
}

/// What is made of a frame beside the next question.
type Making<T> = JoinHandle<PolarsResult<T>>;

async fn made<T>(making: Making<T>) -> Result<T, MetricError> {
    making.await.map_err(|_| MetricError::Thread)?.map_err(MetricError::Compute)
}

async fn read_campaigns(tx: &mut PgConnection, tenant_key: i32, all: Period) -> Result<Making<Campaigns>, MetricError> {
    let costs = sqlx::query(include_str!("../sql/campaign_costs.sql")).bind(tenant_key).bind(all.until);
    let costs = costs.fetch_all(&mut *tx).await.map_err(failed("reading the campaigns"))?;
    let campaign = |row: &sqlx::postgres::PgRow| Campaign {
        campaign_key: row.get(0),
        campaign_id: row.get(1),
        name: row.get(2),
        channel: row.get(3),
        is_deleted: row.get(4),
        cost_cents: row.get(5),
    };
    let list = costs.iter().map(campaign).collect();
    let touches = read_campaign_touches(tx, tenant_key).await.map_err(MetricError::Cube)?;
    Ok(spawn_blocking(move || Campaigns::of(&touches, list)))
}
