//! Reads what the tables of purchases rest on.

use sqlx::{PgConnection, Row};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::base::Period;
use crate::cube::{
    Orders, Purchase, PurchaseKind, read_campaign_touches, read_customers, read_loyalty_members, read_orders,
    read_purchases,
};
use crate::metric::purchase::campaign::{Campaign, Campaigns, Touches};
use crate::metric::purchase::habit::Habits;
use crate::metric::purchase::loyalty::Programme;
use crate::metric::purchase::number::Numbers;
use crate::metric::purchase::{Bought, Person, Purchases, best};
use crate::metric::{MetricError, failed};

/// What the tables asked for need beside the purchases.
#[derive(Debug)]
pub(in crate::metric) struct Wanted {
    /// What counts as a purchase.
    pub(in crate::metric) kind: PurchaseKind,
    /// Whether anybody asks how customers order.
    pub(in crate::metric) has_orders: bool,
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
    let (mut numbers, mut purchases, mut habits) = (Numbers::default(), Purchases::default(), Habits::default());
    let is_order = wanted.kind == PurchaseKind::Order;
    let push = |purchase: Purchase<'_>| {
        numbers.number(purchase.customer_id);
        purchases.push(purchase);
        if is_order {
            let Purchase { customer_id, day, purchases: orders, .. } = purchase;
            habits.push(Orders { customer_id, day, orders });
        }
    };
    read_purchases(tx, tenant_key, (wanted.kind, all.until), push).await.map_err(MetricError::Cube)?;
    let ranking = spawn_blocking(move || {
        let shown: Vec<String> = wanted.ranked.into_iter().flat_map(|period| best::shown(&purchases, period)).collect();
        (purchases, shown)
    });
    if wanted.has_orders && !is_order {
        read_orders(tx, tenant_key, all.until, |orders| habits.push(orders)).await.map_err(MetricError::Cube)?;
    }
    let options = sqlx::query_as(OPTIONS).bind(tenant_key).fetch_one(&mut *tx).await;
    let options = options.map_err(failed("reading the tenant"))?;
    let gone = sqlx::query_scalar(include_str!("../sql/gone_customers.sql")).bind(tenant_key).fetch_all(&mut *tx).await;
    let mut gone: Vec<String> = gone.map_err(failed("reading who is on record no longer"))?;
    gone.sort_unstable();
    let campaigns =
        if wanted.has_campaigns { Some(read_campaigns(tx, tenant_key, all, &mut numbers).await?) } else { None };
    let mut programme = Programme::default();
    if wanted.has_programme {
        let members = read_loyalty_members(tx, tenant_key, |m| programme.push_membership(m, &mut numbers)).await;
        members.map_err(MetricError::Cube)?;
        let customers = read_customers(tx, tenant_key, |c| programme.push(c, &numbers)).await;
        customers.map_err(MetricError::Cube)?;
    }
    let (purchases, shown) = ranking.await.map_err(|_| MetricError::Thread)?;
    let people =
        sqlx::query(include_str!("../sql/shown_customers.sql")).bind(tenant_key).bind(shown).fetch_all(tx).await;
    let person = |row: &sqlx::postgres::PgRow| Person { customer_id: row.get(0), name: row.get(1), tier: row.get(2) };
    let mut people: Vec<Person> = people.map_err(failed("reading the names of the best"))?.iter().map(person).collect();
    people.sort_unstable_by(|a, b| a.customer_id.cmp(&b.customer_id));
    let campaigns = match campaigns {
        Some(campaigns) => campaigns.await.map_err(|_| MetricError::Thread)?,
        None => Campaigns::default(),
    };
    Ok(Bought { purchases, habits, people, gone, programme, campaigns, options })
}

/// Reads the campaigns and their touches, which are put in order beside the next question.
async fn read_campaigns(
    tx: &mut PgConnection,
    tenant_key: i32,
    all: Period,
    numbers: &mut Numbers,
) -> Result<JoinHandle<Campaigns>, MetricError> {
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
    let list: Vec<Campaign> = costs.iter().map(campaign).collect();
    let mut touches = Touches::of(&list);
    let read = read_campaign_touches(tx, tenant_key, |touch| touches.push(touch, numbers)).await;
    read.map_err(MetricError::Cube)?;
    Ok(spawn_blocking(move || Campaigns::of(list, touches)))
}
