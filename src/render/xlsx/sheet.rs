//! Sheets of tiles, chart data and words.

use std::collections::BTreeSet;

use rust_xlsxwriter::{FormatAlign, Formula, Worksheet, XlsxError};

use crate::render::font::{Weight, wrap};
use crate::render::palette;
use crate::render::xlsx::format::{Formats, cell_value, colour};
use crate::report::{Change, Document, Figure, Kpi, KpiRow, Locale, NOTHING, Paper, Text, Unit, say};

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

    /// A free name like `wanted`, without the letters Excel forbids; a longer one ends with a whole phrase or word.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let clean = |words: &str| {
            let letters = words.chars().map(|c| if "[]:*?/\\'".contains(c) || c.is_control() { ' ' } else { c });
            letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let whole = clean(wanted);
        let is_short = |name: &String| name.chars().count() <= NAME_LENGTH_MAX && !name.is_empty();
        let phrases = [", ", ": ", " ("].into_iter().flat_map(|end| wanted.match_indices(end));
        let phrase =
            phrases.map(|(at, _)| clean(&wanted[..at])).filter(is_short).max_by_key(|name| name.chars().count());
        let base = if is_short(&whole) { whole } else { phrase.unwrap_or(whole) };
        let base = if base.is_empty() { "Sheet".to_owned() } else { base };
        let mut name = cut(&base, NAME_LENGTH_MAX);
        let mut number = 2;
        while !self.0.insert(name.to_lowercase()) {
            let suffix = format!(" {number}");
            name = format!("{}{suffix}", cut(&base, NAME_LENGTH_MAX - suffix.len()));
            number += 1;
        }
        name
    }
}

/// As many whole words as `length` letters hold; a single longer word is cut.
fn cut(name: &str, length: usize) -> String {
    if name.chars().count() <= length {
        return name.to_owned();
    }
    let head: String = name.chars().take(length + 1).collect();
    let words = head.rsplit_once(' ').map_or(&head[..], |(words, _)| words);
    let words = words.trim_end_matches([' ', ',', ';', '-', '–', '&']);
    words.chars().take(length).collect()
}

/// Freezes the head, fits the print to the page's width.
pub(super) fn frame_sheet(sheet: &mut Worksheet, document: &Document, head_row: u32) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(head_row + 1, 1)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(head_row, head_row)?;
    frame_print(sheet, document);
    Ok(())
}

/// The paper of the report, and a foot that says what lies there.
pub(super) fn frame_print(sheet: &mut Worksheet, document: &Document) {
    /// The numbers Excel gives them.
    const A4: u8 = 9;
    const LETTER: u8 = 1;
    sheet.set_paper_size(if document.layout.paper == Paper::A4 { A4 } else { LETTER });
    let words = format!("{} · {} · {}", document.organisation, document.title, document.period_label);
    // `&` begins a field; Excel takes no more than 255 letters.
    let words: String = words.chars().take(120).collect::<String>().replace('&', "&&");
    sheet.set_footer(format!("&L&8{words}&R&8&P / &N"));
}

/// How wide a column must be for a figure of a unit, in letters.
pub(super) fn column_width<'a>(
    document: &Document,
    figures: impl Iterator<Item = &'a Option<Figure>>,
    unit: Unit,
    least: f64,
) -> f64 {
    let size = |f: &Figure| f.value(unit).map_or(0.0, f64::abs);
    let longest = figures.flatten().max_by(|a, b| size(a).total_cmp(&size(b)));
    let letters = longest.map_or(0, |f| document.locale.full(Some(*f), unit, &document.currency).chars().count());
    // Amounts stand with their cents, and every cell may be below zero.
    let cents = if unit == Unit::Money { 3 } else { 0 };
    ((letters + cents) as f64 + 3.0).clamp(least, 40.0)
}

/// The height of a row whose words wrap in a column so many letters wide.
pub(super) fn text_height(words: &str, letters: f64) -> f64 {
    const LINE: f64 = 15.0;
    /// A letter's width in points: what Excel counts widths in.
    const LETTER: f64 = 5.25;
    const SIZE: f64 = 11.0;
    LINE * wrap(Weight::Regular, SIZE, words, letters * LETTER).len().max(1) as f64
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
    ];
    let widest = |figure: fn(&Kpi) -> Option<Figure>| {
        let widths = row.tiles.iter().map(|t| column_width(document, [figure(t)].iter(), t.unit, 18.0));
        widths.fold(18.0, f64::max)
    };
    let values = (widest(|t| t.figure), widest(|t| t.change.as_ref().and_then(|c| c.figure)));
    let label = row.tiles.iter().map(|t| t.label.chars().count() as f64 + 2.0).fold(22.0, f64::max).min(48.0);
    let widths = [label, 20.0, values.0, 22.0, 13.0, 13.0, values.1, 14.0];
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
            write_change((sheet, document.locale), line, (change, tile.unit, now), formats)?;
        }
    }
    frame_sheet(sheet, document, 0)
}

fn write_change(
    (sheet, locale): (&mut Worksheet, Locale),
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
    let points = say(locale.phrases().points, &[""]);
    let (formula, value, number_format) = match change.in_points {
        true => (
            format!("=IF(OR(C{n}=\"\",G{n}=\"\"),\"–\",ROUND(C{n}*100,1)-ROUND(G{n}*100,1))"),
            change.tenths.map(|tenths| tenths as f64 / 10.0),
            ["+", "-", ""].map(|sign| format!("{sign}0.0\"{points}\"")).join(";"),
        ),
        false => (
            format!("=IF(OR(C{n}=\"\",G{n}=\"\",G{n}=0),\"–\",(C{n}-G{n})/ABS(G{n}))"),
            now.zip(before.filter(|b| *b != 0.0)).map(|(now, before)| (now - before) / before.abs()),
            "+0.0%;-0.0%;0.0%".to_owned(),
        ),
    };
    let ink = colour(palette::judgment(change.judgment));
    let format = formats
        .plain
        .clone()
        .set_bold()
        .set_font_color(ink)
        .set_num_format(number_format)
        .set_align(FormatAlign::Right);
    sheet.write_formula_with_format(line, 7, Formula::new(formula).set_result(result(value)), &format)?;
    Ok(())
}

/// Paragraphs, one a row.
pub(super) fn write_text(
    sheet: &mut Worksheet,
    document: &Document,
    text: &Text,
    formats: &Formats,
) -> Result<(), XlsxError> {
    /// What an upright page holds at its own size, in the wider font that stands in for a missing one too.
    const WIDTH: f64 = 72.0;
    sheet.set_column_width(0, WIDTH)?;
    sheet.set_screen_gridlines(false).set_print_fit_to_pages(1, 0);
    frame_print(sheet, document);
    let mut row = 0;
    if let Some(title) = &text.title {
        sheet.write_string_with_format(row, 0, title, &formats.heading)?;
        row += 1;
    }
    for paragraph in &text.paragraphs {
        let words = if paragraph.is_item { format!("• {}", paragraph.words) } else { paragraph.words.clone() };
        sheet.set_row_height(row, text_height(&words, WIDTH))?;
        sheet.write_string_with_format(row, 0, words, &formats.text)?;
        row += 1;
    }
    Ok(())
}
