//! A walk over every number of a document: each is found again in every file, where it belongs and as it was published.

use super::email::MailGrid;
use super::gallery::gallery;
use super::xlsx::{STREAMED_ROW_COUNT, SheetRead, read_workbook};
use super::*;
use crate::report::fixture::{SIZES, shipped_documents};
use crate::report::{Chart, ChartKind, Column, Document, Figure, KpiRow, Locale, Section, Table, Unit};

fn stamp() -> Stamp {
    Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
}

/// Every shipped report over nothing, a plausible business and a very large one, and the gallery of every section.
fn documents() -> Vec<(String, Document)> {
    let mut documents = shipped_documents();
    documents.extend(SIZES.map(|size| (format!("gallery over {size:?}"), gallery(size, Locale::De))));
    // A few pages of rows say as much as fifty.
    for section in documents.iter_mut().flat_map(|(_, document)| &mut document.sections) {
        if let Section::Table(table) = section {
            table.limit = table.limit.min(60);
            table.rows.truncate(90);
        }
    }
    documents
}

/// The same without charts, whose pictures take the time and whose numbers are told elsewhere.
fn documents_without_charts() -> Vec<(String, Document)> {
    let mut documents = documents();
    documents.iter_mut().for_each(|(_, document)| document.sections.retain(|s| !matches!(s, Section::Chart(_))));
    documents
}

/// Blanks of every kind depend on wrapping, and say nothing.
fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{a0}').collect()
}

/// Fails unless `wanted` stand in `text` one after the other; gives where the last one ends.
fn expect_in_order(text: &str, wanted: impl IntoIterator<Item = String>, place: &str) -> usize {
    let mut from = 0;
    for word in wanted.into_iter().map(|w| squeezed(&w)) {
        let Some(at) = text[from..].find(&word) else {
            let before: String = text[..from].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
            let after: String = text[from..].chars().take(60).collect();
            panic!("{place}: `{word}` is missing between `…{before}` and `{after}…`");
        };
        from += at + word.len();
    }
    from
}

/// What a reader sees of tiles and tables, in order; `row_count_max` rows of a table.
fn told(document: &Document, sections: &[Section], row_count_max: usize) -> Vec<String> {
    let (locale, currency) = (document.locale, &document.currency);
    let mut told = Vec::new();
    for section in sections {
        match section {
            Section::Kpis(row) => {
                for tile in &row.tiles {
                    told.push(locale.tile(tile.figure, tile.unit, currency));
                    told.extend(tile.change.as_ref().map(|change| locale.change(change)));
                }
            }
            Section::Table(table) => {
                let rows = table.shown_at_most(row_count_max).iter().map(|row| &row.cells);
                let totals = table.totals.iter().filter(|_| !table.rows.is_empty());
                let cell = |(figure, column): (&Option<Figure>, &Column)| locale.cell(*figure, column.unit, currency);
                told.extend(rows.chain(totals).flat_map(|cells| cells.iter().zip(&table.columns).map(cell)));
            }
            _ => {}
        }
    }
    told
}

/// The same of a mail's HTML part, which leaves out columns and shortens amounts where a table is too wide.
fn told_in_mail(document: &Document) -> Vec<String> {
    let mut all = Vec::new();
    for section in document.mailed_sections() {
        let Section::Table(table) = section else {
            all.extend(told(document, std::slice::from_ref(section), 12));
            continue;
        };
        let grid = MailGrid::new(document, table);
        let rows = table.shown_at_most(12).iter().map(|row| &row.cells);
        let cells = rows.chain(table.totals.iter().filter(|_| !table.rows.is_empty()));
        for (cells, texts) in cells.zip(grid.rows.iter().chain(&grid.total)) {
            for column in grid.columns.iter().filter(|column| !column.is_words) {
                let at = column.at - table.first_figure();
                let (figure, unit, text) = (cells[at], table.columns[at].unit, &texts[column.at]);
                let (locale, currency) = (document.locale, &document.currency);
                let ways = [locale.cell(figure, unit, currency), locale.tile(figure, unit, currency)];
                assert!(ways.contains(text), "{text} is none of {ways:?}");
                all.push(text.clone());
            }
        }
    }
    all
}

#[test]
fn every_number_of_a_mail_stands_in_both_its_parts() {
    for (name, document) in documents_without_charts() {
        let body = render_email(&document, stamp()).expect("a body");
        let (html, plain) = (stripped(&body.html), squeezed(&body.text));
        expect_in_order(&html, told_in_mail(&document), &format!("{name}, HTML"));
        expect_in_order(&plain, told(&document, document.mailed_sections(), 12), &format!("{name}, plain text"));
        assert!(body.html.len() < 100_000, "{name}: {} bytes, beyond which a mail is cut off", body.html.len());
    }
}

