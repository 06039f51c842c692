//! The plain-text part: the same numbers for terminals, screen readers and search.

use crate::render::artifact::Stamp;
use crate::render::chart::chart_alt;
use crate::render::email::{ROW_COUNT_MAX, WARNING_COUNT_MAX};
use crate::render::table_text::{row_texts, total_texts};
use crate::report::{Chart, Document, KpiRow, Section, Table, Text, say};

const WIDTH: usize = 76;

/// Writes the whole part.
pub(super) fn write_text(document: &Document, stamp: Stamp) -> String {
    let phrases = document.locale.phrases();
    let mut lines = vec![document.title.clone(), "=".repeat(columns(&document.title))];
    lines.extend(document.subtitle.clone());
    lines.extend([
        format!("{} · {} · {}", document.organisation, document.period_label, document.currency),
        say(phrases.generated, &[&document.locale.instant(stamp.generated_at)]),
    ]);
    lines.extend(wrap(&document.reconciliation_line(), ""));
    lines.extend(document.leading_warnings(WARNING_COUNT_MAX).iter().flat_map(|warning| wrap(warning, "")));
    for section in document.mailed_sections() {
        match section {
            Section::Kpis(row) => write_kpis(&mut lines, document, row),
            Section::Chart(chart) => write_chart(&mut lines, document, chart),
            Section::Table(table) => write_table(&mut lines, document, table),
            Section::Text(text) => write_words(&mut lines, text),
            Section::PageBreak | Section::Appendix { .. } => {}
        }
    }
    if let Some(line) = document.appendix_line() {
        lines.extend([String::new(), line]);
    }
    if let Some(url) = &document.web_url {
        lines.extend([String::new(), format!("{}: {url}", phrases.web_edition)]);
    }
    let until = document.locale.date(document.business_date);
    lines.extend([String::new(), format!("{} · {}", document.organisation, document.theme.footer)]);
    lines.extend(wrap(&say(phrases.mail_foot, &[&document.snapshot.snapshot_id.to_string(), &until]), ""));
    lines.push(String::new());
    lines.join("\n")
}

fn heading(lines: &mut Vec<String>, title: &str) {
    lines.extend([String::new(), title.to_owned(), "-".repeat(columns(title))]);
}

fn write_kpis(lines: &mut Vec<String>, document: &Document, row: &KpiRow) {
    heading(lines, row.title.as_deref().unwrap_or(document.locale.phrases().key_figures));
    let widest = row.tiles.iter().map(|t| columns(&t.label)).max().unwrap_or(0);
    for tile in &row.tiles {
        let value = document.locale.tile(tile.figure, tile.unit, &document.currency);
        let rest = match &tile.change {
            Some(change) => format!("{} {}", document.locale.change(change), tile.against(change, document.locale)),
            None => tile.span.clone(),
        };
        lines.push(format!("{}  {value}  ({rest})", padded(&tile.label, widest, true)));
    }
}

fn write_chart(lines: &mut Vec<String>, document: &Document, chart: &Chart) {
    heading(lines, &chart.title);
    lines.extend(wrap(&chart_alt(document, chart), ""));
}

fn write_table(lines: &mut Vec<String>, document: &Document, table: &Table) {
    heading(lines, &table.title);
    let shown = table.shown_at_most(ROW_COUNT_MAX);
    if shown.is_empty() {
        lines.extend(wrap(&table.absence(document.locale), ""));
        return;
    }
    let mut rows: Vec<Vec<String>> = vec![table.heads().map(str::to_owned).collect()];
    rows.extend(shown.iter().map(|row| row_texts(document, table, row)));
    rows.extend(table.totals.iter().map(|totals| total_texts(document, table, totals)));
    let widths: Vec<usize> =
        (0..rows[0].len()).map(|at| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0)).collect();
    if widths.iter().sum::<usize>() + 2 * widths.len() <= WIDTH {
        lines.extend(rows.iter().map(|row| {
            let cells = row.iter().enumerate().map(|(at, text)| padded(text, widths[at], at < table.first_figure()));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        }));
    } else {
        // A grid wider than the window falls apart in every mail program: one paragraph a row instead.
        let (heads, rows) = rows.split_first().expect("the heads are the first row");
        for row in rows {
            let pairs = heads
                .iter()
                .zip(row)
                .skip(1)
                .filter(|(_, text)| !text.is_empty())
                .map(|(head, text)| format!("{head} {text}").replace(' ', "\u{a0}"));
            lines.push(row[0].clone());
            lines.extend(wrap(&pairs.collect::<Vec<_>>().join(", "), "  "));
        }
    }
    lines.extend(wrap(&table.foot(shown.len(), document.locale), ""));
}

fn write_words(lines: &mut Vec<String>, text: &Text) {
    match &text.title {
        Some(title) => heading(lines, title),
        None => lines.push(String::new()),
    }
    for paragraph in &text.paragraphs {
        lines.extend(wrap(&paragraph.words, if paragraph.is_item { "- " } else { "" }));
    }
}

/// How many columns of a terminal a text takes: CJK characters take two.
fn columns(text: &str) -> usize {
    let is_wide = |c: char| matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff60}');
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

fn padded(text: &str, width: usize, is_left: bool) -> String {
    let blanks = " ".repeat(width.saturating_sub(columns(text)));
    if is_left { format!("{text}{blanks}") } else { format!("{blanks}{text}") }
}

/// Lines of at most [`WIDTH`] characters; the first begins with `lead`, the others align under it.
fn wrap(text: &str, lead: &str) -> Vec<String> {
    let indent = " ".repeat(columns(lead));
    let mut lines = Vec::new();
    let mut line = lead.to_owned();
    let mut is_bare = true;
    for word in text.split(' ') {
        if !is_bare && columns(&line) + 1 + columns(word) > WIDTH {
            lines.push(std::mem::replace(&mut line, indent.clone()));
            is_bare = true;
        }
        if !is_bare {
            line.push(' ');
        }
        line.push_str(word);
        is_bare = false;
    }
    lines.push(line);
    lines
}
