//! Tables: all rows, filtered and frozen, totals as formulas that follow the filter.

use rust_xlsxwriter::{Formula, Worksheet, XlsxError, column_number_to_name};

use crate::render::xlsx::excel_date;
use crate::render::xlsx::format::{Formats, cell_value, numerator};
use crate::render::xlsx::sheet::{column_width, frame_sheet};
use crate::report::{Attribute, Document, NOTHING, Row, Table, say};

/// Fills a table's sheet. A ratio's parts stand in folded columns to the right, so that its total is
/// the ratio of the sums and stays so under a filter.
pub(super) fn write_table(
    sheet: &mut Worksheet,
    document: &Document,
    table: &Table,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let last_row = table.rows.len() as u32;
    let first = table.first_figure() as u16;
    let last_column = first + table.columns.len() as u16 - 1;
    let parts = ratio_parts(table);
    write_heads(sheet, document, table, (&parts, formats))?;
    for (at, row) in table.rows.iter().enumerate() {
        let line = at as u32 + 1;
        sheet.write_string(line, 0, &row.label)?;
        write_attributes(sheet, line, row)?;
        for (at, (figure, column)) in row.cells.iter().zip(&table.columns).enumerate() {
            let place = first + at as u16;
            let Some(figure) = figure else { continue };
            if let Some(part) = parts[at] {
                sheet.write_number(line, part, numerator(*figure, column.unit))?;
                sheet.write_number(line, part + 1, figure.denominator as f64)?;
            }
            if let Some(value) = cell_value(Some(*figure), column.unit) {
                sheet.write_number(line, place, value)?;
            }
        }
    }
    if let Some(totals) = &table.totals {
        let line = last_row + 1;
        sheet.write_string_with_format(line, 0, document.locale.phrases().total, &formats.total)?;
        (1..first).try_for_each(|column| sheet.write_blank(line, column, &formats.total).map(drop))?;
        for (at, (figure, column)) in totals.iter().zip(&table.columns).enumerate() {
            let (place, format) = (first + at as u16, formats.total_value(column.unit));
            // What rows are nothing together (ranks, medians) has no total, and no formula that would make one up.
            let Some(result) = cell_value(*figure, column.unit) else {
                sheet.write_string_with_format(line, place, NOTHING, &format)?;
                continue;
            };
            let formula = Formula::new(total_formula(place, parts[at], last_row)).set_result(result.to_string());
            sheet.write_formula_with_format(line, place, formula, &format)?;
        }
    }
    let count = document.locale.integer(i64::from(last_row));
    let notes = std::iter::once(format!("{} · {}", table.title, say(document.locale.phrases().rows, &[&count])))
        .chain(table.notes.iter().cloned());
    for (line, note) in (last_row + 3..).zip(notes) {
        sheet.write_string_with_format(line, 0, note, &formats.muted)?;
    }
    if last_row > 0 {
        sheet.autofilter(0, 0, last_row, last_column)?;
    }
    frame_sheet(sheet, document, 0)
}

/// Words as words, dates as dates; what is not known stays blank.
fn write_attributes(sheet: &mut Worksheet, line: u32, row: &Row) -> Result<(), XlsxError> {
    for (at, attribute) in row.attributes.iter().enumerate() {
        let column = at as u16 + 1;
        match attribute {
            Attribute::Words(words) => sheet.write_string(line, column, words)?,
            Attribute::Date(date) => sheet.write_datetime(line, column, excel_date(*date)?)?,
            Attribute::Nothing => sheet,
        };
    }
    Ok(())
}

/// The total of a column: the sum of what the filter leaves, or the sum of the numerators over that of the denominators.
fn total_formula(column: u16, part: Option<u16>, last_row: u32) -> String {
    let sum = |column: u16| {
        let name = column_number_to_name(column);
        format!("SUBTOTAL(109,{name}2:{name}{})", last_row + 1)
    };
    match part {
        Some(part) => format!("=IF({0}=0,\"–\",{1}/{0})", sum(part + 1), sum(part)),
        None => format!("={}", sum(column)),
    }
}

