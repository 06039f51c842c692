//! The cells of a table in the reader's words: the same on pages, in mails and on the web.

use crate::report::{Column, Document, Figure, Row, Table, Unit};

/// Name, attributes and figures of a row.
pub(super) fn row_texts(document: &Document, table: &Table, row: &Row) -> Vec<String> {
    let attributes = row.attributes.iter().map(|attribute| attribute.text(document.locale));
    let missing = table.attributes.len().saturating_sub(row.attributes.len());
    std::iter::once(row.label.clone())
        .chain(attributes)
        .chain((0..missing).map(|_| String::new()))
        .chain(figures(document, table, &row.cells, false))
        .collect()
}

/// The word for the total, blanks under the attributes, and the totals.
pub(super) fn total_texts(document: &Document, table: &Table, totals: &[Option<Figure>]) -> Vec<String> {
    std::iter::once(document.locale.phrases().total.to_owned())
        .chain(table.attributes.iter().map(|_| String::new()))
        .chain(figures(document, table, totals, false))
        .collect()
}

/// Figures of one row; `is_short` writes large amounts as tiles do.
pub(super) fn figures(document: &Document, table: &Table, cells: &[Option<Figure>], is_short: bool) -> Vec<String> {
    let cell = |(figure, column): (&Option<Figure>, &Column)| match (is_short, column.unit) {
        (true, Unit::Money | Unit::Count) => document.locale.tile(*figure, column.unit, &document.currency),
        _ => document.locale.cell(*figure, column.unit, &document.currency),
    };
    cells.iter().zip(&table.columns).map(cell).collect()
}
