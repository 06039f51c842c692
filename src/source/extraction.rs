//! One extraction: every entity in one repeatable-read snapshot, streamed by binary COPY.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tokio::sync::mpsc;

use crate::base::Problems;
use crate::base::pg::Database;
use crate::source::check::{describe_queries, explain};
use crate::source::plan::{Relation, Scans};
use crate::source::reach::{self, Reach, text_array};
use crate::source::state::{read_server, read_tables};
use crate::source::{EntityQuery, Input, Measure, ServerState, Sheet, SourceError, SourceSpec, TableState, Tally};

/// What the server makes of a query.
#[derive(Debug, Clone)]
pub struct SelectList {
    /// The expressions that turn the query's columns into the contract's, in contract order.
    pub(super) columns: String,
    /// The tables it reads.
    pub(super) scans: Scans,
}

/// An open snapshot of a source.
///
/// The connection is its own: a COPY broken off in the middle leaves it unusable, so it is closed on any
/// error and never returned to a pool.
pub struct Extraction {
    connection: PgConnection,
    source: String,
    /// None where the query does not fit the contract.
    lists: Vec<Option<SelectList>>,
    /// The queries that do not fit the contract any more, by their place, and why.
    pub drift: Vec<(usize, Problems)>,
    tables: Vec<TableState>,
    /// Who the server is.
    pub server: ServerState,
    /// High-water mark: the oldest transaction that was still running (`pg_snapshot_xmin`).
    pub mark: u64,
    /// The source's own time of the snapshot.
    pub extracted_at: DateTime<Utc>,
}

impl Extraction {
    /// Connects, compares the queries with the contract, reads the counters and opens the snapshot, in this order: what
    /// the counters tell of was committed before the snapshot.
    pub async fn begin(database: &Database, spec: &SourceSpec) -> Result<Extraction, SourceError> {
        let connect = database.connect().await;
        let mut connection = connect.map_err(|source| SourceError::Connect { name: spec.name.clone(), source })?;
        let failed =
            |action: &str, source| SourceError::Query { name: spec.name.clone(), action: action.to_owned(), source };
        let patience = AssertSqlSafe(format!("set lock_timeout = '{}s'", spec.lock_timeout_seconds));
        connection.execute(patience).await.map_err(|e| failed("saying how long to wait for locks", e))?;
        let (mut lists, mut drift) = (Vec::new(), Vec::new());
        for (index, described) in describe_queries(&mut connection, spec).await?.into_iter().enumerate() {
            match described {
                Ok(list) => lists.push(Some(list)),
                Err(problems) => {
                    lists.push(None);
                    drift.push((index, problems));
                }
            }
        }
        let mut relations: Vec<Relation> = lists.iter().flatten().flat_map(|list| list.scans.tables()).collect();
        relations.sort();
        relations.dedup();
        // Who is at work first: a session that is gone by then has reported, and its rows are in the counters read next.
        let server = read_server(&mut connection).await.map_err(|e| failed("asking who the server is", e))?;
        let tables = read_tables(&mut connection, &relations).await.map_err(|e| failed("reading the counters", e))?;
        connection
            .execute("begin isolation level repeatable read read only")
            .await
            .map_err(|e| failed("opening a snapshot", e))?;
        let row = connection
            .fetch_one("select pg_snapshot_xmin(pg_current_snapshot())::text, now()")
            .await
            .map_err(|e| failed("reading the high-water mark", e))?;
        let mark = row.get::<&str, _>(0).parse().expect("an xid8 is a number of 64 bits");
        let (extracted_at, source) = (row.get(1), spec.name.clone());
        Ok(Extraction { mark, extracted_at, connection, source, lists, drift, tables, server })
    }

    fn list(&self, index: usize) -> &SelectList {
        self.lists[index].as_ref().expect("a query that does not fit the contract is never read")
    }

    /// What a query is read as: its columns and its text. Another definition makes rows that no mark knows.
    pub fn definition(&self, index: usize, query: &EntityQuery) -> String {
        format!("{}\n{}", self.list(index).columns, query.sql)
    }

    /// The tables that a query reads; none when one of them cannot be known.
    pub fn tables_of(&self, index: usize) -> Option<Vec<TableState>> {
        let scans = &self.list(index).scans;
        let names = scans.tables();
        let tables: Vec<TableState> = self
            .tables
            .iter()
            .filter(|t| names.iter().any(|n| n.schema == t.schema && n.name == t.name))
            .cloned()
            .collect();
        (!scans.is_opaque && !names.is_empty() && tables.len() == names.len()).then_some(tables)
    }

    /// Whether the rows that transactions since `mark` wrote can be told: the query reads one plain table, once, and the
    /// server applies the condition where it scans it.
    pub async fn can_read_since(&mut self, index: usize, query: &EntityQuery, mark: u64) -> Result<bool, SourceError> {
        let Some(tables) = self.tables_of(index) else { return Ok(false) };
        let scans = &self.list(index).scans;
        let has_one_root = tables.iter().all(|t| t.root == tables[0].root && t.is_table);
        if !has_one_root || scans.relations.len() != tables.len() {
            return Ok(false);
        }
        let sql = reach::since_xid(&query.sql, &tables, mark);
        // A query that names its schema, or reads through a view, does not see the condition.
        self.connection.execute("savepoint plan").await.map_err(self.failed("planning", query))?;
        let found = explain(&mut self.connection, &sql).await;
        let end = if found.is_ok() { "release savepoint plan" } else { "rollback to savepoint plan" };
        self.connection.execute(end).await.map_err(self.failed("planning", query))?;
        Ok(found.is_ok_and(|scans| {
            !scans.relations.is_empty() && scans.relations.iter().all(|(_, condition)| condition.contains("xmin"))
        }))
    }

