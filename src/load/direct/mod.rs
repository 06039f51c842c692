//! A first load in flight: rows go from the source's stream straight into the empty fact, no staging in between.
//!
//! In: an entity whose table of the star is empty, the dimensions as they are in the star.
//! Out: the table with its rows and its primary key, and in staging the rows that need a second look: those that break the
//! contract, name a member that nobody delivered, or have an amount in another currency. They take the way of every
//! night. So one rule decides, and the image in SQL stays the only place that knows all of it: what is written here is
//! what the image would say, or it is left to it.
//!
//! Never here: a row that is guessed, a key that is unchecked. Rows of a key that occurs twice make the primary key fail;
//! then everything is undone and the entity is staged, which tells which rows they are.

mod check;
mod deal;
mod interaction;
mod known;
mod member;
mod sieve;
mod write;

use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tempfile::SpooledTempFile;
use tokio::sync::mpsc;

use check::Checks;
pub(in crate::load) use known::Known;
use sieve::{Sieve, Sieved, WriteRow};

use crate::load::entity::{MergeSpec, merge_spec};
use crate::load::first::{Keys, take_keys};
use crate::load::merge::{MergeContext, analyze_table};
use crate::load::quarantine::mark_duplicates;
use crate::load::staging::{IN_FLIGHT, stage_stream};
use crate::load::{LoadError, warehouse};
use crate::source::contract::place;
use crate::source::{Extraction, Input, Reach, Tally};

/// What came in flight.
pub(super) struct Flight {
    /// Rows read from the source.
    pub read: i64,
    /// Rows that are in the fact.
    pub flown: i64,
    /// Of them, those that are not deleted.
    pub tallies: Vec<Tally>,
    /// The keys that are still to be made; none when nothing flew.
    pub keys: Option<Keys>,
}

/// How rows of an entity are written in flight; none for the entities that are always staged.
fn writer_of(entity: &str) -> Option<WriteRow> {
    match entity {
        "deal" => Some(deal::write_deal),
        "interaction" => Some(interaction::write_interaction),
        _ => None,
    }
}

/// Whether an entity may fly: nothing is in its table, and this login writes the table without conditions on its rows,
/// under which the server takes no COPY.
pub(super) async fn can_fly(tx: &mut PgConnection, entity: &str) -> Result<bool, LoadError> {
    let (Some(spec), Some(_)) = (merge_spec(entity), writer_of(entity)) else { return Ok(false) };
    let statement =
        format!("select not exists (select from star.{0}) and not row_security_active('star.{0}')", spec.table);
    let row = sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(tx).await;
    row.map_err(warehouse(format!("looking whether star.{} is empty", spec.table)))
}

