//! One file of an export: typed Parquet, or CSV that a spreadsheet opens without harm.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Read};
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat};
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::export::folder::ExportFolder;
use crate::export::{Dataset, ExportError, ExportedFile};

/// The kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Apache Parquet, columns typed, compressed by Zstandard.
    #[default]
    Parquet,
    /// RFC 4180, UTF-8, a header line, empty for null.
    Csv,
}

impl Format {
    /// The ending of its files.
    fn extension(self) -> &'static str {
        match self {
            Format::Parquet => "parquet",
            Format::Csv => "csv",
        }
    }
}

/// A file being written.
pub(super) struct ExportFile {
    part: String,
    path: PathBuf,
    name: String,
    row_count: u64,
    writer: Writer,
}

enum Writer {
    Parquet(Box<BatchedWriter<BufWriter<File>>>),
    Csv(Box<csv::Writer<File>>),
}

impl ExportFile {
    /// Opens the file of a part.
    pub(super) fn begin(
        folder: &ExportFolder,
        format: Format,
        dataset: &Dataset,
        part: String,
    ) -> Result<Self, ExportError> {
        let name = format!("{part}.{}", format.extension());
        let path = folder.path().join(&name);
        let file = File::create(&path).map_err(ExportError::file(&path))?;
        let names = dataset.columns.iter().map(|c| c.name.as_str());
        let writer = match format {
            Format::Parquet => {
                let schema: Schema =
                    names.zip(&dataset.columns).map(|(name, c)| Field::new(name.into(), c.dtype())).collect();
                let writer = ParquetWriter::new(BufWriter::new(file)).batched(&schema);
                let writer = writer.map_err(|source| ExportError::Encode { path: path.clone(), source })?;
                Writer::Parquet(Box::new(writer))
            }
            Format::Csv => {
                let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
                writer.write_record(names).map_err(|e| ExportError::file(&path)(e.into()))?;
                Writer::Csv(Box::new(writer))
            }
        };
        Ok(Self { part, path, name, row_count: 0, writer })
    }

    /// The part whose rows it holds.
    pub(super) fn part(&self) -> &str {
        &self.part
    }

    /// Adds the rows of a frame.
    pub(super) fn write(&mut self, frame: &DataFrame) -> Result<(), ExportError> {
        self.row_count += frame.height() as u64;
        let encode = |source| ExportError::Encode { path: self.path.clone(), source };
        match &mut self.writer {
            Writer::Parquet(writer) => writer.write_batch(frame).map_err(encode),
            Writer::Csv(writer) => {
                let columns: Vec<&Series> = frame.columns().iter().map(|c| c.as_materialized_series()).collect();
                for row in 0..frame.height() {
                    for series in &columns {
                        let value = series.get(row).map_err(encode)?;
                        writer.write_field(cell(&value)).map_err(|e| ExportError::file(&self.path)(e.into()))?;
                    }
                    let end: [&[u8]; 0] = [];
                    writer.write_record(end).map_err(|e| ExportError::file(&self.path)(e.into()))?;
                }
                Ok(())
            }
        }
    }

    /// Ends the file and reads it once more, for its size and digest.
    pub(super) fn finish(self) -> Result<ExportedFile, ExportError> {
        let Self { path, name, row_count, writer, .. } = self;
        match writer {
            Writer::Parquet(writer) => {
                writer.finish().map_err(|source| ExportError::Encode { path: path.clone(), source })?;
                let sink = writer.get_writer().lock().map_err(|_| ExportError::file(&path)(ErrorKind::Other.into()));
                drop(sink?);
            }
            Writer::Csv(writer) => {
                writer.into_inner().map_err(|e| ExportError::file(&path)(e.into_error()))?;
            }
        }
        let file = File::open(&path).map_err(ExportError::file(&path))?;
        // The name in the folder is durable when the folder is moved; the bytes are now.
        file.sync_all().map_err(ExportError::file(&path))?;
        let (byte_count, sha256) = digest(file).map_err(ExportError::file(&path))?;
        Ok(ExportedFile { name, row_count, byte_count, sha256 })
    }
}

/// Bytes and SHA-256 (FIPS 180-4) of a file.
fn digest(mut file: File) -> std::io::Result<(u64, String)> {
    let (mut digest, mut byte_count, mut piece) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            return Ok((byte_count, hex::encode(digest.finalize())));
        }
        digest.update(&piece[..length]);
        byte_count += length as u64;
    }
}

/// A value as a cell: ISO 8601, a decimal with its point, and no text that a spreadsheet takes for a formula (OWASP,
/// "CSV Injection").
fn cell(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        AnyValue::String(text) => (*text).to_owned(),
        AnyValue::Date(days) => DateTime::from_timestamp(i64::from(*days) * 86_400, 0)
            .map_or_else(String::new, |at| at.date_naive().to_string()),
        AnyValue::Datetime(micros, ..) => DateTime::from_timestamp_micros(*micros)
            .map_or_else(String::new, |at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        AnyValue::Decimal(digits, _, scale) => decimal(*digits, *scale),
        other => other.to_string(),
    }
}

/// `-12.3400`.
fn decimal(digits: i128, scale: usize) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", digits.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal(-5, 4), "-0.0005");
        assert_eq!(decimal(123_456_789_012_345_678_901_234_567, 4), "12345678901234567890123.4567");
        assert_eq!(decimal(7, 0), "7");
    }

    #[test]
    fn no_text_begins_as_a_formula_does_and_numbers_stay_numbers() {
        for text in ["=1+1", "+49", "-x", "@a", "\tb", "\rc"] {
            assert_eq!(cell(&AnyValue::String(text)), format!("'{text}"));
        }
        assert_eq!(cell(&AnyValue::String("a=b")), "a=b");
        assert_eq!(cell(&AnyValue::Int64(-3)), "-3");
        assert_eq!(cell(&AnyValue::Date(-1)), "1969-12-31");
    }
}
