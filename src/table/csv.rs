//! Comma-separated values.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};

use crate::table::{Cells, Table};

pub(super) fn write(table: &Table) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let sure = "a Vec takes every byte, and all rows are as long as the header";
    writer.write_record(table.columns.iter().map(|column| disarmed(&column.name).into_owned())).expect(sure);
    for row in 0..table.row_count() {
        writer.write_record(table.columns.iter().map(|column| cell(&column.cells, row))).expect(sure);
    }
    writer.into_inner().expect(sure)
}

fn cell(cells: &Cells, row: usize) -> String {
    match cells {
        Cells::Integer(cells) => cells[row].map_or(String::new(), |n| n.to_string()),
        Cells::Decimal(cells) => cells[row].map_or(String::new(), |n| n.to_string()),
        Cells::Text(cells) => cells[row].as_deref().map_or(String::new(), |text| disarmed(text).into_owned()),
    }
}

/// A text that a spreadsheet would run begins with an apostrophe.
fn disarmed(text: &str) -> Cow<'_, str> {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}