    /// Streams the rows of a reach as binary COPY chunks of about a megabyte. A CSV file is always read whole.
    ///
    /// Stops quietly when the receiver is gone: the reason is the receiver's to tell.
    pub async fn read(
        &mut self,
        input: Input<'_>,
        reach: &Reach,
        chunks: mpsc::Sender<Bytes>,
    ) -> Result<(), SourceError> {
        match input {
            Input::Query(index, query) => {
                let tables = self.tables_of(index).unwrap_or_default();
                let select = reach::select(query, &self.list(index).columns, &tables, reach);
                self.copy(query, &select, chunks).await
            }
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

    async fn copy(
        &mut self,
        query: &EntityQuery,
        select: &str,
        chunks: mpsc::Sender<Bytes>,
    ) -> Result<(), SourceError> {
        let failed = self.failed("reading", query);
        let statement = format!("copy (\n{select}\n) to stdout (format binary)");
        let stream = self.connection.copy_out_raw(&statement).await;
        let mut stream = match stream {
            Ok(stream) => stream,
            Err(error) => return Err(failed(error)),
        };
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        loop {
            match stream.try_next().await {
                Ok(Some(part)) => chunk.extend_from_slice(&part),
                Ok(None) => break,
                Err(error) => return Err(failed(error)),
            }
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

    /// Counts the live rows of a query and sums their amounts, but for `keys`, in the same snapshot: the source's side of
    /// the balance.
    pub async fn balance(
        &mut self,
        index: usize,
        query: &EntityQuery,
        measure: Measure,
        keys: &[String],
    ) -> Result<Vec<Tally>, SourceError> {
        let key = query.entity.key;
        let statement = format!(
            "select t.currency, t.day, t.live, t.amount::text from (
                select {} from (\n{}\n) as q where {} and q.\"{key}\"::text <> all({}) group by 1, 2) as t",
            measure.columns(),
            query.sql,
            self.is_live(index),
            text_array(keys)
        );
        let rows = self.connection.fetch_all(AssertSqlSafe(statement)).await;
        let rows = rows.map_err(self.failed("counting", query))?;
        let tally = |row: &PgRow| Tally { currency: row.get(0), day: row.get(1), live: row.get(2), amount: row.get(3) };
        Ok(rows.iter().map(tally).collect())
    }

    /// Count and sum of the live keys' hashes in each bucket ([`bucket_of`], [`hash_sum_of`]).
    pub async fn buckets(&mut self, index: usize, query: &EntityQuery) -> Result<Vec<Bucket>, SourceError> {
        let key = format!("q.\"{}\"::text", query.entity.key);
        let statement = format!(
            "select {}, count(*), {} from (\n{}\n) as q where {} and {key} is not null group by 1",
            bucket_of(&key),
            hash_sum_of(&key),
            query.sql,
            self.is_live(index)
        );
        let rows = self.connection.fetch_all(AssertSqlSafe(statement)).await;
        let rows = rows.map_err(self.failed("comparing the keys of", query))?;
        Ok(rows.iter().map(|r| Bucket { bucket: r.get(0), count: r.get(1), hash_sum: r.get(2) }).collect())
    }

    /// Streams the live keys of some buckets as binary COPY of one text column.
    pub async fn read_keys(
        &mut self,
        index: usize,
        query: &EntityQuery,
        buckets: &[i32],
        chunks: mpsc::Sender<Bytes>,
    ) -> Result<(), SourceError> {
        let key = format!("q.\"{}\"::text", query.entity.key);
        let buckets = buckets.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
        let select = format!(
            "select {key} from (\n{}\n) as q where {} and {} = any('{{{buckets}}}'::int[])",
            query.sql,
            self.is_live(index),
            bucket_of(&key)
        );
        self.copy(query, &select, chunks).await
    }

    /// Closes the snapshot and the connection.
    pub async fn end(self) {
        // Nothing was written: a failing goodbye loses nothing.
        let _ = self.connection.close().await;
    }

    /// Whether the query delivers the column.
    pub fn has_column(&self, index: usize, column: &str) -> bool {
        self.list(index).columns.contains(&format!("q.\"{column}\"::"))
    }

    /// Rows that are there and not soft-deleted.
    fn is_live(&self, index: usize) -> &'static str {
        if self.has_column(index, "deleted_at") { "q.deleted_at is null" } else { "true" }
    }

    fn failed(&self, what: &str, query: &EntityQuery) -> impl Fn(sqlx::Error) -> SourceError + use<> {
        let (name, action) = (self.source.clone(), format!("{what} {}", query.file));
        move |source| SourceError::Query { name: name.clone(), action: action.clone(), source }
    }
}

/// The live keys whose hashes fall into one bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bucket {
    /// Which one.
    pub bucket: i32,
    /// How many keys.
    pub count: i64,
    /// The sum of their hashes.
    pub hash_sum: String,
}

/// The bucket of a key: 4,096 of them, so that a deletion costs the comparison of a few hundred keys.
pub fn bucket_of(key: &str) -> String {
    format!("(hashtextextended({key}, 0) & 4095)::int")
}

/// The sum of the keys' hashes; the bits that chose the bucket are left out.
pub fn hash_sum_of(key: &str) -> String {
    format!("sum(hashtextextended({key}, 0) >> 12)::text")
}

/// Chunks between reader and decoder: large enough to amortise the hand-over, small enough that two in flight stay under 3 MB.
const CHUNK_BYTES: usize = 1 << 20;