/// Loads an entity in flight; none when a key occurs twice, and all of it is to be staged.
pub(super) async fn fly(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    input: Input<'_>,
    known: &Arc<Known>,
    context: &MergeContext,
) -> Result<Option<Flight>, LoadError> {
    let entity = input.entity();
    let (Some(spec), Some(write), Some(checks)) = (merge_spec(entity.name), writer_of(entity.name), Checks::of(entity))
    else {
        return Ok(None);
    };
    let action = |what: &str| warehouse(format!("{what} star.{}", spec.table));
    tx.execute("savepoint flight").await.map_err(action("filling"))?;
    let sieve = Sieve {
        entity,
        checks,
        write,
        known: Arc::clone(known),
        width: 2 + spec.columns.len(),
        deleted_at: place(entity, "deleted_at"),
        amount: spec.measure.amount.map(|amount| (place(entity, amount), place(entity, "created_at"))),
    };
    let (raw_in, raw_out) = mpsc::channel::<Bytes>(IN_FLIGHT);
    let (coded_in, coded_out) = mpsc::channel::<Vec<u8>>(IN_FLIGHT);
    let sieving = tokio::task::spawn_blocking(move || sieve.run(raw_out, &coded_in));
    let reading = extraction.read(input, &Reach::Whole, raw_in);
    let (read, written) = tokio::join!(reading, write_rows(tx, spec, coded_out));
    // The source's reason comes first: a stream that broke off there makes the worker complain as well.
    read.map_err(LoadError::Source)?;
    let Sieved { read, flown, tallies, rest } =
        sieving.await.map_err(|_| LoadError::Thread { entity: entity.name })??;
    let mut keys = written?;
    let is_unique = match &mut keys {
        Some(keys) => keys.make_primary(tx).await?,
        None => true,
    };
    if is_unique {
        let rest = stage_stream(tx, entity, |chunks| async {
            let read = read_spool(rest, chunks).await;
            read.map_err(|source| LoadError::Spool { entity: entity.name, source })
        })
        .await?;
        mark_duplicates(tx, entity).await?;
        analyze_table(tx, &format!("staging.\"{}\"", entity.name)).await?;
        debug_assert_eq!(rest.read + flown, read as i64);
    }
    if !is_unique || is_known_twice(tx, spec, context.tenant_key).await? {
        tx.execute("rollback to savepoint flight").await.map_err(action("emptying"))?;
        return Ok(None);
    }
    tx.execute("release savepoint flight").await.map_err(action("filling"))?;
    Ok(Some(Flight { read: read as i64, flown, tallies, keys }))
}

/// Writes what the worker sends, once it sends something: the keys are taken away, and the table gets a new file.
async fn write_rows(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    mut rows: mpsc::Receiver<Vec<u8>>,
) -> Result<Option<Keys>, LoadError> {
    let action = |what: &str| warehouse(format!("{what} star.{}", spec.table));
    let Some(mut next) = rows.recv().await else { return Ok(None) };
    let keys = take_keys(tx, spec.table).await?;
    // Rows of a file that nobody else can know are written as old ones: no later reader has to look who wrote them.
    let statement = format!(
        "copy star.{} (tenant_key, {}, {}) from stdin (format binary, freeze)",
        spec.table,
        spec.key,
        spec.columns.join(", ")
    );
    let mut copy = tx.copy_in_raw(&statement).await.map_err(action("opening"))?;
    let mut has_ended = false;
    loop {
        has_ended |= next.len() == 2 && next.ends_with(&(-1i16).to_be_bytes());
        copy.send(next).await.map_err(action("writing"))?;
        match rows.recv().await {
            Some(bytes) => next = bytes,
            None => break,
        }
    }
    if !has_ended {
        let _ = copy.abort("the source's stream was not decoded to its end").await;
        return Ok(Some(keys));
    }
    copy.finish().await.map_err(action("closing"))?;
    Ok(Some(keys))
}

/// Whether a row that is left to staging has the key of one that flew.
async fn is_known_twice(tx: &mut PgConnection, spec: &MergeSpec, tenant_key: i32) -> Result<bool, LoadError> {
    let statement = format!(
        "select exists (select from staging.\"{0}\" as s join star.{1} as f on f.tenant_key = $1 and f.{2} = s.{2})",
        spec.entity, spec.table, spec.key
    );
    let row = sqlx::query_scalar(AssertSqlSafe(statement)).bind(tenant_key).fetch_one(tx).await;
    row.map_err(warehouse(format!("looking for duplicates in {}", spec.entity)))
}

/// Reads the rest as though the source sent it.
async fn read_spool(mut rest: SpooledTempFile, chunks: mpsc::Sender<Bytes>) -> std::io::Result<()> {
    let reading = tokio::task::spawn_blocking(move || {
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match rest.read(&mut chunk)? {
                0 => return Ok(()),
                read if chunks.blocking_send(Bytes::copy_from_slice(&chunk[..read])).is_err() => return Ok(()),
                _ => {}
            }
        }
    });
    reading.await.map_err(std::io::Error::other)?
}

/// Bytes of the rest that are read at once.
const CHUNK_BYTES: usize = 1 << 18;
