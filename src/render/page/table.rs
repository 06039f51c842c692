//! Tables that flow over pages: heads repeated, totals last, what is not shown said.

use crate::render::font::{shorten, wrap};
use crate::render::page::card::draw_heading;
use crate::render::page::sheet::{Align, GAP, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::{Document, Row, Table};

const ROW_HEIGHT: f64 = 15.0;
const LINE_HEIGHT: f64 = 9.2;
const PADDING: f64 = 6.0;
const LABEL_WIDTH_MIN: f64 = 96.0;

/// Widths and sizes that hold for the whole table.
struct Grid {
    /// The first column, then the figures'.
    widths: Vec<f64>,
    head: Style,
    body: Style,
    heads: Vec<Vec<String>>,
}

impl Grid {
    /// Figure columns as wide as their widest value or the longest word of their head, the names take the rest;
    /// where that is too much, the letters shrink before anything is cut.
    fn new(document: &Document, table: &Table, width: f64) -> Grid {
        let texts: Vec<Vec<String>> = table.shown().iter().map(|row| cells(document, table, &row.cells)).collect();
        let totals = table.totals.iter().map(|totals| cells(document, table, totals));
        let texts: Vec<Vec<String>> = texts.into_iter().chain(totals).collect();
        let mut size = 8.0;
        loop {
            let (head, body) = (Style::bold(size - 0.4, palette::TEXT), Style::regular(size, palette::INK));
            let bold = Style::bold(size, palette::INK);
            let column_width = |at: usize| {
                let words = table.columns[at].label.split(' ').map(|word| head.width(word)).fold(0.0, f64::max);
                texts.iter().map(|row| bold.width(&row[at])).fold(words, f64::max) + 2.0 * PADDING
            };
            let mut widths: Vec<f64> = (0..table.columns.len()).map(column_width).collect();
            let figures: f64 = widths.iter().sum();
            if figures + LABEL_WIDTH_MIN > width && size > 5.5 {
                size -= 0.5;
                continue;
            }
            let squeeze = ((width - LABEL_WIDTH_MIN) / figures.max(1.0)).min(1.0);
            widths.iter_mut().for_each(|w| *w *= squeeze);
            // Names rarely need all the rest: half of the slack is shared among the figures.
            let slack = width - LABEL_WIDTH_MIN - widths.iter().sum::<f64>();
            let share = (slack / 2.0 / widths.len().max(1) as f64).clamp(0.0, 18.0);
            widths.iter_mut().for_each(|w| *w += share);
            let label = width - widths.iter().sum::<f64>();
            widths.insert(0, label);
            let labels = std::iter::once(&table.row_label).chain(table.columns.iter().map(|c| &c.label));
            let heads = labels
                .zip(&widths)
                .map(|(l, w)| wrap(head.weight, head.size, l, (w - 2.0 * PADDING).max(8.0)))
                .collect();
            return Grid { widths, head, body, heads };
        }
    }

    fn head_height(&self) -> f64 {
        self.heads.iter().map(Vec::len).max().unwrap_or(1) as f64 * LINE_HEIGHT + 9.0
    }

    /// Where the text of a column stands: names from the left, figures up to the right.
    fn place(&self, column: usize) -> (f64, Align) {
        let left = MARGIN + self.widths[..column].iter().sum::<f64>();
        match column {
            0 => (left + PADDING, Align::Left),
            _ => (left + self.widths[column] - PADDING, Align::Right),
        }
    }

    fn fitted(&self, column: usize, style: Style, text: &str) -> String {
        shorten(style.weight, style.size, text, self.widths[column] - 2.0 * PADDING)
    }
}

fn cells(document: &Document, table: &Table, figures: &[Option<crate::report::Figure>]) -> Vec<String> {
    let cell = |(figure, column): (&Option<_>, &crate::report::Column)| {
        document.locale.cell(*figure, column.unit, &document.currency)
    };
    figures.iter().zip(&table.columns).map(cell).collect()
}

/// Draws a table from the cursor on.
pub(super) fn draw_table(sheet: &mut Sheet, document: &Document, table: &Table) {
    let grid = Grid::new(document, table, sheet.content_width());
    // A heading never stands alone: it takes the head and two rows with it.
    sheet.ensure(24.0 + grid.head_height() + 2.0 * ROW_HEIGHT);
    sheet.bookmark(1, &table.title);
    draw_heading(sheet, &table.title);
    sheet.open("Table", None);
    draw_head(sheet, &grid, true);
    let shown = table.shown();
    for (at, row) in shown.iter().enumerate() {
        let is_last = at + 1 == shown.len();
        // The last row takes the total with it, so that a total never opens a page alone.
        let needed = if is_last && table.totals.is_some() { 2.0 * ROW_HEIGHT } else { ROW_HEIGHT };
        if sheet.room() < needed {
            sheet.new_page();
            draw_head(sheet, &grid, false);
        }
        draw_row(sheet, &grid, row, &cells(document, table, &row.cells), at % 2 == 1);
    }
    if let Some(totals) = &table.totals {
        draw_total(sheet, &grid, &cells(document, table, totals));
    }
    sheet.close();
    draw_notes(sheet, document, table);
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

fn draw_row(sheet: &mut Sheet, grid: &Grid, row: &Row, texts: &[String], is_odd: bool) {
    let (top, width) = (sheet.y, sheet.content_width());
    sheet.artifact(|ink| {
        if is_odd {
            ink.fill((MARGIN, top), (width, ROW_HEIGHT), palette::STRIPE);
        }
        ink.rule((MARGIN, top), width, palette::GRID, 0.4);
    });
    draw_cells(sheet, grid, grid.body, (&row.label, texts));
}

fn draw_total(sheet: &mut Sheet, grid: &Grid, texts: &[String]) {
    let (top, width) = (sheet.y, sheet.content_width());
    sheet.artifact(|ink| {
        ink.fill((MARGIN, top), (width, ROW_HEIGHT), palette::HEAD);
        ink.rule((MARGIN, top), width, palette::AXIS, 0.8);
    });
    draw_cells(sheet, grid, Style::bold(grid.body.size, palette::INK), ("Total", texts));
}

fn draw_cells(sheet: &mut Sheet, grid: &Grid, style: Style, (label, texts): (&str, &[String])) {
    let baseline = sheet.y + 10.6;
    sheet.open("TR", None);
    for (column, text) in std::iter::once(label).chain(texts.iter().map(String::as_str)).enumerate() {
        let (x, align) = grid.place(column);
        sheet.element("TD", |ink| ink.text((x, baseline), align, style, &grid.fitted(column, style, text)));
    }
    sheet.close();
    sheet.y += ROW_HEIGHT;
}

/// How many rows there are, and what a reader must know.
fn draw_notes(sheet: &mut Sheet, document: &Document, table: &Table) {
    let count = |n: usize| document.locale.integer(n as i64);
    let (shown, all) = (table.shown().len(), table.rows.len());
    let mut words = format!("Rows shown: {} of {}", count(shown), count(all));
    if shown < all {
        words.push_str("; the workbook holds all, and totals count all");
    }
    for note in &table.notes {
        words.push_str(" · ");
        words.push_str(note);
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
