//! The ledgers' own numbers, read for the meters.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgPool};

use crate::base::meter::{LedgerNumbers, meters};
use crate::job::JobError;

#[derive(FromRow)]
struct NumbersRow {
    queued_count: i64,
    running_count: i64,
    pending_count: i64,
    sending_count: i64,
    uncertain_count: i64,
    dead_count: i64,
    oldest_pending_at: Option<DateTime<Utc>>,
    published_at: Option<DateTime<Utc>>,
    quarantine_count: i64,
    open_alert_count: i64,
}

/// Reads the numbers with one statement and notes them, so that no request for them touches the database.
pub async fn note_numbers(pool: &PgPool) -> Result<(), JobError> {
    let row: NumbersRow = sqlx::query_as(include_str!("ledger_numbers.sql"))
        .fetch_one(pool)
        .await
        .map_err(JobError::ledger("read the ledgers' numbers"))?;
    meters().note_ledger(LedgerNumbers {
        runs: vec![("queued", row.queued_count), ("running", row.running_count)],
        messages: vec![
            ("pending", row.pending_count),
            ("sending", row.sending_count),
            ("uncertain", row.uncertain_count),
            ("dead", row.dead_count),
        ],
        oldest_pending_at: row.oldest_pending_at,
        published_at: row.published_at,
        quarantine_count: row.quarantine_count,
        open_alert_count: row.open_alert_count,
    });
    Ok(())
}