#[test]
fn every_number_of_a_page_stands_on_the_web_edition() {
    for (name, document) in documents() {
        let html = String::from_utf8(render_html(&document, stamp()).expect("a page").bytes).expect("UTF-8");
        let text = stripped(&html);
        expect_in_order(&text, told(&document, &document.sections, usize::MAX), &name);
        for chart in charts(&document) {
            let figures = (0..chart.categories.len()).flat_map(|at| {
                chart.series.iter().enumerate().map(move |(s, series)| (series.figures[at], unit_of(chart, s)))
            });
            let words = figures.map(|(figure, unit)| document.locale.full(figure, unit, &document.currency));
            let at = text.find(&squeezed(&chart.title)).expect("its title");
            expect_in_order(&text[at..], words, &format!("{name}, {}", chart.title));
        }
    }
}

#[test]
fn every_number_of_a_page_is_text_that_can_be_searched() {
    for (name, document) in documents_without_charts() {
        let bytes = render_pdf(&document, stamp()).expect("a PDF").bytes;
        let pdf = lopdf::Document::load_mem(&bytes).expect("a PDF");
        let pages: Vec<u32> = pdf.get_pages().keys().copied().collect();
        let text = squeezed(&pdf.extract_text(&pages).expect("text"));
        let shortened = squeezed(document.locale.phrases().amounts_shortened);
        let mut from = 0;
        for section in &document.sections {
            // Where a table is too wide for its figures, the page writes them short and says so.
            let is_short = matches!(section, Section::Table(_)) && text[from..].contains(&shortened);
            if !is_short {
                let wanted = told(&document, std::slice::from_ref(section), usize::MAX);
                from += expect_in_order(&text[from..], wanted, &format!("{name}, PDF"));
            }
        }
    }
}

#[test]
fn every_number_of_a_workbook_is_the_published_one() {
    let mut checked = 0;
    for (name, document) in documents() {
        let sheets = read_workbook(&render_xlsx(&document, stamp()).expect("a workbook").bytes);
        let mut sheets = sheets.iter().skip(1);
        for section in &document.sections {
            if matches!(section, Section::PageBreak | Section::Appendix { .. }) {
                continue;
            }
            let sheet = sheets.next().expect("a sheet a section");
            let place = format!("{name}, {}", sheet.name);
            match section {
                Section::Kpis(row) => checked += expect_tiles(sheet, row, &place),
                Section::Chart(chart) => checked += expect_chart(sheet, chart, &place),
                Section::Table(table) => checked += expect_table(sheet, table, &place),
                _ => {}
            }
        }
        assert!(sheets.next().is_none(), "{name}: a sheet without a section");
    }
    assert!(checked > 3_000, "{checked}");
}

#[test]
fn a_table_that_goes_through_a_file_is_the_published_one_to_its_last_row() {
    let mut document = crate::report::fixture::document();
    for section in &mut document.sections {
        if let Section::Table(table) = section {
            table.rows = table.rows.iter().cycle().take(STREAMED_ROW_COUNT + 3).cloned().collect();
        }
    }
    let bytes = render_xlsx(&document, stamp()).expect("a workbook").bytes;
    assert_eq!(render_xlsx(&document, stamp()).expect("a workbook").bytes, bytes, "the same bytes every time");
    let sheets = read_workbook(&bytes);
    let mut checked = 0;
    for section in &document.sections {
        if let Section::Table(table) = section {
            let sheet = sheets.iter().find(|sheet| sheet.name == table.title).expect("its sheet");
            checked += expect_table(sheet, table, &table.title);
        }
    }
    assert!(checked > STREAMED_ROW_COUNT * 5, "{checked}");
}

/// Fails unless the cell holds the figure: to the cent, or the exact ratio.
fn expect_cell(sheet: &SheetRead, (row, column): (u32, u32), figure: Option<Figure>, unit: Unit, place: &str) -> usize {
    let found = sheet.number(row, column);
    let Some(figure) = figure.filter(|f| f.denominator != 0) else {
        assert_eq!(found, None, "{place}: row {row}, column {column} should be blank");
        return 1;
    };
    let scale = if unit == Unit::Money { 100.0 } else { 1.0 };
    let value = found.unwrap_or_else(|| panic!("{place}: row {row}, column {column} is blank, not {figure:?}"));
    let numerator = value * scale * figure.denominator as f64;
    let wanted = figure.numerator as f64;
    assert!((numerator - wanted).abs() <= wanted.abs() * 1e-12, "{place}: {numerator} is not {figure:?}");
    1
}

