//! Rows of binary COPY, written field by field.

use crate::source::copy::write_field;

/// The bytes of the rows so far.
#[derive(Debug)]
pub(super) struct Writer {
    pub bytes: Vec<u8>,
    /// Fields of a row.
    width: i16,
}

impl Writer {
    /// Rows of `width` fields.
    pub fn new(width: usize) -> Writer {
        Writer { bytes: Vec::new(), width: width as i16 }
    }

    /// Begins a row: whose it is, and its key.
    pub fn begin(&mut self, tenant_key: i32, key: Option<&[u8]>) {
        self.bytes.extend_from_slice(&self.width.to_be_bytes());
        self.field(Some(&tenant_key.to_be_bytes()));
        self.field(key);
    }

    /// Bytes as they came, or null.
    pub fn field(&mut self, field: Option<&[u8]>) {
        write_field(&mut self.bytes, field);
    }

    /// A bigint, or an instant.
    pub fn number(&mut self, number: i64) {
        self.field(Some(&number.to_be_bytes()));
    }

    /// A date in days since 2000-01-01, or an int.
    pub fn date(&mut self, day: Option<i32>) {
        self.field(day.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice));
    }

    /// A boolean.
    pub fn flag(&mut self, is_so: bool) {
        self.field(Some(&[u8::from(is_so)]));
    }
}
