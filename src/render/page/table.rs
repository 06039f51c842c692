//! Tables that flow over pages: heads repeated, totals last, what is not shown said.

use crate::render::font::{shorten, wrap};
use crate::render::page::card::{draw_heading, heading_height};
use crate::render::page::sheet::{Align, GAP, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::render::table_text::{figures, row_texts, total_texts};
use crate::report::{Attribute, Document, Row, Table};

const ROW_HEIGHT: f64 = 15.0;
const LINE_HEIGHT: f64 = 9.2;
/// How far below the middle of a row its letters stand.
const BASELINE: f64 = 3.1;
const PADDING: f64 = 6.0;
const LABEL_WIDTH_MIN: f64 = 96.0;
const ATTRIBUTE_WIDTH_MIN: f64 = 44.0;
const ATTRIBUTE_WIDTH_MAX: f64 = 120.0;
/// Below this size amounts are shortened rather than set smaller.
const SIZE_MIN: f64 = 6.0;
/// Memory grows with tagged cells: a page shows no more rows, the workbook all.
const ROW_COUNT_MAX: usize = 1_000;

/// A name in more lines is shortened.
const NAME_LINE_COUNT_MAX: usize = 6;
/// As many rows stand together at the head and at the end of a table.
const ROWS_TOGETHER: usize = 3;
/// The part of a page below which a table is not parted.
const WHOLE_MAX: f64 = 0.3;
const NOTE: Style = Style::regular(7.2, palette::MUTED);
const NOTE_LINE: f64 = 10.0;

/// Widths, sizes and words that hold for the whole table.
pub(super) struct Grid {
    /// The name, attributes, figures.
    widths: Vec<f64>,
    first_figure: usize,
    head: Style,
    body: Style,
    heads: Vec<Vec<String>>,
    rows: Vec<Vec<Vec<String>>>,
    total: Option<Vec<String>>,
    /// What a reader must know, in lines.
    notes: Vec<String>,
}

impl Grid {
    /// Figure columns as wide as their widest value or the longest word of their head, attributes no wider than their
    /// words, names take the rest; where that is too much the letters shrink, then large amounts are written short.
    pub(super) fn new(document: &Document, table: &Table, width: f64) -> Grid {
        let first = table.first_figure();
        let mut rows: Vec<Vec<String>> = shown(table).iter().map(|row| row_texts(document, table, row)).collect();
        let mut total = table.totals.as_ref().map(|totals| total_texts(document, table, totals));
        let mut size = 8.0;
        let mut is_shortened = false;
        let widths = loop {
            let natural = natural_widths(table, rows.iter().chain(&total), size);
            let least =
                |at: usize| if may_shrink(table, at) { natural[at].min(ATTRIBUTE_WIDTH_MIN) } else { natural[at] };
            let needed: f64 = (1..natural.len()).map(least).sum();
            if needed + LABEL_WIDTH_MIN <= width || (is_shortened && size <= SIZE_MIN) {
                break spread(table, natural, width);
            }
            if size > SIZE_MIN {
                size -= 0.5;
                continue;
            }
            is_shortened = true;
            size = 8.0;
            for (texts, row) in rows.iter_mut().zip(shown(table)) {
                texts.splice(first.., figures(document, table, &row.cells, true));
            }
            if let (Some(texts), Some(totals)) = (&mut total, &table.totals) {
                texts.splice(first.., figures(document, table, totals, true));
            }
        };
        let head = Style::bold(size - 0.4, palette::TEXT);
        let heads = table
            .heads()
            .zip(&widths)
            .map(|(l, w)| wrap(head.weight, head.size, l, (w - 2.0 * PADDING).max(8.0)))
            .collect();
        let body = Style::regular(size, palette::INK);
        let words = note_words(document, table, is_shortened);
        let notes = wrap(NOTE.weight, NOTE.size, &words, width);
        let mut grid = Grid { widths, first_figure: first, head, body, heads, rows: Vec::new(), total, notes };
        grid.rows = rows.into_iter().map(|texts| grid.row_lines(texts)).collect();
        grid
    }

    /// The lines of each cell: names take as many as they need, figures one.
    fn row_lines(&self, texts: Vec<String>) -> Vec<Vec<String>> {
        let lines = |(column, text): (usize, String)| {
            let room = self.widths[column] - 2.0 * PADDING;
            if column >= self.first_figure || self.body.width(&text) <= room {
                return vec![self.fitted(column, self.body, &text)];
            }
            let mut lines = wrap(self.body.weight, self.body.size, &text, room);
            if lines.len() > NAME_LINE_COUNT_MAX {
                let rest = lines.split_off(NAME_LINE_COUNT_MAX - 1).join(" ");
                lines.push(shorten(self.body.weight, self.body.size, &rest, room));
            }
            lines
        };
        texts.into_iter().enumerate().map(lines).collect()
    }

    /// A row's height where one line takes `line`.
    fn row_height(&self, row: &[Vec<String>], line: f64) -> f64 {
        line + (row.iter().map(Vec::len).max().unwrap_or(1).max(1) - 1) as f64 * LINE_HEIGHT
    }

    /// The height of the last `count` rows with what stands below them.
    fn end_height(&self, count: usize, line: f64) -> f64 {
        let rows: f64 = self.rows.iter().rev().take(count).map(|row| self.row_height(row, line)).sum();
        rows + if self.total.is_some() { line } else { 0.0 } + self.notes_height()
    }

    fn notes_height(&self) -> f64 {
        if self.notes.is_empty() { 0.0 } else { self.notes.len() as f64 * NOTE_LINE + 4.0 }
    }

    fn head_height(&self) -> f64 {
        self.heads.iter().map(Vec::len).max().unwrap_or(1) as f64 * LINE_HEIGHT + 9.0
    }

    /// Where the text of a column stands: words from the left, figures up to the right.
    fn place(&self, column: usize) -> (f64, Align) {
        let left = MARGIN + self.widths[..column].iter().sum::<f64>();
        match column < self.first_figure {
            true => (left + PADDING, Align::Left),
            false => (left + self.widths[column] - PADDING, Align::Right),
        }
    }

    fn fitted(&self, column: usize, style: Style, text: &str) -> String {
        shorten(style.weight, style.size, text, self.widths[column] - 2.0 * PADDING)
    }
}

fn shown(table: &Table) -> &[Row] {
    table.shown_at_most(ROW_COUNT_MAX)
}

/// What each column would take, in letters of a size.
fn natural_widths<'a>(table: &Table, rows: impl Iterator<Item = &'a Vec<String>>, size: f64) -> Vec<f64> {
    let (head, body) = (Style::bold(size - 0.4, palette::TEXT), Style::bold(size, palette::INK));
    let words = |head_words: &str| head_words.split(' ').map(|word| head.width(word)).fold(0.0, f64::max);
    let mut widths: Vec<f64> = table.heads().map(words).collect();
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = width.max(body.width(text));
        }
    }
    widths.iter().map(|w| w + 2.0 * PADDING).collect()
}

