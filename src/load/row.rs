//! Rows of a binary COPY stream as they are on the wire, whatever the chunks they come in.

use crate::load::frame::{FrameError, numeric_to_wide};
use crate::source::copy::{DAY_MICROS, EPOCH_DAYS, EPOCH_MICROS, SIGNATURE};

/// Cuts a stream into rows.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    row_total: u64,
    carry: Vec<u8>,
    is_header_read: bool,
    is_done: bool,
}

impl Rows {
    /// Rows of `width` fields.
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Takes the next bytes and hands over every row that is whole: its fields ([`FieldReader`]) and its number from 0.
    pub fn feed(
        &mut self,
        chunk: &[u8],
        mut take: impl FnMut(&[u8], u64) -> Result<(), FrameError>,
    ) -> Result<(), FrameError> {
        if self.carry.is_empty() {
            let used = self.cut(chunk, &mut take)?;
            self.carry.extend_from_slice(&chunk[used..]);
        } else {
            let mut bytes = std::mem::take(&mut self.carry);
            bytes.extend_from_slice(chunk);
            let used = self.cut(&bytes, &mut take)?;
            bytes.drain(..used);
            self.carry = bytes;
        }
        Ok(())
    }

    /// Ends the stream. Returns the number of rows.
    pub fn finish(self) -> Result<u64, FrameError> {
        if self.is_done && self.carry.is_empty() { Ok(self.row_total) } else { Err(FrameError::Truncated) }
    }

    /// Hands over whole rows and returns the bytes used.
    fn cut(
        &mut self,
        bytes: &[u8],
        take: &mut impl FnMut(&[u8], u64) -> Result<(), FrameError>,
    ) -> Result<usize, FrameError> {
        let mut at = 0;
        if !self.is_header_read {
            if bytes.len() < 19 {
                return Ok(0);
            }
            let extension = int(bytes, 15) as usize;
            if &bytes[..11] != SIGNATURE || int(bytes, 11) & (1 << 16) != 0 {
                return Err(FrameError::Header);
            }
            if bytes.len() < 19 + extension {
                return Ok(0);
            }
            at = 19 + extension;
            self.is_header_read = true;
        }
        while let Some(row) = next_row(bytes, at, self.width, self.row_total)? {
            let Row::Fields { until } = row else {
                self.is_done = true;
                return Ok(at + 2);
            };
            take(&bytes[at + 2..until], self.row_total)?;
            at = until;
            self.row_total += 1;
        }
        Ok(at)
    }
}

/// The fields of a row, each its bytes or null.
pub(super) fn fields_of(row: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    let mut fields = FieldReader::new(row, 0);
    std::iter::from_fn(move || (!fields.rest.is_empty()).then(|| fields.next()))
}

/// The fields of one row, taken one after the other as what their columns hold.
///
/// Errors, of each: [`FrameError`], where the field has another width than its type, or null where a value is due.
pub struct FieldReader<'a> {
    rest: &'a [u8],
    row: u64,
}

impl<'a> FieldReader<'a> {
    /// Of the bytes and the number that [`Rows::feed`] hands over.
    pub fn new(rest: &'a [u8], row: u64) -> Self {
        Self { rest, row }
    }

