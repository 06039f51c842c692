//! Typed frames to binary COPY (PostgreSQL manual, COPY, "Binary Format"): a frame's rows in column order.

use polars::prelude::*;

use crate::load::frame::Field;
use crate::source::ColumnType;
use crate::source::copy::{write_date, write_field, write_json, write_numeric, write_timestamp};

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
                (Values::Bool(v), _) => write(bytes, v.get(row).map(|b| [u8::from(b)])),
                (Values::Int(v), ColumnType::Date) => write_date(bytes, v.get(row)),
                (Values::Int(v), _) => write(bytes, v.get(row).map(i32::to_be_bytes)),
                (Values::Long(v), ColumnType::Timestamp) => write_timestamp(bytes, v.get(row)),
                (Values::Long(v), ColumnType::Numeric) => write_numeric(bytes, v.get(row)),
                (Values::Long(v), _) => write(bytes, v.get(row).map(i64::to_be_bytes)),
                (Values::Text(v), ColumnType::Json) => write_json(bytes, v.get(row)),
                (Values::Text(v), _) => write_field(bytes, v.get(row).map(str::as_bytes)),
            }
        }
    }
    Ok(())
}

fn write<const N: usize>(bytes: &mut Vec<u8>, field: Option<[u8; N]>) {
    write_field(bytes, field.as_ref().map(<[u8; N]>::as_slice));
}
