//! A workbook of one sheet. Texts are written as texts, so that none is run as a formula.

use chrono::{DateTime, Utc};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::table::{Cells, Table};

/// Wide enough for a date or an amount.
const COLUMN_WIDTH: f64 = 16.0;

pub(super) fn write(table: &Table, sheet: &str, created_at: DateTime<Utc>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created_at = ExcelDateTime::from_timestamp(created_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created_at));
    let worksheet = workbook.add_worksheet();
    worksheet.set_name(sheet)?.set_freeze_panes(1, 0)?;
    let head = Format::new().set_bold();
    for (at, column) in (0u16..).zip(&table.columns) {
        worksheet.set_column_width(at, COLUMN_WIDTH)?;
        worksheet.write_string_with_format(0, at, &column.name, &head)?;
        match &column.cells {
            Cells::Integer(cells) => {
                for (row, n) in filled(cells) {
                    worksheet.write_number(row, at, *n as f64)?;
                }
            }
            Cells::Decimal(cells) => {
                for (row, n) in filled(cells) {
                    worksheet.write_number(row, at, *n)?;
                }
            }
            Cells::Text(cells) => {
                for (row, text) in filled(cells) {
                    worksheet.write_string(row, at, text)?;
                }
            }
        }
    }
    workbook.save_to_buffer()
}

/// The cells that hold something, with their rows below the header.
fn filled<T>(cells: &[Option<T>]) -> impl Iterator<Item = (u32, &T)> {
    (1u32..).zip(cells).filter_map(|(row, cell)| Some((row, cell.as_ref()?)))
}
