//! The cover: what this is, how fresh, whether it adds up, what the words mean.

use rust_xlsxwriter::{Formula, Image, Url, Worksheet, XlsxError};

use crate::render::artifact::Stamp;
use crate::render::logo::Picture;
use crate::render::xlsx::format::Formats;
use crate::render::xlsx::sheet::{frame_print, text_height};
use crate::render::xlsx::{excel_date, excel_instant};
use crate::report::{Document, say};

/// What a logo may cover, in pixels.
const LOGO: (f64, f64) = (220.0, 56.0);

/// The widths of the names, of what they are, and of each of the columns that the words span.
const WIDTHS: [f64; 3] = [28.0, 34.0, 17.0];
const LAST_COLUMN: u16 = 5;
/// How many of the last columns words are written across.
const WORDS_WIDTH: f64 = 4.0 * WIDTHS[2];

/// Fills the first sheet.
pub(super) fn write_cover(
    sheet: &mut Worksheet,
    document: &Document,
    (stamp, logo): (Stamp, Option<&Picture>),
    formats: &Formats,
) -> Result<(), XlsxError> {
    sheet.set_column_width(0, WIDTHS[0])?.set_column_width(1, WIDTHS[1])?;
    for column in 2..=LAST_COLUMN {
        sheet.set_column_width(column, WIDTHS[2])?;
    }
    sheet.set_screen_gridlines(false).set_landscape().set_print_fit_to_pages(1, 0);
    frame_print(sheet, document);
    sheet.set_row_height(0, 28)?;
    sheet.write_string_with_format(0, 0, &document.title, &formats.title)?;
    if let Some(logo) = logo {
        let (_, height) = logo.fit(LOGO.0, LOGO.1);
        let scale = height / f64::from(logo.height);
        let image = Image::new_from_buffer(&logo.png)?;
        let image = image.set_scale_width(scale).set_scale_height(scale).set_alt_text(&document.organisation);
        sheet.insert_image(0, 4, &image)?;
    }
    let line = format!("{} · {} · {}", document.organisation, document.period_label, document.currency);
    sheet.write_string_with_format(1, 0, line, &formats.subtitle)?;
    let words = document.locale.phrases();
    let mut row = write_freshness(sheet, document, stamp, formats)?;
    row = write_reconciliation(sheet, document, formats, row + 1)?;
    if !document.warnings.is_empty() {
        sheet.write_string_with_format(row + 1, 0, words.notes, &formats.heading)?;
        row += 2;
        for warning in &document.warnings {
            sheet.merge_range(row, 0, row, LAST_COLUMN, warning, &formats.text)?;
            sheet.set_row_height(row, text_height(warning, WIDTHS[0] + WIDTHS[1] + WORDS_WIDTH))?;
            row += 1;
        }
    }
    write_definitions(sheet, document, formats, row + 1)
}

/// Dates, snapshot, sources: typed, so that they can be compared.
fn write_freshness(
    sheet: &mut Worksheet,
    document: &Document,
    stamp: Stamp,
    formats: &Formats,
) -> Result<u32, XlsxError> {
    let words = document.locale.phrases();
    let mut row = 3;
    sheet.write_string_with_format(row, 0, words.freshness, &formats.heading)?;
    let mark = &document.snapshot;
    let dates = [(words.period_from, document.period.from), (words.period_to, document.period.last())];
    for (label, date) in dates.into_iter().chain([(words.data_up_to, document.business_date)]) {
        row += 1;
        sheet.write_string_with_format(row, 0, label, &formats.muted)?;
        sheet.write_datetime_with_format(row, 1, excel_date(date)?, &formats.date)?;
    }
    for (label, at) in [(words.published, mark.published_at), (words.report_generated, stamp.generated_at)] {
        row += 1;
        sheet.write_string_with_format(row, 0, label, &formats.muted)?;
        sheet.write_datetime_with_format(row, 1, excel_instant(at)?, &formats.instant)?;
    }
    let mut lines = vec![(words.snapshot_number.to_owned(), mark.snapshot_id.to_string())];
    for (source, watermark) in &mark.watermarks {
        lines.push((say(words.source_read_up_to, &[source]), watermark.clone()));
    }
    lines.push((words.definitions_print.to_owned(), mark.definition_hash.clone()));
    lines.push((words.template_print.to_owned(), document.template_hash.clone()));
    for (label, value) in lines {
        row += 1;
        sheet.write_string_with_format(row, 0, label, &formats.muted)?;
        sheet.write_string(row, 1, value)?;
    }
    if let Some(url) = &document.web_url {
        row += 1;
        sheet.write_string_with_format(row, 0, words.web_edition, &formats.muted)?;
        sheet.write_url_with_format(row, 1, Url::new(url).set_text(words.open_web), &formats.link)?;
    }
    Ok(row + 1)
}

/// Source = star + quarantine, its difference as a live formula.
fn write_reconciliation(
    sheet: &mut Worksheet,
    document: &Document,
    formats: &Formats,
    mut row: u32,
) -> Result<u32, XlsxError> {
    if document.reconciliation.is_empty() {
        return Ok(row);
    }
    let words = document.locale.phrases();
    let heads = [words.rows_source, words.rows_star, words.rows_quarantine, words.difference];
    sheet.write_string_with_format(row, 0, words.reconciliation, &formats.heading)?;
    row += 1;
    sheet.write_string_with_format(row, 0, words.entity, &formats.head)?;
    // The first stands in a wide column.
    let height = heads[1..].iter().map(|head| text_height(head, WIDTHS[2] - 2.0)).fold(15.0, f64::max);
    sheet.set_row_height(row, height)?;
    for (at, head) in heads.iter().enumerate() {
        sheet.write_string_with_format(row, at as u16 + 1, *head, &formats.head_right)?;
    }
    for line in &document.reconciliation {
        row += 1;
        sheet.write_string(row, 0, document.locale.entity(&line.entity))?;
        for (at, count) in [line.source_rows, line.star_rows, line.quarantined_rows].into_iter().enumerate() {
            sheet.write_number_with_format(row, at as u16 + 1, count as f64, &formats.integer)?;
        }
        let difference = line.difference();
        let n = row + 1;
        let formula = Formula::new(format!("=B{n}-C{n}-D{n}")).set_result(difference.to_string());
        let format = if difference == 0 { &formats.good } else { &formats.bad };
        sheet.write_formula_with_format(row, 4, formula, format)?;
    }
    Ok(row + 1)
}

fn write_definitions(
    sheet: &mut Worksheet,
    document: &Document,
    formats: &Formats,
    mut row: u32,
) -> Result<(), XlsxError> {
    let words = document.locale.phrases();
    sheet.write_string_with_format(row, 0, words.how_to_read, &formats.heading)?;
    row += 1;
    for (at, head) in [words.name, words.metric, words.meaning].iter().enumerate() {
        sheet.write_string_with_format(row, at as u16, *head, &formats.head)?;
    }
    for column in 3..=LAST_COLUMN {
        sheet.write_blank(row, column, &formats.head)?;
    }
    for definition in &document.definitions {
        row += 1;
        sheet.write_string_with_format(row, 0, &definition.label, &formats.text)?;
        sheet.write_string_with_format(row, 1, &definition.metric, &formats.muted)?;
        sheet.merge_range(row, 2, row, LAST_COLUMN, &definition.words, &formats.text)?;
        let height = text_height(&definition.words, WORDS_WIDTH).max(text_height(&definition.label, WIDTHS[0]));
        sheet.set_row_height(row, height)?;
    }
    Ok(())
}
