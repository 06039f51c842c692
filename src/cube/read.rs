//! Cubes as frames, for the metrics.

use chrono::{NaiveDate, NaiveTime};
use futures_util::TryStreamExt;
use polars::prelude::*;
use sqlx::PgConnection;

use crate::cube::CubeError;
use crate::cube::refresh::failed;
use crate::load::ColumnType::{Bigint, Bool, Date, Text};
use crate::load::{Decoder, Field, FrameError};

/// Every cube of a tenant, one frame each. Days are Int32 days since 1970-01-01, amounts whole cents.
#[derive(Debug, Clone)]
pub struct Cubes {
    /// day, event, sales_rep, tier · deals, value_cents, days_to_close
    pub deal_flow: DataFrame,
    /// day, stage, sales_rep · deals, value_cents, weighted_cents (× 100), probability, entered_day_sum; of the days in
    /// `stock_days` alone, each row for all that moved from there up to the next
    pub deal_stock: DataFrame,
    /// The days before which the stock of deals is known, in order.
    pub stock_days: Vec<NaiveDate>,
    /// day, stage, basis · entered, advanced, won, completed, seconds
    pub deal_cohort: DataFrame,
    /// day, event, tier · customers
    pub customer_flow: DataFrame,
    /// day, entered_day · customers
    pub customer_spell: DataFrame,
    /// day, status, tier, sales_rep · customers
    pub customer_stock: DataFrame,
    /// day, status, basis · entered, advanced
    pub customer_cohort: DataFrame,
    /// status, tier, is_live, band (how many of the floors of `Asked` the won value reaches) · customers, won_cents, converted (who
    /// ever became customer), active_seconds, as of the start of `Asked::as_of`, open_deals
    pub customer_life: DataFrame,
    /// day, type, outcome · interactions, duration_seconds, durations
    pub interaction: DataFrame,
    /// day · follow_ups
    pub follow_up: DataFrame,
    /// day, status · orders, amount_cents
    pub order: DataFrame,
    /// day · subscriptions, mrr_cents
    pub subscription_stock: DataFrame,
    /// day, movement, paying_since (of a churn; the day itself otherwise) · customers, net_cents
    pub mrr_movement: DataFrame,
    /// day, sales_rep, tier · sales, amount_cents, in the tenant's mode of revenue
    pub revenue: DataFrame,
}

/// What is asked of the cubes whose rows are the most: they leave the server as sums.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The days before which the stock of deals is told.
    pub stock_days: Vec<NaiveDate>,
    /// The day as of whose start the lives of customers are told.
    pub as_of: NaiveDate,
    /// Where bands of won value begin, in cents, ascending.
    pub value_floors: &'static [i64],
}

