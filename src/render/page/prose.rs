//! Words: commentary, and the last section that says how to read the report.

use crate::render::font::{Weight, wrap};
use crate::render::page::card::draw_heading;
use crate::render::page::sheet::{Align, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::{Document, Text, say};

const BODY: Style = Style::regular(9.2, palette::TEXT);
const BODY_LINE: f64 = 13.2;
const SMALL: Style = Style::regular(7.6, palette::TEXT);
const SMALL_LINE: f64 = 10.2;
const TERM_WIDTH: f64 = 124.0;

/// A commentary.
pub(super) fn draw_text(sheet: &mut Sheet, text: &Text) {
    // A heading never stands alone: it takes two lines with it.
    sheet.ensure(if text.title.is_some() { 24.0 } else { 0.0 } + 2.0 * BODY_LINE);
    if let Some(title) = &text.title {
        sheet.bookmark(1, title);
        draw_heading(sheet, title, "");
    }
    for paragraph in &text.paragraphs {
        let indent = if paragraph.is_item { 12.0 } else { 0.0 };
        let lines = wrap(BODY.weight, BODY.size, &paragraph.words, sheet.content_width() - indent);
        let bullet = if paragraph.is_item { "•" } else { "" };
        draw_lines(sheet, &lines, (BODY, BODY_LINE), (indent, bullet));
        sheet.y += 3.0;
    }
    sheet.y += 7.0;
}

/// Lines down the page and over its end; each page's part is one mark of the same paragraph.
fn draw_lines(sheet: &mut Sheet, lines: &[String], (style, height): (Style, f64), (indent, bullet): (f64, &str)) {
    sheet.open("P", None);
    let mut rest = lines;
    while !rest.is_empty() {
        sheet.ensure(height);
        let count = ((sheet.room() / height) as usize).clamp(1, rest.len());
        let is_first = rest.len() == lines.len();
        let top = sheet.y;
        sheet.tagged(|ink| {
            if is_first {
                ink.text((MARGIN + 1.0, top + style.size), Align::Left, style, bullet);
            }
            for (at, line) in rest[..count].iter().enumerate() {
                ink.text((MARGIN + indent, top + style.size + height * at as f64), Align::Left, style, line);
            }
        });
        sheet.y = top + height * count as f64;
        rest = &rest[count..];
    }
    sheet.close();
}

/// The last section: definitions, notes on the data, where the numbers come from.
pub(super) fn draw_guide(sheet: &mut Sheet, document: &Document) {
    sheet.ensure(24.0 + 4.0 * SMALL_LINE);
    let words = document.locale.phrases();
    sheet.bookmark(1, words.how_to_read);
    draw_heading(sheet, words.how_to_read, "");
    for definition in &document.definitions {
        let term = format!("{} ", definition.label);
        draw_entry(sheet, &term, &format!("{} ({})", capital(&definition.words), definition.metric));
    }
    if !document.warnings.is_empty() {
        sheet.ensure(24.0 + 2.0 * SMALL_LINE);
        draw_heading(sheet, words.notes, "");
        for warning in &document.warnings {
            let lines = wrap(SMALL.weight, SMALL.size, warning, sheet.content_width() - 12.0);
            draw_lines(sheet, &lines, (SMALL, SMALL_LINE), (12.0, "•"));
        }
        sheet.y += 3.0;
    }
    sheet.ensure(24.0 + 2.0 * SMALL_LINE);
    draw_heading(sheet, words.origin, "");
    let lines = wrap(SMALL.weight, SMALL.size, &origin(document), sheet.content_width());
    draw_lines(sheet, &lines, (SMALL, SMALL_LINE), (0.0, ""));
}

/// A term and its words beside it.
fn draw_entry(sheet: &mut Sheet, term: &str, words: &str) {
    let bold = Style { weight: Weight::Bold, ..SMALL };
    let terms = wrap(bold.weight, bold.size, term, TERM_WIDTH - 10.0);
    let lines = wrap(SMALL.weight, SMALL.size, words, sheet.content_width() - TERM_WIDTH);
    let height = lines.len().max(terms.len()) as f64 * SMALL_LINE + 2.5;
    sheet.ensure(height);
    let top = sheet.y + SMALL.size;
    sheet.element("P", |ink| {
        for (at, line) in terms.iter().enumerate() {
            ink.text((MARGIN, top + SMALL_LINE * at as f64), Align::Left, bold, line);
        }
        for (at, line) in lines.iter().enumerate() {
            ink.text((MARGIN + TERM_WIDTH, top + SMALL_LINE * at as f64), Align::Left, SMALL, line);
        }
    });
    sheet.y += height;
}

/// Snapshot, freshness and fingerprints: what an auditor asks for.
fn origin(document: &Document) -> String {
    let mark = &document.snapshot;
    let published = document.locale.instant(mark.published_at);
    let until = document.locale.date(document.business_date);
    let phrases = document.locale.phrases();
    let mut sentences = vec![say(phrases.snapshot, &[&mark.snapshot_id.to_string(), &published, &until])];
    sentences.extend(mark.watermarks.iter().map(|(source, mark)| say(phrases.watermark, &[source, mark])));
    let short = |hash: &str| hash.chars().take(12).collect::<String>();
    sentences.push(say(phrases.fingerprints, &[&short(&mark.definition_hash), &short(&document.template_hash)]));
    sentences.join(" ")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