/// Whether words of a column may end in `…`: names and states, but no date and no figure.
fn may_shrink(table: &Table, column: usize) -> bool {
    let is_words = |row: &Row| matches!(row.attributes.get(column - 1), Some(Attribute::Words(_)));
    column < table.first_figure() && shown(table).iter().any(is_words)
}

/// Gives every column its width: figures and dates what they need, other attributes and the name share the rest.
fn spread(table: &Table, mut widths: Vec<f64>, width: f64) -> Vec<f64> {
    let shrinking: Vec<usize> = (1..widths.len()).filter(|at| may_shrink(table, *at)).collect();
    let fixed: Vec<usize> = (1..widths.len()).filter(|at| !shrinking.contains(at)).collect();
    let needed: f64 = fixed.iter().map(|at| widths[*at]).sum();
    let least = LABEL_WIDTH_MIN + ATTRIBUTE_WIDTH_MIN * shrinking.len() as f64;
    let squeeze = ((width - least) / needed.max(1.0)).min(1.0);
    fixed.iter().for_each(|at| widths[*at] *= squeeze);
    let left = width - LABEL_WIDTH_MIN - needed * squeeze;
    let wanted: f64 = shrinking.iter().map(|at| widths[*at].min(ATTRIBUTE_WIDTH_MAX)).sum();
    let share = (left / wanted.max(1.0)).min(1.0);
    shrinking.iter().for_each(|at| widths[*at] = widths[*at].min(ATTRIBUTE_WIDTH_MAX) * share);
    // Names rarely need all the rest: half of what they leave is shared among the other columns.
    let slack = (width - widths[0].max(LABEL_WIDTH_MIN) - widths[1..].iter().sum::<f64>()).max(0.0);
    let extra = (slack / 2.0 / (widths.len() - 1).max(1) as f64).clamp(0.0, 18.0);
    widths[1..].iter_mut().for_each(|w| *w += extra);
    widths[0] = width - widths[1..].iter().sum::<f64>();
    widths
}

/// Draws a table from the cursor on.
pub(super) fn draw_table(sheet: &mut Sheet, document: &Document, table: &Table, grid: &Grid) {
    let heading = heading_height(sheet, &table.title, &table.span);
    if grid.rows.is_empty() {
        sheet.ensure(heading + ROW_HEIGHT + grid.notes_height());
        sheet.bookmark(1, &table.title);
        draw_heading(sheet, &table.title, &table.span);
        draw_no_rows(sheet, &table.absence(document.locale));
        draw_notes(sheet, grid);
        sheet.y += GAP;
        return;
    }
    let line = ROW_HEIGHT * sheet.pace();
    let head = heading + grid.head_height();
    let whole = head + grid.end_height(grid.rows.len(), line);
    // A heading never stands alone: it takes the head and a few rows with it; a small table stays whole.
    let first: f64 = grid.rows.iter().take(ROWS_TOGETHER).map(|row| grid.row_height(row, line)).sum();
    let is_small = whole <= sheet.body_height() * WHOLE_MAX || grid.rows.len() <= ROWS_TOGETHER;
    sheet.ensure(if is_small { whole } else { head + first });
    sheet.bookmark(1, &table.title);
    draw_heading(sheet, &table.title, &table.span);
    sheet.open("Table", None);
    draw_head(sheet, grid, true);
    for (at, row) in grid.rows.iter().enumerate() {
        // The last rows take each other, the total and the notes with them, so that none of them opens a page alone.
        let left = grid.rows.len() - at;
        let needed = if left == ROWS_TOGETHER { grid.end_height(left, line) } else { grid.row_height(row, line) };
        if at > 0 && sheet.room() < needed {
            sheet.new_page();
            draw_head(sheet, grid, false);
        }
        draw_row(sheet, grid, row, at % 2 == 1);
    }
    if let Some(total) = &grid.total {
        draw_total(sheet, grid, total);
    }
    sheet.close();
    draw_notes(sheet, grid);
    sheet.y += GAP;
}

