//! Binary COPY to typed frames (PostgreSQL manual, COPY, "Binary Format").
//!
//! The decoder takes any byte split of the stream and gives a frame every [`FRAME_ROWS`] rows; widths are verified field
//! by field. The way back is in `encode`.

use polars::prelude::*;

use crate::load::row::{Rows, fields_of, int, long};
use crate::source::ColumnType;
use crate::source::copy::{EPOCH_DAYS, EPOCH_MICROS, SIGN_NEGATIVE};

/// Rows of a frame: large enough for columnar work, small enough that a few in flight stay in tens of megabytes.
pub const FRAME_ROWS: usize = 32_768;

/// Why a stream could not be decoded. Always a bug of ours or a broken server, never of the data.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FrameError {
    /// The stream does not begin as binary COPY does.
    #[error("the stream is no binary COPY")]
    Header,
    /// A row has another number of fields than the contract.
    #[error("row {row}: {found} fields where {wanted} were expected")]
    Fields {
        /// 0-based row.
        row: u64,
        /// As the contract says.
        wanted: usize,
        /// As read.
        found: i16,
    },
    /// A field has another width than its type.
    #[error("row {row}, column {column}: {width} bytes do not make a {wanted}")]
    Width {
        /// 0-based row.
        row: u64,
        /// Column name.
        column: &'static str,
        /// The type.
        wanted: &'static str,
        /// Bytes found.
        width: i32,
    },
    /// A value that no integer can hold, or broken UTF-8: NaN, infinity, overflow.
    #[error("row {row}, column {column}: the value cannot be represented (NaN, infinity or out of range)")]
    Value {
        /// 0-based row.
        row: u64,
        /// Column name.
        column: &'static str,
    },
    /// The stream ended inside a row or without its trailer.
    #[error("the stream ended early")]
    Truncated,
}

