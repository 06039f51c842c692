//! One table as a file: CSV, a workbook, Parquet.
//!
//! In: columns of whole numbers, decimals or texts. Out: bytes, and the same bytes every time.
//!
//! Never here: where a table comes from, what it means, how a report looks (that is `render`), the clock.

mod csv;
mod parquet;
mod workbook;

use chrono::{DateTime, Utc};

/// Columns of one length, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The columns, in the order they are written.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, unique in its table.
    pub name: String,
    /// Its cells.
    pub cells: Cells,
}

/// The cells of a column, all of one type; `None` is an empty one.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Whole numbers: counts, cents.
    Integer(Vec<Option<i64>>),
    /// Numbers with decimals: percentages, means.
    Decimal(Vec<Option<f64>>),
    /// Texts, dates among them.
    Text(Vec<Option<String>>),
}

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The workbook's format has no place for it.
    #[error("the table does not fit a workbook")]
    Workbook(#[source] rust_xlsxwriter::XlsxError),
    /// Parquet has no place for it.
    #[error("the table does not fit Parquet")]
    Parquet(#[source] polars::error::PolarsError),
}

impl Table {
    /// How many rows there are.
    pub fn row_count(&self) -> usize {
        self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// Comma-separated, with a header, lines ended by CRLF (RFC 4180). Texts that a spreadsheet would take for a formula
    /// begin with an apostrophe.
    pub fn csv(&self) -> Vec<u8> {
        csv::write(self)
    }

    /// A workbook of one sheet, with a frozen header. `created_at` stands in its properties.
    pub fn workbook(&self, sheet: &str, created_at: DateTime<Utc>) -> Result<Vec<u8>, TableError> {
        workbook::write(self, sheet, created_at).map_err(TableError::Workbook)
    }

    /// Parquet, compressed, types kept.
    pub fn parquet(&self) -> Result<Vec<u8>, TableError> {
        parquet::write(self).map_err(TableError::Parquet)
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Cells::Integer(cells) => cells.len(),
            Cells::Decimal(cells) => cells.len(),
            Cells::Text(cells) => cells.len(),
        }
    }
}

#[cfg(test)]
mod tests;