/// The head; only its first appearance is content, its repetitions are for the eye.
fn draw_head(sheet: &mut Sheet, grid: &Grid, is_first: bool) {
    let (top, width, height) = (sheet.y, sheet.content_width(), grid.head_height());
    sheet.artifact(|ink| ink.fill((MARGIN, top), (width, height), palette::HEAD));
    let draw = |ink: &mut super::sheet::Ink, column: usize| {
        let (x, align) = grid.place(column);
        let lines = &grid.heads[column];
        let first = top + height - 6.5 - LINE_HEIGHT * (lines.len() as f64 - 1.0);
        for (at, line) in lines.iter().enumerate() {
            ink.text((x, first + LINE_HEIGHT * at as f64), align, grid.head, line);
        }
    };
    if is_first {
        sheet.open("TR", None);
        for column in 0..grid.heads.len() {
            sheet.element("TH", |ink| draw(ink, column));
        }
        sheet.close();
    } else {
        sheet.artifact(|ink| (0..grid.heads.len()).for_each(|column| draw(ink, column)));
    }
    sheet.y = top + height;
}

fn draw_row(sheet: &mut Sheet, grid: &Grid, lines: &[Vec<String>], is_odd: bool) {
    let line = ROW_HEIGHT * sheet.pace();
    let (top, width, height) = (sheet.y, sheet.content_width(), grid.row_height(lines, line));
    let baseline = top + line / 2.0 + BASELINE;
    sheet.artifact(|ink| {
        if is_odd {
            ink.fill((MARGIN, top), (width, height), palette::STRIPE);
        }
        ink.rule((MARGIN, top), width, palette::GRID, 0.4);
    });
    sheet.open("TR", None);
    for (column, lines) in lines.iter().enumerate() {
        let (x, align) = grid.place(column);
        sheet.element("TD", |ink| {
            for (at, line) in lines.iter().enumerate() {
                ink.text((x, baseline + LINE_HEIGHT * at as f64), align, grid.body, line);
            }
        });
    }
    sheet.close();
    sheet.y = top + height;
}

fn draw_total(sheet: &mut Sheet, grid: &Grid, texts: &[String]) {
    let (top, width, height) = (sheet.y, sheet.content_width(), ROW_HEIGHT * sheet.pace());
    let baseline = top + height / 2.0 + BASELINE;
    sheet.artifact(|ink| {
        ink.fill((MARGIN, top), (width, height), palette::HEAD);
        ink.rule((MARGIN, top), width, palette::AXIS, 0.8);
    });
    let style = Style::bold(grid.body.size, palette::INK);
    sheet.open("TR", None);
    for (column, text) in texts.iter().enumerate() {
        let (x, align) = grid.place(column);
        sheet.element("TD", |ink| ink.text((x, baseline), align, style, &grid.fitted(column, style, text)));
    }
    sheet.close();
    sheet.y = top + height;
}

/// A table without rows says so; heads over nothing would say nothing.
fn draw_no_rows(sheet: &mut Sheet, words: &str) {
    let style = Style::regular(8.0, palette::MUTED);
    let top = sheet.y;
    sheet.element("P", |ink| ink.text((MARGIN, top + 7.0), Align::Left, style, words));
    sheet.y += ROW_HEIGHT - 2.0;
}

/// How many rows there are where a page does not show them all, and what a reader must know.
fn note_words(document: &Document, table: &Table, is_shortened: bool) -> String {
    let foot = table.foot(shown(table).len(), document.locale);
    match is_shortened {
        false => foot,
        true if foot.is_empty() => document.locale.phrases().amounts_shortened.to_owned(),
        true => [foot.as_str(), document.locale.phrases().amounts_shortened].join(" · "),
    }
}

fn draw_notes(sheet: &mut Sheet, grid: &Grid) {
    if grid.notes.is_empty() {
        sheet.y += 2.0;
        return;
    }
    sheet.ensure(grid.notes_height());
    let top = sheet.y + NOTE_LINE;
    sheet.element("P", |ink| {
        for (at, line) in grid.notes.iter().enumerate() {
            ink.text((MARGIN, top + NOTE_LINE * at as f64), Align::Left, NOTE, line);
        }
    });
    sheet.y += grid.notes_height();
}
