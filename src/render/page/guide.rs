//! The last section: how to read the report, notes on the data, where the numbers come from.

use crate::render::font::{Weight, measure, wrap};
use crate::render::page::card::draw_heading;
use crate::render::page::sheet::{Align, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::{Definition, Document, say};

const SMALL: Style = Style::regular(7.4, palette::TEXT);
const TERM: Style = Style { weight: Weight::Bold, ..SMALL };
const LINE: f64 = 9.8;
/// How far lines draw together where that saves a page.
const LINE_PART_MIN: f64 = 0.88;
/// What parts two entries.
const ENTRY_GAP: f64 = 3.2;
const COLUMN_GAP: f64 = 22.0;
/// A narrower column breaks every sentence.
const COLUMN_WIDTH_MIN: f64 = 220.0;

/// Definitions in columns, notes, origin.
pub(super) fn draw_guide(sheet: &mut Sheet, document: &Document) {
    let words = document.locale.phrases();
    let line = LINE * sheet.pace().max(LINE_PART_MIN);
    sheet.ensure(24.0 + 4.0 * line);
    sheet.bookmark(1, words.how_to_read);
    draw_heading(sheet, words.how_to_read, "");
    draw_definitions(sheet, document, line);
    sheet.y += 4.0;
    let width = sheet.content_width();
    if let Some((first, rest)) = document.warnings.split_first() {
        let mut notes = vec![Entry::new(words.notes, first, (width, line))];
        notes.extend(rest.iter().map(|warning| Entry::new("·", warning, (width, line))));
        sheet.ensure(notes[0].height());
        sheet.mark_notes();
        notes.iter().for_each(|note| draw_line(sheet, note));
    }
    draw_line(sheet, &Entry::new(words.origin, &origin(document), (width, line)));
}

/// An entry across the page.
fn draw_line(sheet: &mut Sheet, entry: &Entry) {
    sheet.ensure(entry.height() - ENTRY_GAP);
    let top = sheet.y;
    draw_entry(sheet, entry, (MARGIN, top));
    sheet.y = top + entry.height();
}

/// A term in bold and its words behind it, in lines of one column.
struct Entry {
    term: Vec<String>,
    /// Where the words begin on the term's last line.
    indent: f64,
    /// The first stands beside the term and may be empty.
    lines: Vec<String>,
    /// From one line to the next.
    line: f64,
}

impl Entry {
    fn new(term: &str, words: &str, (width, line): (f64, f64)) -> Entry {
        let term = wrap(TERM.weight, TERM.size, term, width);
        let indent = term.last().map_or(0.0, |line| measure(TERM.weight, TERM.size, line)) + 5.0;
        let lines = wrap_after(words, width, indent);
        Entry { term, indent, lines, line }
    }

    fn height(&self) -> f64 {
        (self.term.len() + self.lines.len() - 1) as f64 * self.line + ENTRY_GAP
    }
}

/// Lines of `width`, the first of which begins `indent` later.
fn wrap_after(words: &str, width: f64, indent: f64) -> Vec<String> {
    let mut first = String::new();
    let mut rest = words;
    for piece in words.split_inclusive(' ') {
        let longer = format!("{first}{piece}");
        if measure(SMALL.weight, SMALL.size, longer.trim_end()) > width - indent {
            break;
        }
        first = longer;
        rest = &rest[piece.len()..];
    }
    let mut lines = vec![first.trim_end().to_owned()];
    lines.extend(wrap(SMALL.weight, SMALL.size, rest, width));
    lines
}

/// Every definition, down the first column and then down the next; both end on the same height where they can.
fn draw_definitions(sheet: &mut Sheet, document: &Document, line: f64) {
    let count = ((sheet.content_width() + COLUMN_GAP) / (COLUMN_WIDTH_MIN + COLUMN_GAP)).floor().max(1.0);
    let width = (sheet.content_width() - COLUMN_GAP * (count - 1.0)) / count;
    let entry = |d: &Definition| Entry::new(&d.label, &d.told(document.locale), (width, line));
    let entries: Vec<Entry> = document.definitions.iter().map(entry).collect();
    let mut rest = entries.as_slice();
    while !rest.is_empty() {
        let whole: f64 = rest.iter().map(Entry::height).sum();
        let tallest = rest.iter().map(Entry::height).fold(0.0, f64::max);
        if sheet.room() < rest[0].height() {
            sheet.new_page();
        }
        let room = sheet.room();
        // A column's share of all, and an entry that cannot be parted; the last column takes what is left.
        let share = (whole / count + tallest / 2.0).min(room);
        let (top, mut lowest) = (sheet.y, sheet.y);
        for column in 0..count as usize {
            let left = MARGIN + (width + COLUMN_GAP) * column as f64;
            let height = if column + 1 == count as usize { room } else { share };
            let mut y = top;
            while let Some((entry, after)) = rest.split_first() {
                // An entry higher than a page stands where it begins.
                if y > top && y + entry.height() - ENTRY_GAP > top + height {
                    break;
                }
                draw_entry(sheet, entry, (left, y));
                y += entry.height();
                rest = after;
            }
            lowest = lowest.max(y);
        }
        sheet.y = lowest;
        if !rest.is_empty() {
            sheet.new_page();
        }
    }
}

fn draw_entry(sheet: &mut Sheet, entry: &Entry, (left, top): (f64, f64)) {
    let first = top + SMALL.size;
    sheet.element("P", |ink| {
        for (at, line) in entry.term.iter().enumerate() {
            ink.text((left, first + entry.line * at as f64), Align::Left, TERM, line);
        }
        let beside = first + entry.line * (entry.term.len() - 1) as f64;
        for (at, line) in entry.lines.iter().enumerate() {
            let indent = if at == 0 { entry.indent } else { 0.0 };
            ink.text((left + indent, beside + entry.line * at as f64), Align::Left, SMALL, line);
        }
    });
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