/// For each ratio column, where its numerator stands; the denominator is the column after.
fn ratio_parts(table: &Table) -> Vec<Option<u16>> {
    let mut next = (table.first_figure() + table.columns.len()) as u16 + 1;
    let mut place = || {
        let taken = next;
        next += 2;
        taken
    };
    table.columns.iter().map(|column| column.is_ratio.then(&mut place)).collect()
}

/// Heads, widths, and the formats of whole columns: a cell that names none of its own costs a fraction of one that does.
fn write_heads(
    sheet: &mut Worksheet,
    document: &Document,
    table: &Table,
    (parts, formats): (&[Option<u16>], &Formats),
) -> Result<(), XlsxError> {
    let words = document.locale.phrases();
    let first = table.first_figure() as u16;
    let widest = table.rows.iter().map(|row| row.label.chars().count()).max().unwrap_or(0);
    sheet.set_column_width(0, (widest as f64 + 3.0).clamp(18.0, 70.0))?;
    sheet.set_row_height(0, 32)?;
    sheet.write_string_with_format(0, 0, &table.row_label, &formats.head)?;
    for (at, head) in table.attributes.iter().enumerate() {
        let words = |row: &Row| match row.attributes.get(at) {
            Some(Attribute::Words(words)) => words.chars().count(),
            Some(Attribute::Date(_) | Attribute::Nothing) | None => 0,
        };
        let widest = table.rows.iter().map(words).max().unwrap_or(0);
        sheet.set_column_width(at as u16 + 1, (widest as f64 + 3.0).clamp(16.0, 48.0))?;
        if table.rows.iter().any(|row| matches!(row.attributes.get(at), Some(Attribute::Date(_)))) {
            sheet.set_column_format(at as u16 + 1, &formats.date)?;
        }
        sheet.write_string_with_format(0, at as u16 + 1, head, &formats.head)?;
    }
    for (at, column) in table.columns.iter().enumerate() {
        let figures = table.rows.iter().map(|row| &row.cells[at]).chain(table.totals.iter().map(|t| &t[at]));
        sheet.set_column_width(first + at as u16, column_width(document, figures, column.unit, 15.0))?;
        sheet.set_column_format(first + at as u16, &formats.value(column.unit))?;
        sheet.write_string_with_format(0, first + at as u16, &column.label, &formats.head_right)?;
        if let Some(part) = parts[at] {
            sheet.write_string_with_format(0, part, say(words.ratio_of, &[&column.label]), &formats.head_right)?;
            sheet.write_string_with_format(0, part + 1, say(words.ratio_per, &[&column.label]), &formats.head_right)?;
        }
    }
    if let (Some(first), Some(last)) = (parts.iter().flatten().next(), parts.iter().flatten().last()) {
        sheet.group_columns_collapsed(*first, last + 1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Section;
    use crate::report::fixture::document;

    #[test]
    fn totals_are_sums_and_rates_are_ratios_of_sums() {
        assert_eq!(total_formula(1, None, 12), "=SUBTOTAL(109,B2:B13)");
        let ratio = "=IF(SUBTOTAL(109,K2:K13)=0,\"–\",SUBTOTAL(109,J2:J13)/SUBTOTAL(109,K2:K13))";
        assert_eq!(total_formula(4, Some(9), 12), ratio);
    }

    #[test]
    fn the_parts_of_ratios_stand_right_of_the_table_and_apart() {
        let document = document();
        let table = document.sections.iter().find_map(|s| if let Section::Table(t) = s { Some(t) } else { None });
        let parts = ratio_parts(table.expect("the weekly report has a table"));
        assert_eq!(parts, [None, None, None, Some(9), Some(11), Some(13), None]);
    }
}
