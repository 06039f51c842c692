//! Customers one by one: what each bought, and rows of the star that a cube would only repeat.
//!
//! Handed over as they come, since there are as many as a tenant has customers and purchases, and no column of them is summed whole.

use chrono::NaiveDate;
use sqlx::PgConnection;

use crate::cube::CubeError;
use crate::cube::read::copy_out;
use crate::load::{FieldReader, FrameError, Rows};

/// What a customer bought on a day.
#[derive(Debug, Clone, Copy)]
pub struct Purchase<'a> {
    /// The customer.
    pub customer_id: &'a str,
    /// Days since 1970-01-01.
    pub day: i32,
    /// Deals or orders.
    pub purchases: i64,
    /// Hundredths of a cent, of which every amount is a whole number.
    pub amount: i64,
}

/// How often a customer ordered on a day.
#[derive(Debug, Clone, Copy)]
pub struct Orders<'a> {
    /// The customer.
    pub customer_id: &'a str,
    /// Days since 1970-01-01.
    pub day: i32,
    /// How many.
    pub orders: i64,
}

/// A customer on record.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// The customer.
    pub customer_id: &'a str,
    /// The tier, if known.
    pub tier: Option<&'a str>,
    /// The day the customer was first on record, in days since 1970-01-01, if known.
    pub created_day: Option<i32>,
}

/// A membership of the loyalty programme. Days are since 1970-01-01.
#[derive(Debug, Clone, Copy)]
pub struct Membership<'a> {
    /// The member.
    pub customer_id: &'a str,
    /// When it began, if known.
    pub joined_day: Option<i32>,
    /// When it ended.
    pub left_day: Option<i32>,
}

/// A touch of a campaign.
#[derive(Debug, Clone, Copy)]
pub struct CampaignTouch<'a> {
    /// The campaign.
    pub campaign_key: i64,
    /// Who was touched, if known.
    pub customer_id: Option<&'a str>,
    /// Days since 1970-01-01.
    pub day: i32,
    /// Microseconds since 1970-01-01.
    pub at: i64,
    /// The touch's own id, which decides between touches of one instant.
    pub campaign_touch_id: &'a str,
}

/// What counts as a purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PurchaseKind {
    /// A deal won.
    Deal,
    /// An order placed and not cancelled.
    Order,
}

/// Purchases up to, and without, `until`, by customer and day.
pub async fn read_purchases(
    tx: &mut PgConnection,
    tenant_key: i32,
    (kind, until): (PurchaseKind, NaiveDate),
    mut take: impl FnMut(Purchase<'_>),
) -> Result<(), CubeError> {
    let until = (until - NaiveDate::default()).num_days();
    let kind = match kind {
        PurchaseKind::Deal => "'deal'",
        PurchaseKind::Order => "'order'",
    };
    let query =
        include_str!("sql/read_customer_purchase.sql").replace("$2::int", &until.to_string()).replace("$3::text", kind);
    read_rows(tx, tenant_key, ("customer_purchase_day", &query, 4), |fields| {
        take(Purchase {
            customer_id: fields.text("customer_id")?,
            day: fields.date("day")?,
            purchases: fields.long("purchases")?,
            amount: fields.hundredths("amount_cents")?,
        });
        Ok(())
    })
    .await
}

/// Orders up to, and without, `until`, by customer and day, for who asks what they were worth nowhere.
pub async fn read_orders(
    tx: &mut PgConnection,
    tenant_key: i32,
    until: NaiveDate,
    mut take: impl FnMut(Orders<'_>),
) -> Result<(), CubeError> {
    let until = (until - NaiveDate::default()).num_days();
    let query = include_str!("sql/read_customer_order.sql").replace("$2::int", &until.to_string());
    read_rows(tx, tenant_key, ("customer_purchase_day", &query, 3), |fields| {
        take(Orders {
            customer_id: fields.text("customer_id")?,
            day: fields.date("day")?,
            orders: fields.long("purchases")?,
        });
        Ok(())
    })
    .await
}

/// The customers on record, in no order.
pub async fn read_customers(
    tx: &mut PgConnection,
    tenant_key: i32,
    mut take: impl FnMut(Customer<'_>),
) -> Result<(), CubeError> {
    read_rows(tx, tenant_key, ("customer", include_str!("sql/read_customer.sql"), 3), |fields| {
        take(Customer {
            customer_id: fields.text("customer_id")?,
            tier: fields.text_or_null("tier")?,
            created_day: fields.day_of_instant_or_null("created_at")?,
        });
        Ok(())
    })
    .await
}

/// The memberships of the loyalty programme, in no order.
pub async fn read_loyalty_members(
    tx: &mut PgConnection,
    tenant_key: i32,
    mut take: impl FnMut(Membership<'_>),
) -> Result<(), CubeError> {
    read_rows(tx, tenant_key, ("loyalty_member", include_str!("sql/read_loyalty_member.sql"), 3), |fields| {
        take(Membership {
            customer_id: fields.text("customer_id")?,
            joined_day: fields.date_or_null("joined_day")?,
            left_day: fields.date_or_null("left_day")?,
        });
        Ok(())
    })
    .await
}

/// The touches of campaigns, in no order.
pub async fn read_campaign_touches(
    tx: &mut PgConnection,
    tenant_key: i32,
    mut take: impl FnMut(CampaignTouch<'_>),
) -> Result<(), CubeError> {
    read_rows(tx, tenant_key, ("campaign_touch", include_str!("sql/read_campaign_touch.sql"), 5), |fields| {
        take(CampaignTouch {
            campaign_key: fields.long("campaign_key")?,
            customer_id: fields.text_or_null("customer_id")?,
            day: fields.date("touch_day")?,
            at: fields.instant("touched_at")?,
            campaign_touch_id: fields.text("campaign_touch_id")?,
        });
        Ok(())
    })
    .await
}

/// Rows of `width` fields. Parameters are written into the query, since COPY takes none.
async fn read_rows(
    tx: &mut PgConnection,
    tenant_key: i32,
    (of, query, width): (&'static str, &str, usize),
    mut take: impl FnMut(&mut FieldReader<'_>) -> Result<(), FrameError>,
) -> Result<(), CubeError> {
    let query = query.replace("$1::int", &tenant_key.to_string());
    let mut rows = Rows::new(width);
    let mut feed = |chunk: &[u8]| rows.feed(chunk, |row, number| take(&mut FieldReader::new(row, number)));
    copy_out(tx, (of, &query), &mut feed).await?;
    rows.finish().map(drop).map_err(|source| CubeError::Decode { cube: of, source })
}
