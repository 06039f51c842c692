//! CSV: one file a section with rows, for programs and for spreadsheets.
//!
//! In: a document. Out: artifacts of UTF-8 text, RFC 4180 (CRLF, quotes where needed), a head line with units.
//!
//! Numbers are plain: a point, no grouping, amounts with their cents; a value that is not known is an empty cell.
//! Words that a spreadsheet would take for a formula begin with an apostrophe.
//! Tables hold every row, also those a page has no room for.

use crate::render::artifact::Artifact;
use crate::report::{Attribute, Chart, ChartKind, Document, Figure, KpiRow, Section, Table, Unit};

/// How a CSV file begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ByteOrderMark {
    /// With the text, as programs like it.
    #[default]
    Without,
    /// With the mark by which Excel knows UTF-8.
    With,
}

/// Renders every section of `document` that has rows. The same document gives the same bytes.
pub fn render_csv(document: &Document, mark: ByteOrderMark) -> Vec<Artifact> {
    let mut files = Vec::new();
    for section in &document.sections {
        let words = document.locale.phrases();
        let (title, records) = match section {
            Section::Kpis(row) => (row.title.as_deref().unwrap_or(words.key_figures), kpi_records(document, row)),
            Section::Chart(chart) => (chart.title.as_str(), chart_records(document, chart)),
            Section::Table(table) => (table.title.as_str(), table_records(document, table)),
            Section::Text(_) | Section::PageBreak | Section::Appendix { .. } => continue,
        };
        let mut text = String::from(if mark == ByteOrderMark::With { "\u{feff}" } else { "" });
        for record in records {
            text.push_str(&record.iter().map(|cell| cell.write()).collect::<Vec<_>>().join(","));
            text.push_str("\r\n");
        }
        let part = format!("{:02}{}", files.len() + 1, slug(title));
        files.push(Artifact::seal_part(document, (&part, "csv"), "text/csv; charset=utf-8", text.into_bytes()));
    }
    files
}

/// A cell before it is quoted.
enum Cell {
    Words(String),
    /// A number or a date: never taken for words.
    Plain(String),
}

impl Cell {
    fn words(text: &str) -> Cell {
        Cell::Words(text.to_owned())
    }

    fn write(&self) -> String {
        let text = match self {
            Cell::Plain(text) => return text.clone(),
            Cell::Words(text) => text,
        };
        // What begins like a formula is run by spreadsheets, also behind blanks and in full-width letters.
        let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
            || text.starts_with(['\t', '\r', '\n']);
        let safe = if is_formula { format!("'{text}") } else { text.clone() };
        match safe.contains([',', '"', '\n', '\r']) || safe.trim() != safe {
            true => format!("\"{}\"", safe.replace('"', "\"\"")),
            false => safe,
        }
    }
}

/// `-sales-reps-last-quarter`; nothing for a title without a letter that every file system knows.
fn slug(title: &str) -> String {
    const LENGTH_MAX: usize = 40;
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if slug.len() + word.len() >= LENGTH_MAX {
            break;
        }
        slug.push('-');
        slug.push_str(word);
    }
    slug
}

/// A figure as published, without grouping; empty where nothing is known.
fn number(figure: Option<Figure>, unit: Unit) -> Cell {
    let Some(value) = figure.and_then(|f| f.value(unit)) else { return Cell::Plain(String::new()) };
    Cell::Plain(match unit {
        Unit::Count => format!("{value:.0}"),
        Unit::Money => {
            let cents = value as i64;
            format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
        }
        Unit::Percent | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => format!("{value:.1}"),
        Unit::Index => format!("{value:.2}"),
    })
}

/// A heading with what its values are counted in: `Revenue (EUR)`.
fn headed(document: &Document, label: &str, unit: Unit) -> Cell {
    let words = document.locale.phrases();
    let bare = |phrase: &str| phrase.replace("{0}", "").trim_matches(['\u{a0}', ' ']).to_owned();
    let unit = match unit {
        Unit::Count | Unit::Mean | Unit::Index => return Cell::words(label),
        Unit::Money => document.currency.clone(),
        Unit::Percent => "%".to_owned(),
        Unit::Days => bare(words.days),
        Unit::Weeks => bare(words.weeks),
        Unit::Minutes => bare(words.minutes),
    };
    Cell::Words(format!("{label} ({unit})"))
}

fn kpi_records(document: &Document, row: &KpiRow) -> Vec<Vec<Cell>> {
    let words = document.locale.phrases();
    let heads =
        [words.figure, words.span, words.value, words.unit, words.compared_with, words.earlier_value, words.metric];
    let mut records = vec![heads.map(Cell::words).into_iter().collect::<Vec<_>>()];
    for tile in &row.tiles {
        let unit = match headed(document, "", tile.unit) {
            Cell::Words(text) | Cell::Plain(text) => text.trim_matches([' ', '(', ')']).to_owned(),
        };
        let against = tile.change.as_ref().map_or("", |change| change.against.as_str());
        records.push(vec![
            Cell::words(&tile.label),
            Cell::words(&tile.span),
            number(tile.figure, tile.unit),
            Cell::Words(unit),
            Cell::words(against),
            number(tile.change.as_ref().and_then(|change| change.figure), tile.unit),
            Cell::words(&tile.metric),
        ]);
    }
    records
}