/// A column's name and type, in stream order.
pub type Field = (&'static str, ColumnType);

enum Builder {
    Bool(BooleanChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int32Type>),
    Long(PrimitiveChunkedBuilder<Int64Type>),
    Text(StringChunkedBuilder),
}

/// Turns a binary COPY stream into frames.
///
/// Physical types: text and jsonb are String, int and date Int32 (days since 1970), bigint, numeric (× 10⁴)
/// and timestamptz (µs since 1970) Int64, boolean Boolean.
pub struct Decoder {
    fields: Vec<Field>,
    builders: Vec<Builder>,
    frame_rows: usize,
    rows: Rows,
}

impl Decoder {
    /// A decoder for rows of `fields`.
    pub fn new(fields: Vec<Field>) -> Self {
        let builders = new_builders(&fields);
        let rows = Rows::new(fields.len());
        Self { fields, builders, frame_rows: 0, rows }
    }

    /// Takes the next bytes; full frames go to `frames`.
    pub fn feed(&mut self, chunk: &[u8], frames: &mut Vec<DataFrame>) -> Result<(), FrameError> {
        // The rows are lent to themselves: a row never feeds.
        let mut rows = std::mem::take(&mut self.rows);
        let fed = rows.feed(chunk, |row, number| {
            self.read_row(row, number)?;
            self.frame_rows += 1;
            if self.frame_rows == FRAME_ROWS {
                frames.push(self.flush());
            }
            Ok(())
        });
        self.rows = rows;
        fed
    }

    /// Ends the stream; the last, shorter frame goes to `frames`. Returns the number of rows.
    pub fn finish(mut self, frames: &mut Vec<DataFrame>) -> Result<u64, FrameError> {
        let rows = std::mem::take(&mut self.rows).finish()?;
        if self.frame_rows > 0 {
            frames.push(self.flush());
        }
        Ok(rows)
    }

    /// A frame without rows, with the columns of the stream.
    pub fn into_empty(mut self) -> DataFrame {
        self.flush()
    }

    fn read_row(&mut self, bytes: &[u8], row: u64) -> Result<(), FrameError> {
        for ((builder, (column, column_type)), field) in
            self.builders.iter_mut().zip(&self.fields).zip(fields_of(bytes))
        {
            let width = field.map_or(-1, |f| f.len() as i32);
            let expected = match column_type {
                ColumnType::Bool => Some(1),
                ColumnType::Int | ColumnType::Date => Some(4),
                ColumnType::Bigint | ColumnType::Timestamp => Some(8),
                ColumnType::Text | ColumnType::Json | ColumnType::Numeric | ColumnType::Decimal => None,
            };
            if field.is_some() && expected.is_some_and(|e| e != width) {
                return Err(FrameError::Width { row, column, wanted: column_type.sql(), width });
            }
            append(builder, *column_type, field).ok_or(FrameError::Value { row, column })?;
        }
        Ok(())
    }

    fn flush(&mut self) -> DataFrame {
        let builders = std::mem::replace(&mut self.builders, new_builders(&self.fields));
        let columns: Vec<Column> = builders
            .into_iter()
            .map(|builder| match builder {
                Builder::Bool(b) => b.finish().into_series().into_column(),
                Builder::Int(b) => b.finish().into_series().into_column(),
                Builder::Long(b) => b.finish().into_series().into_column(),
                Builder::Text(b) => b.finish().into_series().into_column(),
            })
            .collect();
        let height = std::mem::take(&mut self.frame_rows);
        DataFrame::new(height, columns).expect("every builder got one value a row and names are the contract's")
    }
}

fn new_builders(fields: &[Field]) -> Vec<Builder> {
    let builder = |(name, column_type): &Field| {
        let name = PlSmallStr::from_static(name);
        match column_type {
            ColumnType::Bool => Builder::Bool(BooleanChunkedBuilder::new(name, 0)),
            ColumnType::Int | ColumnType::Date => Builder::Int(PrimitiveChunkedBuilder::new(name, 0)),
            ColumnType::Bigint | ColumnType::Numeric | ColumnType::Timestamp => {
                Builder::Long(PrimitiveChunkedBuilder::new(name, 0))
            }
            ColumnType::Text | ColumnType::Json | ColumnType::Decimal => {
                Builder::Text(StringChunkedBuilder::new(name, 0))
            }
        }
    };
    fields.iter().map(builder).collect()
}

/// Appends one field; `None` when the value cannot be represented.
fn append(builder: &mut Builder, column_type: ColumnType, field: Option<&[u8]>) -> Option<()> {
    match (builder, column_type) {
        (Builder::Bool(b), _) => b.append_option(field.map(|f| f[0] != 0)),
        (Builder::Int(b), ColumnType::Date) => {
            // ±infinity, the ends of the range, stays what it is: a value that the contract refuses, row by row.
            let days = field.map(|f| int(f, 0));
            b.append_option(days.map(|d| if d == i32::MIN { d } else { d.saturating_add(EPOCH_DAYS) }));
        }
        (Builder::Int(b), _) => b.append_option(field.map(|f| int(f, 0))),
        (Builder::Long(b), ColumnType::Timestamp) => {
            let micros = field.map(|f| long(f, 0));
            b.append_option(micros.map(|m| if m == i64::MIN { m } else { m.saturating_add(EPOCH_MICROS) }));
        }
        (Builder::Long(b), ColumnType::Numeric) => match field {
            Some(f) => b.append_value(numeric_to_scaled(f)?),
            None => b.append_null(),
        },
        (Builder::Long(b), _) => b.append_option(field.map(|f| long(f, 0))),
        (Builder::Text(b), ColumnType::Json) => match field {
            Some(f) => b.append_value(std::str::from_utf8(f.get(1..)?).ok()?),
            None => b.append_null(),
        },
        (Builder::Text(b), _) => match field {
            Some(f) => b.append_value(std::str::from_utf8(f).ok()?),
            None => b.append_null(),
        },
    }
    Some(())
}

/// numeric → integer × 10⁴, half away from zero; `None` for NaN, infinity and overflow.
fn numeric_to_scaled(field: &[u8]) -> Option<i64> {
    i64::try_from(numeric_to_wide(field)?).ok()
}

/// As [`numeric_to_scaled`], of numbers beyond a column of whole numbers too.
pub(super) fn numeric_to_wide(field: &[u8]) -> Option<i128> {
    if field.len() < 8 {
        return None;
    }
    let short = |at: usize| i16::from_be_bytes([field[at], field[at + 1]]);
    let (digits, weight, sign) = (short(0) as usize, i32::from(short(2)), short(4) as u16);
    if (sign != 0 && sign != SIGN_NEGATIVE) || field.len() < 8 + 2 * digits {
        return None;
    }
    // One base-10000 digit after the point is the scale itself; the next one only rounds.
    let mut scaled: i128 = 0;
    let mut rounding = 0;
    for i in 0..digits {
        let digit = i128::from(short(8 + 2 * i));
        let exponent = weight - i as i32;
        match exponent + 1 {
            e @ 0..=6 => scaled += digit * 10_000i128.pow(e as u32),
            -1 => rounding = digit,
            e if e < -1 => {}
            _ => return None,
        }
    }
    let scaled = scaled + i128::from(rounding >= 5_000);
    Some(if sign == SIGN_NEGATIVE { -scaled } else { scaled })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::encode::write_rows;
    use crate::source::copy::{write_header, write_numeric, write_trailer};
    use proptest::prelude::*;

    const FIELDS: [Field; 6] = [
        ("a", ColumnType::Bigint),
        ("b", ColumnType::Text),
        ("c", ColumnType::Timestamp),
        ("d", ColumnType::Numeric),
        ("e", ColumnType::Json),
        ("f", ColumnType::Bool),
    ];

    fn stream() -> (DataFrame, Vec<u8>) {
        let frame = df!(
            "a" => [Some(1i64), None, Some(-7)],
            "b" => [Some("x"), Some(""), None],
            "c" => [Some(0i64), Some(EPOCH_MICROS), Some(-1)],
            "d" => [Some(123_456_789i64), Some(0), Some(-5)],
            "e" => [Some("[1]"), None, Some("{}")],
            "f" => [Some(true), None, Some(false)],
        )
        .expect("a frame");
        let mut bytes = Vec::new();
        write_header(&mut bytes);
        write_rows(&frame, &FIELDS, &mut bytes).expect("rows");
        write_trailer(&mut bytes);
        (frame, bytes)
    }

    #[test]
    fn any_split_of_the_stream_gives_the_same_frame() {
        let (frame, bytes) = stream();
        for cut in 0..=bytes.len() {
            let (mut decoder, mut frames) = (Decoder::new(FIELDS.to_vec()), Vec::new());
            decoder.feed(&bytes[..cut], &mut frames).expect("first part");
            decoder.feed(&bytes[cut..], &mut frames).expect("second part");
            assert_eq!(decoder.finish(&mut frames), Ok(3));
            assert!(frames[0].equals_missing(&frame), "cut {cut}");
        }
    }

    #[test]
    fn a_stream_cut_short_is_never_taken_for_whole() {
        let (_, bytes) = stream();
        for cut in 0..bytes.len() {
            let (mut decoder, mut frames) = (Decoder::new(FIELDS.to_vec()), Vec::new());
            decoder.feed(&bytes[..cut], &mut frames).expect("a prefix");
            assert_eq!(decoder.finish(&mut frames), Err(FrameError::Truncated));
        }
    }

    proptest! {
        #[test]
        fn numerics_survive_the_round_trip(scaled in any::<i64>()) {
            let mut bytes = Vec::new();
            write_numeric(&mut bytes, Some(scaled));
            prop_assert_eq!(numeric_to_scaled(&bytes[4..]), Some(scaled));
        }
    }

    #[test]
    fn numerics_round_half_away_from_zero_and_overflow_is_refused() {
        let numeric = |digits: &[i16], weight: i16, sign: u16| {
            let mut field = Vec::new();
            for word in [digits.len() as i16, weight, sign as i16, 8] {
                field.extend(word.to_be_bytes());
            }
            digits.iter().for_each(|d| field.extend(d.to_be_bytes()));
            field
        };
        assert_eq!(numeric_to_scaled(&numeric(&[1, 2345, 5000], 0, 0)), Some(12_346));
        assert_eq!(numeric_to_scaled(&numeric(&[5000], -2, SIGN_NEGATIVE)), Some(-1));
        assert_eq!(numeric_to_scaled(&numeric(&[4999], -2, 0)), Some(0));
        assert_eq!(numeric_to_scaled(&numeric(&[1], 9, 0)), None);
        assert_eq!(numeric_to_scaled(&numeric(&[], 0, 0xC000)), None);
    }
}
