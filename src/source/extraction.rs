//! One extraction: every entity in one repeatable-read snapshot, streamed by binary COPY.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tokio::sync::mpsc;

use crate::base::pg::Database;
use crate::source::{EntityQuery, Input, Sheet, SourceError, SourceSpec};

/// The expressions that turn a query's columns into the contract's, in contract order.
#[derive(Debug, Clone)]
pub struct SelectList {
    pub(super) columns: String,
}

/// An open snapshot of a source.
///
/// The connection is its own: a COPY broken off in the middle leaves it unusable, so it is closed on any
/// error and never returned to a pool.
pub struct Extraction {
    connection: PgConnection,
    source: String,
    lists: Vec<SelectList>,
    /// High-water mark: the oldest transaction that was still running (`pg_snapshot_xmin`).
    pub mark: String,
    /// The source's own time of the snapshot.
    pub extracted_at: DateTime<Utc>,
}

impl Extraction {
    /// Connects, compares the queries with the contract and opens the snapshot.
    pub async fn begin(database: &Database, spec: &SourceSpec) -> Result<Extraction, SourceError> {
        let connect = database.connect().await;
        let mut connection = connect.map_err(|source| SourceError::Connect { name: spec.name.clone(), source })?;
        let lists = super::check_queries(&mut connection, spec).await?;
        let failed =
            |action: &str, source| SourceError::Query { name: spec.name.clone(), action: action.to_owned(), source };
        connection
            .execute("begin isolation level repeatable read read only")
            .await
            .map_err(|e| failed("opening a snapshot", e))?;
        let row = connection
            .fetch_one("select pg_snapshot_xmin(pg_current_snapshot())::text, now()")
            .await
            .map_err(|e| failed("reading the high-water mark", e))?;
        Ok(Extraction { mark: row.get(0), extracted_at: row.get(1), connection, source: spec.name.clone(), lists })
    }

    /// Streams one entity's rows as binary COPY chunks of about a megabyte.
    ///
    /// Stops quietly when the receiver is gone: the reason is the receiver's to tell.
    pub async fn read(&mut self, input: Input<'_>, chunks: mpsc::Sender<Bytes>) -> Result<(), SourceError> {
        match input {
            Input::Query(index, query) => self.read_query(query, index, chunks).await,
            Input::Sheet(sheet) => self.read_sheet(sheet.clone(), chunks).await,
        }
    }

    async fn read_sheet(&self, sheet: Sheet, chunks: mpsc::Sender<Bytes>) -> Result<(), SourceError> {
        let file = sheet.file.clone();
        let reading =
            tokio::task::spawn_blocking(move || sheet.read(|chunk| chunks.blocking_send(chunk.into()).is_ok()));
        let name = || self.source.clone();
        let read = reading.await.map_err(|_| SourceError::Thread { name: name(), file })?;
        read.map(drop).map_err(|source| SourceError::Contract { name: name(), source })
    }

    async fn read_query(
        &mut self,
        query: &EntityQuery,
        index: usize,
        chunks: mpsc::Sender<Bytes>,
    ) -> Result<(), SourceError> {
        let failed = |source| SourceError::Query {
            name: self.source.clone(),
            action: format!("reading {}", query.file),
            source,
        };
        let statement = format!(
            "copy (select {} from (\n{}\n) as q) to stdout (format binary)",
            self.lists[index].columns, query.sql
        );
        let mut stream = self.connection.copy_out_raw(&statement).await.map_err(failed)?;
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        while let Some(part) = stream.try_next().await.map_err(failed)? {
            chunk.extend_from_slice(&part);
            if chunk.len() >= CHUNK_BYTES {
                let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES));
                if chunks.send(full.into()).await.is_err() {
                    return Ok(());
                }
            }
        }
        let _ = chunks.send(chunk.into()).await;
        Ok(())
    }

    /// Reads one value in the same snapshot: row counts and sums for reconciliation.
    pub async fn count(&mut self, query: &EntityQuery) -> Result<i64, SourceError> {
        let statement = AssertSqlSafe(format!("select count(*) from (\n{}\n) as q", query.sql));
        let row = self.connection.fetch_one(statement).await;
        let row = row.map_err(|source| SourceError::Query {
            name: self.source.clone(),
            action: format!("counting {}", query.file),
            source,
        })?;
        Ok(row.get(0))
    }

    /// Closes the snapshot and the connection.
    pub async fn end(self) {
        // Nothing was written: a failing goodbye loses nothing.
        let _ = self.connection.close().await;
    }
}

/// Chunks between reader and decoder: large enough to amortise the hand-over, small enough that two in flight stay under 3 MB.
const CHUNK_BYTES: usize = 1 << 20;
