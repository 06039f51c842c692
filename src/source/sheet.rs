//! A CSV file of an entity: what companies keep in spreadsheets, held to the same contract as a query.
//!
//! The header names the contract's columns in any order; `,` or `;` separates; UTF-8, with or without a byte order mark;
//! lines before the header that begin with `#` are remarks. An empty cell is null. Columns that the contract does not know
//! are texts of `attributes`, where the entity has them.

use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use csv::ByteRecord;
use sha2::{Digest, Sha256};

use crate::base::{Problem, Problems};
use crate::source::cell::write_cell;
use crate::source::contract::{ATTRIBUTES, CUSTOMER_HANDLE, Column, Entity};
use crate::source::copy::{write_header, write_trailer};

/// Where the bytes of a CSV file are.
#[derive(Debug, Clone)]
pub enum SheetPlace {
    /// On disk, read anew by each load.
    Disk(PathBuf),
    /// In memory: compiled into the binary.
    Memory(Arc<[u8]>),
}

/// An entity that comes by CSV.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// What its rows are.
    pub entity: &'static Entity,
    /// The file, for messages.
    pub file: String,
    /// Where its bytes are.
    pub place: SheetPlace,
}

/// Where a cell stands: the record's first byte and line, and the how-manieth field.
#[derive(Debug, Clone, Copy)]
struct Spot {
    byte: u64,
    line: usize,
    field: usize,
}

impl Sheet {
    /// Reads the whole file and gives the number of its rows, or every problem with line and column.
    pub fn check(&self) -> Result<u64, Problems> {
        self.read(|_| true)
    }

    /// Reads the file as binary COPY in the contract's columns, a chunk at a time, until `emit` says no.
    ///
    /// Every problem of the file comes at once; the trailer is never sent after one.
    pub(super) fn read(&self, mut emit: impl FnMut(Vec<u8>) -> bool) -> Result<u64, Problems> {
        let mut notes = Notes::default();
        let rows = match self.scan(&mut notes, &mut emit) {
            Ok(rows) => rows,
            Err(error) => {
                return Err(Problems(vec![Problem::of_file(&self.file, format!("it cannot be read: {error}"))]));
            }
        };
        self.place(notes).into_result()?;
        let mut trailer = Vec::new();
        write_trailer(&mut trailer);
        emit(trailer);
        Ok(rows)
    }