    /// The next field as text, or null.
    pub fn text_or_null(&mut self, column: &'static str) -> Result<Option<&'a str>, FrameError> {
        let row = self.row;
        self.next().map(std::str::from_utf8).transpose().map_err(|_| FrameError::Value { row, column })
    }

    /// The next field as text.
    pub fn text(&mut self, column: &'static str) -> Result<&'a str, FrameError> {
        self.text_or_null(column)?.ok_or(FrameError::Value { row: self.row, column })
    }

    /// The next field as a date, in days since 1970-01-01, or null.
    pub fn date_or_null(&mut self, column: &'static str) -> Result<Option<i32>, FrameError> {
        let days = self.of_width::<4>(column, "date")?.map(i32::from_be_bytes);
        Ok(days.map(|days| days.saturating_add(EPOCH_DAYS)))
    }

    /// The next field as a date, in days since 1970-01-01.
    pub fn date(&mut self, column: &'static str) -> Result<i32, FrameError> {
        self.date_or_null(column)?.ok_or(FrameError::Value { row: self.row, column })
    }

    /// The next field as a whole number of eight bytes.
    pub fn long(&mut self, column: &'static str) -> Result<i64, FrameError> {
        let number = self.of_width::<8>(column, "bigint")?.map(i64::from_be_bytes);
        number.ok_or(FrameError::Value { row: self.row, column })
    }

    /// The next field, a numeric, in hundredths, half away from zero.
    pub fn hundredths(&mut self, column: &'static str) -> Result<i64, FrameError> {
        let (row, wide) = (self.row, self.next().and_then(numeric_to_wide));
        let hundredths = wide.and_then(|wide| i64::try_from((wide + 50 * wide.signum()) / 100).ok());
        hundredths.ok_or(FrameError::Value { row, column })
    }

    /// The day (UTC) of the next field, an instant, in days since 1970-01-01, or null.
    pub fn day_of_instant_or_null(&mut self, column: &'static str) -> Result<Option<i32>, FrameError> {
        let (row, micros) = (self.row, self.instant_or_null(column)?);
        let day = micros.map(|micros| i32::try_from(micros.div_euclid(DAY_MICROS))).transpose();
        day.map_err(|_| FrameError::Value { row, column })
    }

    /// The next field as an instant, in microseconds since 1970-01-01, or null.
    fn instant_or_null(&mut self, column: &'static str) -> Result<Option<i64>, FrameError> {
        let micros = self.of_width::<8>(column, "timestamptz")?.map(i64::from_be_bytes);
        Ok(micros.map(|micros| micros.saturating_add(EPOCH_MICROS)))
    }

    /// The next field as an instant, in microseconds since 1970-01-01.
    pub fn instant(&mut self, column: &'static str) -> Result<i64, FrameError> {
        self.instant_or_null(column)?.ok_or(FrameError::Value { row: self.row, column })
    }

    fn of_width<const WIDTH: usize>(
        &mut self,
        column: &'static str,
        wanted: &'static str,
    ) -> Result<Option<[u8; WIDTH]>, FrameError> {
        let row = self.row;
        let Some(field) = self.next() else { return Ok(None) };
        let wrong = |_| FrameError::Width { row, column, wanted, width: field.len() as i32 };
        field.try_into().map(Some).map_err(wrong)
    }

    fn next(&mut self) -> Option<&'a [u8]> {
        let width = self.rest.first_chunk().map(|width| i32::from_be_bytes(*width))?;
        let (field, rest) = self.rest[4..].split_at(width.max(0) as usize);
        self.rest = rest;
        (width >= 0).then_some(field)
    }
}

enum Row {
    /// A row that ends before `until`.
    Fields { until: usize },
    /// The trailer.
    End,
}

/// The row that begins at `at`, if all of it is there.
fn next_row(bytes: &[u8], at: usize, wanted: usize, row: u64) -> Result<Option<Row>, FrameError> {
    if bytes.len() < at + 2 {
        return Ok(None);
    }
    let found = i16::from_be_bytes([bytes[at], bytes[at + 1]]);
    if found == -1 {
        return Ok(Some(Row::End));
    }
    if found as usize != wanted {
        return Err(FrameError::Fields { row, wanted, found });
    }
    let mut until = at + 2;
    for _ in 0..wanted {
        if bytes.len() < until + 4 {
            return Ok(None);
        }
        until += 4 + int(bytes, until).max(0) as usize;
    }
    Ok((bytes.len() >= until).then_some(Row::Fields { until }))
}

/// Four bytes of the wire as a number.
pub(super) fn int(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Eight bytes of the wire as a number.
pub(super) fn long(bytes: &[u8], at: usize) -> i64 {
    i64::from(int(bytes, at)) << 32 | i64::from(int(bytes, at + 4) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::copy::write_numeric;

    #[test]
    fn a_field_is_taken_as_what_its_column_holds_or_refused_by_name() {
        let mut row = Vec::new();
        for field in [&b"ann"[..], &20_000i32.to_be_bytes(), &7i64.to_be_bytes()] {
            row.extend((field.len() as i32).to_be_bytes());
            row.extend(field);
        }
        row.extend((-1i32).to_be_bytes());
        let mut fields = FieldReader::new(&row, 3);
        assert_eq!((fields.text("id"), fields.date("day")), (Ok("ann"), Ok(20_000 + EPOCH_DAYS)));
        assert_eq!((fields.long("count"), fields.text_or_null("tier")), (Ok(7), Ok(None)));
        let value = FrameError::Value { row: 3, column: "beyond" };
        assert_eq!(fields.text("beyond"), Err(value));
        let width = FrameError::Width { row: 3, column: "day", wanted: "date", width: 3 };
        assert_eq!(FieldReader::new(&row, 3).date("day"), Err(width));
        let text = [&2i32.to_be_bytes()[..], &[0xC3, 0x28]].concat();
        assert_eq!(FieldReader::new(&text, 0).text("id"), Err(FrameError::Value { row: 0, column: "id" }));
    }

    #[test]
    fn an_amount_comes_in_hundredths_and_half_a_hundredth_rounds_away_from_zero() {
        let hundredths = |ten_thousandths: i64| {
            let mut row = Vec::new();
            write_numeric(&mut row, Some(ten_thousandths));
            FieldReader::new(&row, 5).hundredths("amount_cents")
        };
        let told = [1_234_500, -1_234_500, 49, 50, -50, 0, i64::MAX].map(hundredths);
        assert_eq!(told, [12_345, -12_345, 0, 1, -1, 0, 92_233_720_368_547_758].map(Ok));
        let refused = Err(FrameError::Value { row: 5, column: "amount_cents" });
        let not_a_number = [&8i32.to_be_bytes()[..], &[0, 0, 0, 0, 0xC0, 0, 0, 0]].concat();
        assert_eq!(FieldReader::new(&not_a_number, 5).hundredths("amount_cents"), refused);
        assert_eq!(FieldReader::new(&(-1i32).to_be_bytes(), 5).hundredths("amount_cents"), refused);
    }
}
