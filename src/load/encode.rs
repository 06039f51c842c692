//! Typed frames to binary COPY (PostgreSQL manual, COPY, "Binary Format"): a frame's rows in column order.

use polars::prelude::*;

use crate::load::frame::{EPOCH_DAYS, EPOCH_MICROS, Field, NUMERIC_SCALE, SIGN_NEGATIVE, SIGNATURE};
use crate::source::ColumnType;

/// The begin of a binary COPY stream.
pub fn write_header(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(SIGNATURE);
    bytes.extend_from_slice(&[0; 8]);
}

/// The end of a binary COPY stream. Never sent after an error: without it the server rolls the COPY back.
pub fn write_trailer(bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(-1i16).to_be_bytes());
}

/// Writes every row of `frame`, whose columns are those of `fields`.
pub fn write_rows(frame: &DataFrame, fields: &[Field], bytes: &mut Vec<u8>) -> PolarsResult<()> {
    enum Values<'a> {
        Bool(&'a BooleanChunked),
        Int(&'a Int32Chunked),
        Long(&'a Int64Chunked),
        Text(&'a StringChunked),
    }
    let frame_columns = frame.columns();
    let series: Vec<&Series> = frame_columns.iter().map(|c| c.as_materialized_series()).collect();
    let columns: Vec<(Values<'_>, ColumnType)> = series
        .iter()
        .zip(fields)
        .map(|(series, (_, column_type))| {
            let values = match series.dtype() {
                DataType::Boolean => Values::Bool(series.bool()?),
                DataType::Int32 => Values::Int(series.i32()?),
                DataType::Int64 => Values::Long(series.i64()?),
                _ => Values::Text(series.str()?),
            };
            Ok((values, *column_type))
        })
        .collect::<PolarsResult<_>>()?;
    let count = (columns.len() as i16).to_be_bytes();
    for row in 0..frame.height() {
        bytes.extend_from_slice(&count);
        for (values, column_type) in &columns {
            match (values, column_type) {
                (Values::Bool(v), _) => write_field(bytes, v.get(row).map(|b| [u8::from(b)])),
                (Values::Int(v), ColumnType::Date) => {
                    let days = v.get(row).map(|d| if d == i32::MAX { d } else { d.saturating_sub(EPOCH_DAYS) });
                    write_field(bytes, days.map(i32::to_be_bytes));
                }
                (Values::Int(v), _) => write_field(bytes, v.get(row).map(i32::to_be_bytes)),
                (Values::Long(v), ColumnType::Timestamp) => {
                    let micros = v.get(row).map(|m| if m == i64::MAX { m } else { m.saturating_sub(EPOCH_MICROS) });
                    write_field(bytes, micros.map(i64::to_be_bytes));
                }
                (Values::Long(v), ColumnType::Numeric) => write_numeric(bytes, v.get(row)),
                (Values::Long(v), _) => write_field(bytes, v.get(row).map(i64::to_be_bytes)),
                (Values::Text(v), column_type) => write_text(bytes, v.get(row), *column_type),
            }
        }
    }
    Ok(())
}

fn write_field<const N: usize>(bytes: &mut Vec<u8>, field: Option<[u8; N]>) {
    match field {
        Some(field) => {
            bytes.extend_from_slice(&(N as i32).to_be_bytes());
            bytes.extend_from_slice(&field);
        }
        None => bytes.extend_from_slice(&(-1i32).to_be_bytes()),
    }
}

fn write_text(bytes: &mut Vec<u8>, text: Option<&str>, column_type: ColumnType) {
    let Some(text) = text else { return bytes.extend_from_slice(&(-1i32).to_be_bytes()) };
    // The binary form of jsonb begins with its version, 1.
    let version: &[u8] = if column_type == ColumnType::Json { &[1] } else { &[] };
    bytes.extend_from_slice(&((text.len() + version.len()) as i32).to_be_bytes());
    bytes.extend_from_slice(version);
    bytes.extend_from_slice(text.as_bytes());
}

/// integer × 10⁴ → numeric.
pub(super) fn write_numeric(bytes: &mut Vec<u8>, scaled: Option<i64>) {
    let Some(scaled) = scaled else { return bytes.extend_from_slice(&(-1i32).to_be_bytes()) };
    let mut digits = Vec::new();
    let mut rest = scaled.unsigned_abs();
    while rest > 0 {
        digits.push((rest % 10_000) as i16);
        rest /= 10_000;
    }
    digits.reverse();
    // The last base-10000 digit is the fraction.
    let weight = digits.len() as i16 - 2;
    let sign = if scaled < 0 { SIGN_NEGATIVE } else { 0 };
    bytes.extend_from_slice(&(8 + 2 * digits.len() as i32).to_be_bytes());
    bytes.extend_from_slice(&(digits.len() as i16).to_be_bytes());
    bytes.extend_from_slice(&weight.to_be_bytes());
    bytes.extend_from_slice(&sign.to_be_bytes());
    bytes.extend_from_slice(&(NUMERIC_SCALE as i16).to_be_bytes());
    for digit in digits {
        bytes.extend_from_slice(&digit.to_be_bytes());
    }
}
