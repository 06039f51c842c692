//! Sheets of tiles, chart data and words.

use std::collections::BTreeSet;

use rust_xlsxwriter::{Format, FormatAlign, Formula, Worksheet, XlsxError};

use crate::render::palette;
use crate::render::xlsx::format::{Formats, cell_value, colour};
use crate::report::Unit;
use crate::report::{Change, Document, KpiRow, NOTHING, Text};

/// Excel refuses longer names.
const NAME_LENGTH_MAX: usize = 31;

/// Sheet names already taken; Excel does not tell upper from lower case.
#[derive(Debug)]
pub(super) struct SheetNames(BTreeSet<String>);

impl SheetNames {
    /// Nothing taken but the one name Excel keeps for itself.
    pub(super) fn new() -> Self {
        Self(BTreeSet::from(["history".to_owned()]))
    }

    /// A free name like `wanted`, without the letters Excel forbids.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let clean: String =
            wanted.chars().map(|c| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c }).collect();
        let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
        let base = if clean.is_empty() { "Sheet".to_owned() } else { clean };
        let cut = |length: usize| base.chars().take(length).collect::<String>().trim_end().to_owned();
        let mut name = cut(NAME_LENGTH_MAX);
        let mut number = 2;
        while !self.0.insert(name.to_lowercase()) {
            let suffix = format!(" {number}");
            name = format!("{}{suffix}", cut(NAME_LENGTH_MAX - suffix.len()));
            number += 1;
        }
        name
    }
}

/// Freezes the head, fits the print to the page's width.
pub(super) fn frame_sheet(sheet: &mut Worksheet, head_row: u32) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(head_row + 1, 1)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(head_row, head_row)?;
    Ok(())
}

/// Tiles as rows: value, earlier value, and the change as a live formula.
pub(super) fn write_kpis(
    sheet: &mut Worksheet,
    document: &Document,
    row: &KpiRow,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let words = document.locale.phrases();
    let heads = [
        words.figure,
        words.span,
        words.value,
        words.compared_with,
        words.from,
        words.to,
        words.earlier_value,
        words.change,
        words.metric,
    ];
    let widths = [26, 26, 18, 22, 13, 13, 18, 14, 24];
    for (at, (head, width)) in heads.iter().zip(widths).enumerate() {
        let format = if matches!(at, 2 | 6 | 7) { &formats.head_right } else { &formats.head };
        sheet.set_column_width(at as u16, width)?;
        sheet.write_string_with_format(0, at as u16, *head, format)?;
    }
    for (at, tile) in row.tiles.iter().enumerate() {
        let line = at as u32 + 1;
        sheet.write_string(line, 0, &tile.label)?;
        sheet.write_string_with_format(line, 1, &tile.span, &formats.muted)?;
        if let Some(value) = cell_value(tile.figure, tile.unit) {
            sheet.write_number_with_format(line, 2, value, &formats.value(tile.unit))?;
        }
        if let Some(change) = &tile.change {
            let now = cell_value(tile.figure, tile.unit);
            write_change(sheet, line, (change, tile.unit, now), formats)?;
        }
        sheet.write_string_with_format(line, 8, &tile.metric, &formats.muted)?;
    }
    frame_sheet(sheet, 0)
}

fn write_change(
    sheet: &mut Worksheet,
    line: u32,
    (change, unit, now): (&Change, Unit, Option<f64>),
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.write_string_with_format(line, 3, &change.against, &formats.muted)?;
    sheet.write_datetime_with_format(line, 4, super::excel_date(change.period.from)?, &formats.date)?;
    sheet.write_datetime_with_format(line, 5, super::excel_date(change.period.last())?, &formats.date)?;
    let before = cell_value(change.figure, unit);
    if let Some(before) = before {
        sheet.write_number_with_format(line, 6, before, &formats.value(unit))?;
    }
    let n = line + 1;
    let result = |value: Option<f64>| value.map_or_else(|| NOTHING.to_owned(), |v| v.to_string());
    let (formula, value, number_format) = match change.in_points {
        true => (
            format!("=IF(OR(C{n}=\"\",G{n}=\"\"),\"–\",ROUND(C{n}*100,1)-ROUND(G{n}*100,1))"),
            change.tenths.map(|tenths| tenths as f64 / 10.0),
            "+0.0 \"pts\";-0.0 \"pts\";0.0 \"pts\"",
        ),
        false => (
            format!("=IF(OR(C{n}=\"\",G{n}=\"\",G{n}=0),\"–\",(C{n}-G{n})/ABS(G{n}))"),
            now.zip(before.filter(|b| *b != 0.0)).map(|(now, before)| (now - before) / before.abs()),
            "+0.0%;-0.0%;0.0%",
        ),
    };
    let ink = colour(palette::judgment(change.judgment));
    let format =
        Format::new().set_bold().set_font_color(ink).set_num_format(number_format).set_align(FormatAlign::Right);
    sheet.write_formula_with_format(line, 7, Formula::new(formula).set_result(result(value)), &format)?;
    Ok(())
}

/// Paragraphs, one a row.
pub(super) fn write_text(sheet: &mut Worksheet, text: &Text, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 110)?;
    sheet.set_screen_gridlines(false).set_print_fit_to_pages(1, 0);
    let mut row = 0;
    if let Some(title) = &text.title {
        sheet.write_string_with_format(row, 0, title, &formats.heading)?;
        row += 1;
    }
    for paragraph in &text.paragraphs {
        let words = if paragraph.is_item { format!("• {}", paragraph.words) } else { paragraph.words.clone() };
        sheet.write_string_with_format(row, 0, words, &formats.text)?;
        row += 1;
    }
    Ok(())
}
