//! Rows of a binary COPY stream as they are on the wire, whatever the chunks they come in.

use crate::load::frame::FrameError;
use crate::source::copy::SIGNATURE;

/// Cuts a stream into rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
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

    /// Takes the next bytes and hands over every row that is whole: its fields ([`fields_of`]) and its number from 0.
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
    let mut rest = row;
    std::iter::from_fn(move || {
        let width = rest.first_chunk().map(|width| i32::from_be_bytes(*width))?;
        let (field, after) = rest[4..].split_at(width.max(0) as usize);
        rest = after;
        Some((width >= 0).then_some(field))
    })
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