fn expect_tiles(sheet: &SheetRead, row: &KpiRow, place: &str) -> usize {
    let mut checked = 0;
    for (tile, line) in row.tiles.iter().zip(1..) {
        assert_eq!(sheet.words(line, 0), Some(tile.label.as_str()), "{place}");
        checked += expect_cell(sheet, (line, 2), tile.figure, tile.unit, place);
        checked += expect_cell(sheet, (line, 6), tile.change.as_ref().and_then(|c| c.figure), tile.unit, place);
    }
    checked
}

fn unit_of(chart: &Chart, series: usize) -> Unit {
    if series == 0 { chart.unit_across.unwrap_or(chart.unit) } else { chart.unit }
}

fn expect_chart(sheet: &SheetRead, chart: &Chart, place: &str) -> usize {
    let mut checked = 0;
    for (at, series) in chart.series.iter().enumerate() {
        for (figure, line) in series.figures.iter().zip(0..) {
            // A heat map stands as it is drawn: one row a series.
            let cell =
                if chart.kind == ChartKind::Heatmap { (at as u32 + 1, line + 1) } else { (line + 1, at as u32 + 1) };
            checked += expect_cell(sheet, cell, *figure, unit_of(chart, at), place);
        }
    }
    checked
}

fn expect_table(sheet: &SheetRead, table: &Table, place: &str) -> usize {
    let (first, mut checked) = (table.first_figure() as u32, 0);
    for (row, line) in table.rows.iter().map(|row| &row.cells).chain(&table.totals).zip(1..) {
        for ((figure, column), at) in row.iter().zip(&table.columns).zip(first..) {
            checked += expect_cell(sheet, (line, at), *figure, column.unit, place);
        }
    }
    for (row, line) in table.rows.iter().zip(1..) {
        assert_eq!(sheet.words(line, 0), Some(row.label.as_str()), "{place}");
    }
    checked
}

#[test]
fn every_number_of_a_text_file_is_the_published_one() {
    for (name, document) in documents() {
        let files = render_csv(&document, ByteOrderMark::Without);
        let with_rows = |s: &&Section| matches!(s, Section::Kpis(_) | Section::Chart(_) | Section::Table(_));
        let sections: Vec<&Section> = document.sections.iter().filter(with_rows).collect();
        assert_eq!(files.len(), sections.len());
        for (file, section) in files.iter().zip(sections) {
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(file.bytes.as_slice());
            let rows: Vec<::csv::StringRecord> = reader.records().map(|r| r.expect("as many cells a line")).collect();
            let expect = |row: usize, column: usize, figure: Option<Figure>, unit| {
                assert_eq!(rows[row][column], written(figure, unit), "{name}, {}, row {row}", file.name);
            };
            match section {
                Section::Kpis(tiles) => {
                    tiles.tiles.iter().zip(1..).for_each(|(tile, row)| expect(row, 2, tile.figure, tile.unit));
                }
                Section::Chart(chart) => {
                    for (at, series) in chart.series.iter().enumerate() {
                        for (figure, line) in series.figures.iter().zip(1..) {
                            let is_grid = chart.kind == ChartKind::Heatmap;
                            let (row, column) = if is_grid { (at + 1, line) } else { (line, at + 1) };
                            expect(row, column, *figure, unit_of(chart, at));
                        }
                    }
                }
                Section::Table(table) => {
                    assert_eq!(rows.len(), table.rows.len() + 1, "{name}, {}", file.name);
                    for (row, line) in table.rows.iter().zip(1..) {
                        for ((figure, column), at) in row.cells.iter().zip(&table.columns).zip(table.first_figure()..) {
                            expect(line, at, *figure, column.unit);
                        }
                    }
                }
                _ => unreachable!("sections with rows"),
            }
        }
    }
}

/// A figure as text files write it: a point, no grouping, cents.
fn written(figure: Option<Figure>, unit: Unit) -> String {
    let Some(value) = figure.and_then(|f| f.value(unit)) else { return String::new() };
    match unit {
        Unit::Count => format!("{}", value as i64),
        Unit::Money => {
            let (cents, sign) = ((value as i64).unsigned_abs(), if value < 0.0 { "-" } else { "" });
            format!("{sign}{}.{:02}", cents / 100, cents % 100)
        }
        Unit::Index => format!("{value:.2}"),
        Unit::Percent | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => format!("{value:.1}"),
    }
}

fn charts(document: &Document) -> impl Iterator<Item = &Chart> {
    document.sections.iter().filter_map(|s| if let Section::Chart(chart) = s { Some(chart) } else { None })
}

/// What a reader sees of a page: no markup, no blanks.
fn stripped(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut is_markup = false;
    for c in html.chars() {
        match c {
            '<' => is_markup = true,
            '>' => is_markup = false,
            c if !is_markup => text.push(c),
            _ => {}
        }
    }
    let text = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", ""), ("&amp;", "&")]
        .iter()
        .fold(text, |text, (escaped, plain)| text.replace(escaped, plain));
    squeezed(&text)
}
