//! The workbook: every section as typed cells that can be sorted, summed and charted again.
//!
//! In: a document. Out: a cover (freshness, reconciliation, definitions) and a sheet a section, with native charts.
//!
//! Cells hold numbers with a format, never text that looks like a number; totals are formulas over the rows;
//! text is always written as text, so that a name that begins with `=` stays a name.
//! Tables hold every row, also those a page has no room for.
//!
//! Never here: a picture of a chart.

mod chart_cells;
mod cover;
mod format;
mod native;
#[cfg(test)]
mod reader;
mod sheet;
mod table;

#[cfg(test)]
pub(super) use reader::{SheetRead, read_workbook, unzip};

use chrono::{Datelike, Timelike};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use crate::render::artifact::{Artifact, Stamp};
use crate::render::error::RenderError;
use crate::render::logo::{Picture, picture};
use crate::render::typeface::in_fonts_of;
use crate::render::xlsx::chart_cells::write_chart;
use crate::render::xlsx::cover::write_cover;
use crate::render::xlsx::format::Formats;
use crate::render::xlsx::sheet::{SheetNames, write_kpis, write_text};
use crate::render::xlsx::table::write_table;
use crate::report::{Document, Section};

const MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The size of a cell as Excel has it.
const ROW_PIXELS: u32 = 20;
const COLUMN_PIXELS: u32 = 64;
/// A table of so many rows goes through a file of the machine's temporary folder instead of memory.
pub(super) const STREAMED_ROW_COUNT: usize = 5_000;

/// Renders `document` as a workbook. The same document and stamp give the same bytes.
pub fn render_xlsx(document: &Document, stamp: Stamp) -> Result<Artifact, RenderError> {
    let failed = |source| RenderError::Xlsx { report: document.report.clone(), source: Box::new(source) };
    let logo = picture(document)?;
    let bytes = in_fonts_of(&document.theme, || write_workbook(document, stamp, logo.as_ref())).map_err(failed)?;
    Ok(Artifact::seal(document, "xlsx", MEDIA_TYPE, bytes))
}

fn write_workbook(document: &Document, stamp: Stamp, logo: Option<&Picture>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.set_properties(&properties(document, stamp)?);
    let formats = Formats::new(document);
    workbook.set_default_format(&formats.plain, ROW_PIXELS, COLUMN_PIXELS)?;
    let words = document.locale.phrases();
    let mut names = SheetNames::new();
    let cover = names.take(words.report);
    write_cover(workbook.add_worksheet().set_name(cover)?, document, (stamp, logo), &formats)?;
    for section in &document.sections {
        match section {
            Section::Kpis(row) => {
                let name = names.take(row.title.as_deref().unwrap_or(words.key_figures));
                write_kpis(workbook.add_worksheet().set_name(name)?, document, row, &formats)?;
            }
            Section::Chart(chart) => {
                let name = names.take(&chart.title);
                write_chart(workbook.add_worksheet().set_name(&name)?, document, chart, (&name, &formats))?;
            }
            Section::Table(table) => {
                let name = names.take(&table.title);
                let sheet = match table.rows.len() < STREAMED_ROW_COUNT {
                    true => workbook.add_worksheet(),
                    false => workbook.add_worksheet_with_constant_memory()?,
                };
                write_table(sheet.set_name(name)?, document, table, &formats)?;
            }
            Section::Text(text) => {
                let name = names.take(text.title.as_deref().unwrap_or(words.commentary));
                write_text(workbook.add_worksheet().set_name(name)?, document, text, &formats)?;
            }
            Section::PageBreak | Section::Appendix { .. } => {}
        }
    }
    workbook.save_to_buffer()
}

/// The file's own properties, its dates pinned to the stamp.
fn properties(document: &Document, stamp: Stamp) -> Result<DocProperties, XlsxError> {
    Ok(DocProperties::new()
        .set_title(format!("{} · {}", document.title, document.period_label))
        .set_subject(&document.preheader)
        .set_author(&document.organisation)
        .set_company(&document.organisation)
        .set_comment(format!("Snapshot {}", document.snapshot.snapshot_id))
        .set_creation_datetime(&excel_instant(stamp.generated_at)?))
}

/// An instant as Excel counts it, in UTC.
fn excel_instant(at: chrono::DateTime<chrono::Utc>) -> Result<ExcelDateTime, XlsxError> {
    excel_date(at.date_naive())?.and_hms(at.hour() as u16, at.minute() as u8, f64::from(at.second()))
}

/// A date as Excel counts it.
fn excel_date(date: chrono::NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::document;

    fn render() -> Artifact {
        let stamp = Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") };
        render_xlsx(&document(), stamp).expect("a workbook")
    }

    #[test]
    fn the_same_document_gives_the_same_bytes() {
        let first = render();
        let second = std::thread::spawn(render).join().expect("a workbook");
        assert_eq!(first, second);
        assert_eq!(first.name, "executive-weekly-2026-11-22.xlsx");
    }

    #[test]
    fn sheet_names_are_unique_short_and_without_forbidden_letters() {
        let mut names = SheetNames::new();
        assert_eq!(names.take("Revenue [EUR] by month/week: a very long title"), "Revenue EUR by month week");
        assert_eq!(names.take("Calls, meetings and e-mails, last quarter"), "Calls, meetings and e-mails");
        assert_eq!(names.take("How customers and products go together"), "How customers and products go");
        assert_eq!(names.take(&"Donau".repeat(8)), "DonauDonauDonauDonauDonauDonauD");
        assert_eq!(names.take("Sales"), "Sales");
        assert_eq!(names.take("SALES"), "SALES 2");
        assert_eq!(names.take("'quoted'"), "quoted");
        assert_eq!(names.take(""), "Sheet");
        assert_eq!(names.take("History"), "History 2");
        let twice = "A title of exactly thirty-one c";
        assert_eq!(names.take(twice), twice);
        assert_eq!(names.take(twice), "A title of exactly thirty-one 2");
    }
}