fn chart_records(document: &Document, chart: &Chart) -> Vec<Vec<Cell>> {
    // A heat map reads as it is drawn: one row a series.
    if chart.kind == ChartKind::Heatmap {
        let heads = std::iter::once(Cell::words(&chart.axis));
        let mut records: Vec<Vec<Cell>> =
            vec![heads.chain(chart.categories.iter().map(|c| headed(document, &c.label, chart.unit))).collect()];
        records.extend(chart.series.iter().map(|series| {
            let numbers = series.figures.iter().map(|f| number(*f, chart.unit));
            std::iter::once(Cell::words(&series.name)).chain(numbers).collect()
        }));
        return records;
    }
    let unit = |at: usize| if at == 0 { chart.unit_across.unwrap_or(chart.unit) } else { chart.unit };
    let heads = chart.series.iter().enumerate().map(|(at, series)| headed(document, &series.name, unit(at)));
    let mut records: Vec<Vec<Cell>> = vec![std::iter::once(Cell::words(&chart.axis)).chain(heads).collect()];
    records.extend(chart.categories.iter().enumerate().map(|(row, category)| {
        let numbers = chart.series.iter().enumerate().map(|(at, s)| number(s.figures[row], unit(at)));
        std::iter::once(Cell::words(&category.label)).chain(numbers).collect()
    }));
    records
}

fn table_records(document: &Document, table: &Table) -> Vec<Vec<Cell>> {
    let labels = std::iter::once(&table.row_label).chain(&table.attributes).map(|label| Cell::words(label));
    let figures = table.columns.iter().map(|column| headed(document, &column.label, column.unit));
    let mut records: Vec<Vec<Cell>> = vec![labels.chain(figures).collect()];
    records.extend(table.rows.iter().map(|row| {
        let attributes = row.attributes.iter().map(|attribute| match attribute {
            Attribute::Words(words) => Cell::words(words),
            Attribute::Date(date) => Cell::Plain(date.to_string()),
            Attribute::Nothing => Cell::Plain(String::new()),
        });
        let numbers = row.cells.iter().zip(&table.columns).map(|(figure, column)| number(*figure, column.unit));
        std::iter::once(Cell::words(&row.label)).chain(attributes).chain(numbers).collect()
    }));
    records
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::gallery::gallery;
    use crate::report::Locale;
    use crate::report::fixture::Size;

    fn file(part: &str, mark: ByteOrderMark) -> String {
        let files = render_csv(&gallery(Size::Plausible, Locale::En), mark);
        let found = files.into_iter().find(|file| file.name.contains(part)).expect("the file");
        String::from_utf8(found.bytes).expect("UTF-8")
    }

    #[test]
    fn every_section_with_rows_is_a_file_of_its_own() {
        let names: Vec<String> = render_csv(&gallery(Size::Plausible, Locale::En), ByteOrderMark::Without)
            .into_iter()
            .map(|file| file.name)
            .collect();
        assert_eq!(names.len(), 15, "{names:?}");
        assert_eq!(names[0], "executive-weekly-2026-11-22-01-key-figures.csv");
        assert!(names.contains(&"executive-weekly-2026-11-22-15-accounts.csv".to_owned()), "{names:?}");
    }

    #[test]
    fn a_table_is_read_back_with_every_row_number_and_name() {
        let text = file("accounts", ByteOrderMark::With);
        let body = text.strip_prefix('\u{feff}').expect("the mark");
        let mut reader = csv::Reader::from_reader(body.as_bytes());
        let heads: Vec<&str> = reader.headers().expect("heads").iter().collect();
        assert_eq!(heads[..4], ["Customer", "Owner", "Last contact", "Revenue (EUR)"]);
        let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a record")).collect();
        assert_eq!(rows.len(), 40);
        assert_eq!((&rows[0][3], &rows[1][2], &rows[0][7]), ("1234.56", "2026-03-02", ""));
        assert!(body.ends_with("\r\n") && !body.replace("\r\n", "").contains('\n'));
    }

    #[test]
    fn words_that_look_like_formulas_are_words() {
        assert!(file("accounts", ByteOrderMark::Without).contains("\r\n'=SUM(A1),"));
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-5", "'-5"),
            ("@cmd", "'@cmd"),
            (" =1", "' =1"),
            ("＝1", "'＝1"),
            (" plain", "\" plain\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("plain", "plain"),
        ] {
            assert_eq!(Cell::words(text).write(), written);
        }
        let loss = number(Some(Figure::whole(-5)), Unit::Money).write();
        assert_eq!(loss, "-0.05", "a number below zero stays a number");
    }
}