/// Reads every cube of a tenant, in the caller's transaction.
pub async fn read_cubes(tx: &mut PgConnection, tenant_key: i32, asked: Asked) -> Result<Cubes, CubeError> {
    let Asked { mut stock_days, as_of, value_floors } = asked;
    stock_days.sort_unstable();
    stock_days.dedup();
    let days: Vec<String> = stock_days.iter().map(NaiveDate::to_string).collect();
    let days = format!("'{{{}}}'::date[]", days.join(","));
    let as_of = format!("{}::bigint", as_of.and_time(NaiveTime::MIN).and_utc().timestamp());
    let floors: Vec<String> = value_floors.iter().map(i64::to_string).collect();
    let floors = format!("'{{{}}}'::bigint[]", floors.join(","));
    let mut read = async |cube: &'static str, query: &str, fields: &[Field]| {
        let query = query
            .replace("$1::int", &tenant_key.to_string())
            .replace("$2::date[]", &days)
            .replace("$2::bigint", &as_of)
            .replace("$3::bigint[]", &floors);
        read_cube(tx, (cube, &query), fields).await
    };
    Ok(Cubes {
        stock_days,
        deal_flow: read(
            "deal_flow_day",
            include_str!("sql/read_deal_flow.sql"),
            &[
                ("day", Date),
                ("event", Text),
                ("sales_rep", Text),
                ("tier", Text),
                ("deals", Bigint),
                ("value_cents", Bigint),
                ("days_to_close", Bigint),
            ],
        )
        .await?,
        deal_stock: read(
            "deal_stock_day",
            include_str!("sql/read_deal_stock.sql"),
            &[
                ("day", Date),
                ("stage", Text),
                ("sales_rep", Text),
                ("deals", Bigint),
                ("value_cents", Bigint),
                ("weighted_cents", Bigint),
                ("probability", Bigint),
                ("entered_day_sum", Bigint),
            ],
        )
        .await?,
        deal_cohort: read(
            "deal_cohort_day",
            include_str!("sql/read_deal_cohort.sql"),
            &[
                ("day", Date),
                ("stage", Text),
                ("basis", Text),
                ("entered", Bigint),
                ("advanced", Bigint),
                ("won", Bigint),
                ("completed", Bigint),
                ("seconds", Bigint),
            ],
        )
        .await?,
        customer_flow: read(
            "customer_flow_day",
            include_str!("sql/read_customer_flow.sql"),
            &[("day", Date), ("event", Text), ("tier", Text), ("customers", Bigint)],
        )
        .await?,
        customer_spell: read(
            "customer_spell_day",
            include_str!("sql/read_customer_spell.sql"),
            &[("day", Date), ("entered_day", Date), ("customers", Bigint)],
        )
        .await?,
        customer_stock: read(
            "customer_stock_day",
            include_str!("sql/read_customer_stock.sql"),
            &[("day", Date), ("status", Text), ("tier", Text), ("sales_rep", Text), ("customers", Bigint)],
        )
        .await?,
        customer_cohort: read(
            "customer_cohort_day",
            include_str!("sql/read_customer_cohort.sql"),
            &[("day", Date), ("status", Text), ("basis", Text), ("entered", Bigint), ("advanced", Bigint)],
        )
        .await?,
        customer_life: read(
            "customer_life",
            include_str!("sql/read_customer_life.sql"),
            &[
                ("status", Text),
                ("tier", Text),
                ("is_live", Bool),
                ("band", Bigint),
                ("customers", Bigint),
                ("won_cents", Bigint),
                ("converted", Bigint),
                ("active_seconds", Bigint),
                ("open_deals", Bigint),
            ],
        )
        .await?,
        interaction: read(
            "interaction_day",
            include_str!("sql/read_interaction.sql"),
            &[
                ("day", Date),
                ("type", Text),
                ("outcome", Text),
                ("interactions", Bigint),
                ("duration_seconds", Bigint),
                ("durations", Bigint),
            ],
        )
        .await?,
        follow_up: read(
            "follow_up_day",
            include_str!("sql/read_follow_up.sql"),
            &[("day", Date), ("follow_ups", Bigint)],
        )
        .await?,
        order: read(
            "order_day",
            include_str!("sql/read_order.sql"),
            &[("day", Date), ("status", Text), ("orders", Bigint), ("amount_cents", Bigint)],
        )
        .await?,
        subscription_stock: read(
            "subscription_stock_day",
            include_str!("sql/read_subscription_stock.sql"),
            &[("day", Date), ("subscriptions", Bigint), ("mrr_cents", Bigint)],
        )
        .await?,
        revenue: read(
            "revenue_day",
            include_str!("sql/read_revenue.sql"),
            &[("day", Date), ("sales_rep", Text), ("tier", Text), ("sales", Bigint), ("amount_cents", Bigint)],
        )
        .await?,
        mrr_movement: read(
            "mrr_flow_day",
            include_str!("sql/read_mrr_movement.sql"),
            &[("day", Date), ("movement", Text), ("paying_since", Date), ("customers", Bigint), ("net_cents", Bigint)],
        )
        .await?,
    })
}

/// One cube as one frame. The parameters are written into the query already, since COPY takes none.
async fn read_cube(
    tx: &mut PgConnection,
    (cube, query): (&'static str, &str),
    fields: &[Field],
) -> Result<DataFrame, CubeError> {
    let (mut decoder, mut frames) = (Decoder::new(fields.to_vec()), Vec::new());
    copy_out(tx, (cube, query), |chunk| decoder.feed(chunk, &mut frames)).await?;
    decoder.finish(&mut frames).map_err(|source| CubeError::Decode { cube, source })?;
    let mut frames = frames.into_iter();
    let Some(mut whole) = frames.next() else {
        return Ok(Decoder::new(fields.to_vec()).into_empty());
    };
    for frame in frames {
        whole.vstack_mut(&frame).map_err(|source| CubeError::Frame { cube, source })?;
    }
    whole.align_chunks_par();
    Ok(whole)
}

/// The binary COPY of a query, chunk by chunk as it comes.
pub(super) async fn copy_out(
    tx: &mut PgConnection,
    (of, query): (&'static str, &str),
    mut feed: impl FnMut(&[u8]) -> Result<(), FrameError>,
) -> Result<(), CubeError> {
    let statement = format!("copy (\n{query}\n) to stdout (format binary)");
    let mut stream = tx.copy_out_raw(&statement).await.map_err(failed(of, "reading"))?;
    while let Some(chunk) = stream.try_next().await.map_err(failed(of, "reading"))? {
        feed(&chunk).map_err(|source| CubeError::Decode { cube: of, source })?;
    }
    Ok(())
}