    fn scan(&self, notes: &mut Notes, emit: &mut impl FnMut(Vec<u8>) -> bool) -> Result<u64, std::io::Error> {
        let mut bytes = self.open()?;
        let start = begin(&mut *bytes)?;
        let mut builder = csv::ReaderBuilder::new();
        builder.trim(csv::Trim::All).flexible(true).delimiter(start.delimiter);
        let mut reader = builder.from_reader(bytes);
        let header = reader.byte_headers()?.clone();
        let Some(head) = self.header(&header, &start, notes) else { return Ok(0) };
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        write_header(&mut chunk);
        let (mut rows, mut seen) = (0, HashMap::new());
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record)? {
            let spot = record.position().map_or(Spot { byte: 0, line: 0, field: 0 }, |p| Spot {
                byte: p.byte() + start.byte,
                line: p.line() as usize + start.line,
                field: 0,
            });
            rows += 1;
            if rows > ROW_COUNT_MAX {
                notes.add(
                    spot,
                    format!("more than {ROW_COUNT_MAX} rows"),
                    Some("keep them in a table and read them by a query".into()),
                );
                break;
            }
            let width = header.len();
            if record.len() != width {
                let message = format!("{} fields, the header has {width}", record.len());
                notes.add(spot, message, Some("put a field that holds the separator into double quotes".into()));
                continue;
            }
            let key = self.row(&record, &head, spot, (notes, &mut chunk));
            if let (Some(first), false) = (seen.insert(hash(&key), spot.line), key.is_empty()) {
                notes.add(spot, format!("{} `{key}` stands on line {first} already", self.entity.key), None);
            }
            if chunk.len() >= CHUNK_BYTES && notes.all.is_empty() {
                let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_BYTES));
                if !emit(full) {
                    return Ok(rows);
                }
            }
            if !notes.all.is_empty() {
                chunk.clear();
            }
        }
        if notes.all.is_empty() {
            emit(chunk);
        }
        Ok(rows)
    }

    fn open(&self) -> Result<Box<dyn BufRead + Send>, std::io::Error> {
        Ok(match &self.place {
            SheetPlace::Disk(path) => Box::new(BufReader::with_capacity(PEEK_BYTES, File::open(path)?)),
            SheetPlace::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// Which field holds what; none when the header is wrong.
    fn header(&self, header: &ByteRecord, start: &Start, notes: &mut Notes) -> Option<Header> {
        let Entity { name, key, key_parts, columns, .. } = *self.entity;
        let spot = |field| Spot { byte: start.byte, line: 1 + start.line, field };
        let names: Vec<String> = header.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect();
        let (extra, unknown) = self.entity.sort_extra(&names.iter().map(String::as_str).collect::<Vec<_>>());
        for (field, found) in names.iter().enumerate() {
            if names[..field].contains(found) {
                notes.add(spot(field), format!("column {found} stands there twice"), None);
            } else if found.is_empty() && !extra.is_empty() {
                notes.add(spot(field), "a column without a name".into(), Some("name it or take it out".into()));
            } else if let Some((_, near)) = unknown.iter().find(|(name, _)| name == found) {
                let hint = near.map_or_else(
                    || format!("leave it out; `vesper contract {name}` tells the columns"),
                    |n| format!("did you mean `{n}`?"),
                );
                notes.add(spot(field), format!("column {found} is not in the contract of {name}"), Some(hint));
            }
        }
        let is_made = |column: &Column| column.name == key && !key_parts.is_empty();
        for column in columns.iter().filter(|c| !c.is_optional && !is_made(c)) {
            if !names.iter().any(|name| name == column.name) {
                let message = format!("column {} ({}) is missing", column.name, column.column_type.sql());
                notes.add(spot(0), message, Some(format!("add it: {}", column.meaning)));
            }
        }
        let place = |name: &str| names.iter().position(|other| other == name);
        notes.all.is_empty().then(|| Header {
            columns: columns.iter().map(|column| place(column.name)).collect(),
            extra: extra.iter().filter_map(|name| Some(((*name).to_owned(), place(name)?))).collect(),
        })
    }

    /// Appends one row; gives its key.
    fn row(
        &self,
        record: &ByteRecord,
        head: &Header,
        spot: Spot,
        (notes, chunk): (&mut Notes, &mut Vec<u8>),
    ) -> String {
        let mut text = |field: usize| {
            std::str::from_utf8(record.get(field).unwrap_or_default()).unwrap_or_else(|_| {
                notes.add(
                    Spot { field, ..spot },
                    "the text is not UTF-8".into(),
                    Some("save the file as UTF-8".into()),
                );
                "?"
            })
        };
        let cells: Vec<&str> = head.columns.iter().map(|field| field.map_or("", &mut text)).collect();
        let extra: serde_json::Map<String, serde_json::Value> = head
            .extra
            .iter()
            .map(|(name, field)| (name, text(*field)))
            .filter(|(_, cell)| !cell.is_empty())
            .map(|(name, cell)| (name.clone(), cell.into()))
            .collect();
        let attributes = if extra.is_empty() { String::new() } else { serde_json::Value::from(extra).to_string() };
        let index = |name: &str| self.entity.columns.iter().position(|c| c.name == name);
        let cell = |name: &str| index(name).map_or("", |i| cells[i]);
        // A customer's handle may be an address and the star holds none: its hash stands in the key.
        let part = |name: &&str| match *name {
            CUSTOMER_HANDLE => hex::encode(Sha256::digest(cell(name).to_lowercase())),
            name => cell(name).to_owned(),
        };
        let made = || self.entity.key_parts.iter().map(part).collect::<Vec<_>>().join("/");
        let is_made = cell(self.entity.key).is_empty() && !self.entity.key_parts.is_empty();
        let key = if is_made { made() } else { cell(self.entity.key).to_owned() };
        chunk.extend_from_slice(&(cells.len() as i16).to_be_bytes());
        for ((column, field), cell) in self.entity.columns.iter().zip(&head.columns).zip(&cells) {
            let spot = Spot { field: field.unwrap_or(0), ..spot };
            let cell = match column.name {
                name if name == self.entity.key => &key,
                name if name == ATTRIBUTES.name && !attributes.is_empty() => &attributes,
                _ => *cell,
            };
            if cell.is_empty() && !column.is_optional {
                notes.add(spot, format!("{} is empty, expected {}", column.name, column.meaning), None);
            } else if let Err(expected) = write_cell(chunk, column.column_type, cell) {
                notes.add(spot, format!("{} is `{cell}`, expected {expected}", column.name), None);
            }
        }
        key
    }

    /// The notes as problems, with the column each cell begins at.
    fn place(&self, notes: Notes) -> Problems {
        let mut problems: Vec<Problem> = Vec::new();
        for (spot, message, hint) in notes.all {
            let place = self.begin_of(spot).unwrap_or((spot.line, 1));
            problems.push(Problem { file: self.file.clone(), place: Some(place), message, hint });
        }
        if notes.more > 0 {
            problems.push(Problem::of_file(&self.file, format!("{} more problems", notes.more)));
        }
        Problems(problems)
    }

    /// Line and column of a field, both from 1: the record is read again from its first byte.
    fn begin_of(&self, spot: Spot) -> Option<(usize, usize)> {
        let mut record = Vec::new();
        match &self.place {
            SheetPlace::Disk(path) => {
                let mut file = File::open(path).ok()?;
                file.seek(SeekFrom::Start(spot.byte)).ok()?;
                file.take(PEEK_BYTES as u64).read_to_end(&mut record).ok()?;
            }
            SheetPlace::Memory(bytes) => record.extend_from_slice(bytes.get(spot.byte as usize..)?),
        }
        let delimiter = begin(&mut *self.open().ok()?).ok()?.delimiter;
        let (mut line, mut column, mut field, mut is_quoted) = (spot.line, 1, 0, false);
        let mut bytes = record.iter().copied().skip_while(|b| matches!(b, b'\r' | b'\n'));
        while field < spot.field {
            let byte = bytes.next()?;
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'\n' => (line, column) = (line + 1, 0),
                _ if byte == delimiter && !is_quoted => field += 1,
                _ => {}
            }
            // A character of several bytes is one column.
            column += usize::from(byte & 0xC0 != 0x80);
        }
        Some((line, column))
    }
}

/// Which field of a record holds what.
struct Header {
    /// The field of each contract column.
    columns: Vec<Option<usize>>,
    /// Fields that the contract does not know, by their names.
    extra: Vec<(String, usize)>,
}

/// What is wrong so far: the first few, and how many more.
#[derive(Debug, Default)]
struct Notes {
    all: Vec<(Spot, String, Option<String>)>,
    more: u64,
}

impl Notes {
    fn add(&mut self, spot: Spot, message: String, hint: Option<String>) {
        if self.all.len() < PROBLEM_COUNT_MAX { self.all.push((spot, message, hint)) } else { self.more += 1 }
    }
}

/// Where the header begins: bytes and lines before it, and what separates its names.
struct Start {
    byte: u64,
    line: usize,
    delimiter: u8,
}

/// Passes the byte order mark and the remarks.
fn begin(bytes: &mut dyn BufRead) -> Result<Start, std::io::Error> {
    let mut start = Start { byte: 0, line: 0, delimiter: b',' };
    if bytes.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        bytes.consume(3);
        start.byte = 3;
    }
    loop {
        let peeked = bytes.fill_buf()?;
        if peeked.first() != Some(&b'#') {
            let header = peeked.split(|b| *b == b'\n').next().unwrap_or_default();
            start.delimiter = if header.contains(&b';') { b';' } else { b',' };
            return Ok(start);
        }
        start.byte += bytes.skip_until(b'\n')? as u64;
        start.line += 1;
    }
}

fn hash(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

/// More belongs in a table: the keys of a file are held while it is read.
const ROW_COUNT_MAX: u64 = 1_000_000;
/// So many problems of one file tell enough.
const PROBLEM_COUNT_MAX: usize = 50;
/// As the chunks of a query.
const CHUNK_BYTES: usize = 1 << 20;
/// Longer than any header or record that a person wrote.
const PEEK_BYTES: usize = 1 << 16;

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
