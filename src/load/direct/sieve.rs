//! The worker of a load in flight: sound rows become rows of the fact, the others are kept as they came.

use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use bytes::Bytes;
use chrono::NaiveDate;
use polars::prelude::PlHashMap;
use tempfile::SpooledTempFile;
use tokio::sync::mpsc;

use super::check::{Checks, Fields, day_of};
use super::known::Known;
use super::write::Writer;
use crate::load::LoadError;
use crate::load::row::{Rows, fields_of, long};
use crate::source::copy::{EPOCH_DAYS, write_header, write_trailer};
use crate::source::{Entity, Tally};

/// Writes a row of the fact; none when it cannot say all of it.
pub(super) type WriteRow = fn(&Fields<'_>, &Known, &mut Writer) -> Option<()>;

/// What is done with the rows of an entity.
pub(super) struct Sieve {
    pub entity: &'static Entity,
    pub checks: Checks,
    pub write: WriteRow,
    pub known: Arc<Known>,
    /// Fields of a row of the fact.
    pub width: usize,
    pub deleted_at: usize,
    /// The amount that is balanced and what tells its day, where the entity has them.
    pub amount: Option<(usize, usize)>,
}

/// What came of a stream.
pub(super) struct Sieved {
    /// Rows read.
    pub read: u64,
    /// Rows of the fact.
    pub flown: i64,
    /// Of them, those that are not deleted, by day.
    pub tallies: Vec<Tally>,
    /// The other rows as the source gave them: a stream of their own.
    pub rest: SpooledTempFile,
}

impl Sieve {
    /// Reads the stream to its end and sends rows of the fact, the trailer as a message of its own. Sends nothing when the
    /// stream is short: then all of it is the rest.
    pub fn run(&self, mut raw: mpsc::Receiver<Bytes>, coded: &mpsc::Sender<Vec<u8>>) -> Result<Sieved, LoadError> {
        let decode = |source| LoadError::Decode { entity: self.entity.name, source };
        let spool = |source| LoadError::Spool { entity: self.entity.name, source };
        let (mut flown, mut failed) = (0, None);
        let mut days: PlHashMap<Option<i32>, (i64, i128)> = PlHashMap::default();
        let mut rest = SpooledTempFile::new(SPOOL_BYTES);
        let mut to = Writer::new(self.width);
        write_header(&mut to.bytes);
        // Whether keys are worth taking away is known after so many rows; until then the rest is all of them.
        let mut few = Some(Vec::new());
        let mut doubtful = Vec::new();
        write_header(&mut doubtful);
        let mut rows = Rows::new(self.entity.columns.len());
        while let Some(chunk) = raw.blocking_recv() {
            let read = rows.feed(&chunk, |row, number| {
                if number == ROWS_MIN {
                    few = None;
                }
                let keep = |bytes: &mut Vec<u8>| {
                    bytes.extend_from_slice(&(self.entity.columns.len() as i16).to_be_bytes());
                    bytes.extend_from_slice(row);
                };
                few.as_mut().map(keep);
                let mut fields: [Option<&[u8]>; COLUMNS_MAX] = [None; COLUMNS_MAX];
                fields.iter_mut().zip(fields_of(row)).for_each(|(place, field)| *place = field);
                let fields = &fields[..self.entity.columns.len()];
                let begin = to.bytes.len();
                if !self.checks.are_met(fields) || (self.write)(fields, &self.known, &mut to).is_none() {
                    to.bytes.truncate(begin);
                    keep(&mut doubtful);
                    return Ok(());
                }
                flown += 1;
                if fields[self.deleted_at].is_none() {
                    let day = self.amount.and_then(|(_, at)| fields[at]).and_then(day_of);
                    let (live, amount) = days.entry(day).or_default();
                    *live += 1;
                    *amount += self.amount.and_then(|(at, _)| fields[at]).map_or(0, |field| i128::from(long(field, 0)));
                }
                Ok(())
            });
            read.map_err(decode)?;
            if few.is_none() {
                let full = std::mem::replace(&mut to.bytes, Vec::with_capacity(chunk.len()));
                // A closed channel means that the writer failed and tells why itself.
                let _ = coded.blocking_send(full);
                if doubtful.len() > DOUBTFUL_BYTES {
                    failed = failed.or(rest.write_all(&doubtful).err());
                    doubtful.clear();
                }
            }
        }
        let read = rows.finish().map_err(decode)?;
        match few {
            Some(all) => {
                flown = 0;
                days.clear();
                doubtful.clear();
                write_header(&mut doubtful);
                doubtful.extend_from_slice(&all);
            }
            None => {
                let mut trailer = Vec::new();
                write_trailer(&mut trailer);
                let _ = coded.blocking_send(trailer);
            }
        }
        write_trailer(&mut doubtful);
        failed = failed.or(rest.write_all(&doubtful).err()).or(rest.seek(SeekFrom::Start(0)).err());
        match failed {
            Some(error) => Err(spool(error)),
            None => Ok(Sieved { read, flown, tallies: self.tallies(days), rest }),
        }
    }
    /// Rows fly in the reporting currency alone.
    fn tallies(&self, days: PlHashMap<Option<i32>, (i64, i128)>) -> Vec<Tally> {
        let tally = |(day, (live, amount)): (Option<i32>, (i64, i128))| Tally {
            currency: day.map(|_| self.known.currency.clone()),
            day: day.and_then(|day| NaiveDate::from_epoch_days(day + EPOCH_DAYS)),
            live,
            amount: self.amount.map(|_| amount.to_string()),
        };
        days.into_iter().map(tally).collect()
    }
}

/// From so many rows on the keys are cheaper made at once.
const ROWS_MIN: u64 = 5_000;
/// More columns than any entity that flies.
const COLUMNS_MAX: usize = 24;
/// The rest goes to a file from this size on.
const SPOOL_BYTES: usize = 4 << 20;
/// The rest is handed on in pieces of this size.
const DOUBTFUL_BYTES: usize = 1 << 18;
