//! The sealed editions of a tenant, for whoever shows them.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::types::Json;
use sqlx::{PgPool, Row};

use crate::delivery::DeliveryError;
use crate::delivery::edition::Manifest;

/// A sealed edition in the list of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionLine {
    /// Its key.
    pub edition_id: i64,
    /// The report's template.
    pub report: String,
    /// Whose rows it shows; empty for the whole.
    pub scope: String,
    /// The date it speaks of.
    pub business_date: NaiveDate,
    /// The published snapshot every number comes from.
    pub snapshot_id: i64,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// Where it comes from, with the digest of every file.
    pub manifest: Manifest,
}

/// The latest editions of a tenant, newest first, at most `count_max`.
pub async fn list_editions(pool: &PgPool, tenant: &str, count_max: i64) -> Result<Vec<EditionLine>, DeliveryError> {
    let list = sqlx::query(include_str!("list_editions.sql")).bind(tenant).bind(count_max).fetch_all(pool).await;
    let rows = list.map_err(DeliveryError::ledger("list the editions"))?;
    let line = |row: &sqlx::postgres::PgRow| EditionLine {
        edition_id: row.get("edition_id"),
        report: row.get("report"),
        scope: row.get("scope"),
        business_date: row.get("business_date"),
        snapshot_id: row.get("snapshot_id"),
        sealed_at: row.get("sealed_at"),
        manifest: row.get::<Json<Manifest>, _>("manifest").0,
    };
    Ok(rows.iter().map(line).collect())
}
