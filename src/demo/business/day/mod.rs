//! One day of the business.

use chrono::NaiveDate;
use sqlx::PgConnection;

use super::BusinessSpec;
use crate::demo::DemoError;

/// x
#[derive(Debug)]
pub struct LivedDay;

/// x
pub async fn live_day(_c: &mut PgConnection, _spec: &BusinessSpec, _date: NaiveDate) -> Result<LivedDay, DemoError> {
    Ok(LivedDay)
}
