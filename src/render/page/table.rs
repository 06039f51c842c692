//! Tables that flow over pages: heads repeated, totals last, what is not shown said.

use crate::render::font::{shorten, wrap};
use crate::render::page::card::draw_heading;
use crate::render::page::sheet::{Align, GAP, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::render::table_text::{figures, row_texts, total_texts};
use crate::report::{Attribute, Document, Row, Table};

const ROW_HEIGHT: f64 = 15.0;
const LINE_HEIGHT: f64 = 9.2;
const PADDING: f64 = 6.0;
const LABEL_WIDTH_MIN: f64 = 96.0;
const ATTRIBUTE_WIDTH_MIN: f64 = 44.0;
const ATTRIBUTE_WIDTH_MAX: f64 = 120.0;
/// Below this size amounts are shortened rather than set smaller.
const SIZE_MIN: f64 = 6.0;
/// Memory grows with tagged cells: a page shows no more rows, the workbook all.
const ROW_COUNT_MAX: usize = 1_000;

/// Widths, sizes and words that hold for the whole table.
struct Grid {
    /// The name, attributes, figures.
    widths: Vec<f64>,
    first_figure: usize,
    head: Style,
    body: Style,
    heads: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
    total: Option<Vec<String>>,
    is_shortened: bool,
}

impl Grid {
    /// Figure columns as wide as their widest value or the longest word of their head, attributes no wider than their
    /// words, names take the rest; where that is too much the letters shrink, then large amounts are written short.
    fn new(document: &Document, table: &Table, width: f64) -> Grid {
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
        Grid { widths, first_figure: first, head, body, heads, rows, total, is_shortened }
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
        // Names take what is left: only the other columns are measured.
        for (width, text) in widths.iter_mut().zip(row).skip(1) {
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
    // Names rarely need all the rest: half of the slack is shared among the other columns.
    let slack = width - LABEL_WIDTH_MIN - widths[1..].iter().sum::<f64>();
    let extra = (slack / 2.0 / (widths.len() - 1).max(1) as f64).clamp(0.0, 18.0);
    widths[1..].iter_mut().for_each(|w| *w += extra);
    widths[0] = width - widths[1..].iter().sum::<f64>();
    widths
}

/// Draws a table from the cursor on.
pub(super) fn draw_table(sheet: &mut Sheet, document: &Document, table: &Table) {
    let grid = Grid::new(document, table, sheet.content_width());
    // A heading never stands alone: it takes the head and two rows with it.
    sheet.ensure(24.0 + grid.head_height() + 2.0 * ROW_HEIGHT);
    sheet.bookmark(1, &table.title);
    draw_heading(sheet, &table.title, &table.span);
    sheet.open("Table", None);
    draw_head(sheet, &grid, true);
    for (at, row) in grid.rows.iter().enumerate() {
        let is_last = at + 1 == grid.rows.len();
        // The last row takes the total with it, so that a total never opens a page alone.
        let needed = if is_last && grid.total.is_some() { 2.0 * ROW_HEIGHT } else { ROW_HEIGHT };
        if sheet.room() < needed {
            sheet.new_page();
            draw_head(sheet, &grid, false);
        }
        draw_row(sheet, &grid, row, at % 2 == 1);
    }
    if grid.rows.is_empty() {
        draw_no_rows(sheet, &table.absence(document.locale));
    } else if let Some(total) = &grid.total {
        draw_total(sheet, &grid, total);
    }
    sheet.close();
    draw_notes(sheet, document, table, &grid);
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

fn draw_row(sheet: &mut Sheet, grid: &Grid, texts: &[String], is_odd: bool) {
    let (top, width) = (sheet.y, sheet.content_width());
    sheet.artifact(|ink| {
        if is_odd {
            ink.fill((MARGIN, top), (width, ROW_HEIGHT), palette::STRIPE);
        }
        ink.rule((MARGIN, top), width, palette::GRID, 0.4);
    });
    draw_cells(sheet, grid, grid.body, texts);
}

fn draw_total(sheet: &mut Sheet, grid: &Grid, texts: &[String]) {
    let (top, width) = (sheet.y, sheet.content_width());
    sheet.artifact(|ink| {
        ink.fill((MARGIN, top), (width, ROW_HEIGHT), palette::HEAD);
        ink.rule((MARGIN, top), width, palette::AXIS, 0.8);
    });
    draw_cells(sheet, grid, Style::bold(grid.body.size, palette::INK), texts);
}

/// A table without rows says so.
fn draw_no_rows(sheet: &mut Sheet, words: &str) {
    let style = Style::regular(8.0, palette::MUTED);
    let top = sheet.y;
    sheet.open("TR", None);
    sheet.element("TD", |ink| {
        ink.text((MARGIN + PADDING, top + 10.6), Align::Left, style, words);
    });
    sheet.close();
    sheet.y += ROW_HEIGHT;
}

fn draw_cells(sheet: &mut Sheet, grid: &Grid, style: Style, texts: &[String]) {
    let baseline = sheet.y + 10.6;
    sheet.open("TR", None);
    for (column, text) in texts.iter().enumerate() {
        let (x, align) = grid.place(column);
        sheet.element("TD", |ink| ink.text((x, baseline), align, style, &grid.fitted(column, style, text)));
    }
    sheet.close();
    sheet.y += ROW_HEIGHT;
}

/// How many rows there are, and what a reader must know.
fn draw_notes(sheet: &mut Sheet, document: &Document, table: &Table, grid: &Grid) {
    let shortened = document.locale.phrases().amounts_shortened;
    let mut words = table.foot(grid.rows.len(), document.locale);
    if grid.is_shortened {
        words = [words.as_str(), shortened].join(" · ");
    }
    if words.is_empty() {
        return;
    }
    let style = Style::regular(7.2, palette::MUTED);
    let lines = wrap(style.weight, style.size, &words, sheet.content_width());
    sheet.ensure(lines.len() as f64 * 10.0 + 4.0);
    let top = sheet.y + 10.0;
    sheet.element("P", |ink| {
        for (at, line) in lines.iter().enumerate() {
            ink.text((MARGIN, top + 10.0 * at as f64), Align::Left, style, line);
        }
    });
    sheet.y = top + 10.0 * (lines.len() as f64 - 1.0) + 4.0;
}
