//! Cards: tiles of one number, charts with their title.

use crate::render::chart::{ChartSpec, chart_alt};
use crate::render::error::RenderError;
use crate::render::font::{Weight, shorten, wrap};
use crate::render::page::Shape;
use crate::render::page::recorder::{Frame, record};
use crate::render::page::sheet::{Align, GAP, Ink, MARGIN, Sheet, Style};
use crate::render::palette;
use crate::report::{Change, Chart, ChartKind, Document, Kpi, KpiRow, Width, say};

const TILE_HEIGHT: f64 = 65.0;
const PADDING: f64 = 11.0;
/// A trend in less than this is a blot.
const TREND_WIDTH_MIN: f64 = 22.0;
/// A tile narrower than this has no room for its comparison.
const TILE_WIDTH_MIN: f64 = 115.0;
const LABEL: Style = Style::regular(7.8, palette::MUTED);
const LABEL_LINE: f64 = 9.4;
const AGAINST: Style = Style::regular(7.2, palette::MUTED);
/// Its colour is the judgment's.
const CHANGE: Style = Style::bold(8.3, palette::MUTED);
/// What an arrow takes before its change.
const ARROW: f64 = 9.6;
const HEADING: Style = Style::bold(11.0, palette::INK);

const SPAN: Style = Style::regular(7.5, palette::MUTED);
const HEADING_LINE: f64 = 13.5;

/// A title in at most two lines, the second shortened if it must be.
fn title_lines((weight, size): (Weight, f64), title: &str, room: f64) -> Vec<String> {
    let mut lines = wrap(weight, size, title, room);
    if lines.len() > 2 {
        let rest = lines.split_off(1).join(" ");
        lines.push(shorten(weight, size, &rest, room));
    }
    lines
}

fn heading_lines(sheet: &Sheet, title: &str, span: &str) -> Vec<String> {
    let room = sheet.content_width() - if span.is_empty() { 0.0 } else { SPAN.width(span) + 12.0 };
    title_lines((HEADING.weight, HEADING.size), title, room)
}

/// The height a heading takes.
pub(super) fn heading_height(sheet: &Sheet, title: &str, span: &str) -> f64 {
    24.0 + HEADING_LINE * (heading_lines(sheet, title, span).len().max(1) - 1) as f64
}

/// A heading in the flow of the page, with the span it speaks of at the right.
pub(super) fn draw_heading(sheet: &mut Sheet, title: &str, span: &str) {
    let (top, height) = (sheet.y + 6.0, heading_height(sheet, title, span));
    let lines = heading_lines(sheet, title, span);
    sheet.element("H2", |ink| {
        for (at, line) in lines.iter().enumerate() {
            ink.text((MARGIN, top + 9.0 + HEADING_LINE * at as f64), Align::Left, HEADING, line);
        }
    });
    if !span.is_empty() {
        let right = sheet.width - MARGIN;
        sheet.element("P", |ink| ink.text((right, top + 9.0), Align::Right, SPAN, span));
    }
    sheet.y += height;
}

/// What stands behind the report begins on its own page, under a title as large as the report's parts; a page that is
/// hardly begun goes on below a rule instead of staying blank.
pub(super) fn draw_appendix(sheet: &mut Sheet, title: &str) {
    /// The part of a page that must be left to go on there.
    const ROOM_MIN: f64 = 0.5;
    if sheet.room() < sheet.body_height() * ROOM_MIN {
        sheet.break_page();
    } else {
        let (y, width) = (sheet.y + 6.0, sheet.content_width());
        sheet.artifact(|ink| ink.rule((MARGIN, y), width, palette::GRID, 0.8));
        sheet.y = y + 12.0;
    }
    sheet.bookmark(0, title);
    let style = Style::bold(15.0, palette::INK);
    let (top, words) = (sheet.y, shorten(style.weight, style.size, title, sheet.content_width()));
    sheet.element("H1", |ink| ink.text((MARGIN, top + 12.0), Align::Left, style, &words));
    sheet.y = top + 26.0;
}

/// Rows of tiles, as even as they can be; every row spans the page.
pub(super) fn draw_kpis(sheet: &mut Sheet, document: &Document, row: &KpiRow) {
    let widest_count = (((sheet.content_width() + GAP) / (TILE_WIDTH_MIN + GAP)) as usize).max(1);
    let row_count = row.tiles.len().div_ceil(widest_count).max(1);
    let heading = if row.title.is_some() { 24.0 } else { 0.0 };
    sheet.ensure(heading + TILE_HEIGHT);
    sheet.bookmark(1, row.title.as_deref().unwrap_or(document.locale.phrases().key_figures));
    if let Some(title) = &row.title {
        draw_heading(sheet, title, "");
    }
    let mut rest = row.tiles.as_slice();
    for at in 0..row_count {
        let (tiles, after) = rest.split_at(rest.len().div_ceil(row_count - at));
        rest = after;
        let width = (sheet.content_width() - GAP * (tiles.len() as f64 - 1.0)) / tiles.len().max(1) as f64;
        let faces: Vec<Face> = tiles.iter().map(|tile| Face::new(document, tile, width - 2.0 * PADDING)).collect();
        let label_lines = faces.iter().map(|face| face.label.len()).max().unwrap_or(1);
        let note_lines = faces.iter().map(|face| face.note_line_count).max().unwrap_or(1);
        let (drop, rise) = (LABEL_LINE * (label_lines - 1) as f64, LABEL_LINE * (note_lines - 1) as f64);
        let height = TILE_HEIGHT + drop + rise;
        sheet.ensure(height);
        let top = sheet.y;
        for (at, (tile, face)) in tiles.iter().zip(&faces).enumerate() {
            let left = MARGIN + (width + GAP) * at as f64;
            sheet.artifact(|ink| ink.card((left, top), (width, height), palette::WHITE, palette::GRID));
            let place = (left + PADDING, top, width - 2.0 * PADDING);
            sheet.element("P", |ink| draw_tile(ink, document, (tile, face, drop), place));
        }
        sheet.y = top + height + GAP;
    }
}

/// The words of a tile in the lines they take.
struct Face {
    label: Vec<String>,
    /// What the number is compared with, in one line beside the change or below it.
    against: Vec<String>,
    is_below: bool,
    note_line_count: usize,
}

impl Face {
    fn new(document: &Document, tile: &Kpi, room: f64) -> Face {
        let label = title_lines((LABEL.weight, LABEL.size), &tile.label, room);
        let (words, beside) = match &tile.change {
            Some(change) => {
                let arrow = if change.tenths.unwrap_or(0) != 0 { ARROW } else { 0.0 };
                let taken = arrow + CHANGE.width(&document.locale.change(change)) + 5.0;
                (say(document.locale.phrases().versus, &[&change.against]), room - taken)
            }
            None => (tile.span.clone(), room),
        };
        let is_below = AGAINST.width(&words) > beside;
        let against = title_lines((AGAINST.weight, AGAINST.size), &words, room);
        let note_line_count = against.len() + usize::from(is_below && tile.change.is_some());
        Face { label, against, is_below, note_line_count }
    }
}

fn draw_tile(
    ink: &mut Ink,
    document: &Document,
    (tile, face, drop): (&Kpi, &Face, f64),
    (left, top, room): (f64, f64, f64),
) {
    for (at, line) in face.label.iter().enumerate() {
        ink.text((left, top + 17.0 + LABEL_LINE * at as f64), Align::Left, LABEL, line);
    }
    let text = document.locale.tile(tile.figure, tile.unit, &document.currency);
    let mut value = Style::bold(19.0, palette::INK);
    while value.width(&text) > room && value.size > 9.0 {
        value.size -= 0.5;
    }
    ink.text((left, top + drop + 40.5), Align::Left, value, &text);
    let free = room - value.width(&text) - 8.0;
    if free >= TREND_WIDTH_MIN {
        let width = free.min(44.0);
        draw_trend(ink, document, tile, (left + room - width, top + drop + 27.0, width));
    }
    let y = top + drop + 56.0;
    let mut place = (left, y);
    if let Some(change) = &tile.change {
        let end = draw_change(ink, document, change, (left, y));
        place = if face.is_below { (left, y + LABEL_LINE) } else { (end + 5.0, y) };
    }
    for (at, line) in face.against.iter().enumerate() {
        ink.text((place.0, place.1 + LABEL_LINE * at as f64), Align::Left, AGAINST, line);
    }
}

/// The way to the value as a small line that ends in a dot. Its numbers stand in the workbook.
fn draw_trend(ink: &mut Ink, document: &Document, tile: &Kpi, (left, top, width): (f64, f64, f64)) {
    const HEIGHT: f64 = 13.0;
    let values: Vec<Option<f64>> = tile.trend.iter().map(|f| f.and_then(|f| f.value(tile.unit))).collect();
    let known: Vec<(usize, f64)> = values.iter().enumerate().filter_map(|(at, v)| v.map(|v| (at, v))).collect();
    let (low, high) = known.iter().fold((f64::MAX, f64::MIN), |(l, h), (_, v)| (l.min(*v), h.max(*v)));
    if known.len() < 2 || high <= low {
        return;
    }
    let place = |(at, value): &(usize, f64)| {
        let x = left + width * *at as f64 / (values.len() - 1) as f64;
        (x, top + HEIGHT * (1.0 - (value - low) / (high - low)))
    };
    let colour = palette::graphic(document.theme.accent);
    let points: Vec<(f64, f64)> = known.iter().map(place).collect();
    let (x, y) = points[points.len() - 1];
    ink.0.push(Shape::Line { points, colour, width: 1.1 });
    let (r, fill) = (1.7, Some(colour));
    ink.0.push(Shape::Box { x: x - r, y: y - r, width: 2.0 * r, height: 2.0 * r, radius: r, fill, stroke: None });
}

/// An arrow and the change, which say by sign what they say by colour; gives where they end.
fn draw_change(ink: &mut Ink, document: &Document, change: &Change, (left, y): (f64, f64)) -> f64 {
    let colour = palette::judgment(change.judgment);
    let text = document.locale.change(change);
    let tenths = change.tenths.unwrap_or(0);
    let mut x = left;
    if tenths != 0 {
        let (base, tip) = if tenths > 0 { (y, y - 6.0) } else { (y - 6.0, y) };
        ink.0.push(Shape::Polygon { points: vec![(x, base), (x + 6.6, base), (x + 3.3, tip)], fill: colour });
        x += ARROW;
    }
    ink.text((x, y), Align::Left, Style { colour, ..CHANGE }, &text);
    x + CHANGE.width(&text)
}

/// One chart across the page, or two side by side; a half without a partner takes the whole width, but less height.
pub(super) fn draw_charts(sheet: &mut Sheet, document: &Document, charts: &[&Chart]) -> Result<(), RenderError> {
    let count = charts.len() as f64;
    let width = (sheet.content_width() - GAP * (count - 1.0)) / count;
    let caption = charts.iter().map(|chart| Caption::new(chart, width - 24.0).height).fold(0.0, f64::max);
    let natural = charts.iter().map(|chart| card_height(chart)).fold(0.0, f64::max) + caption - CAPTION_HEIGHT;
    // The fields of a grid are as high as their numbers need; "no data" needs no more than its words.
    let is_flexible = charts.iter().all(|c| c.kind != ChartKind::Heatmap) && charts.iter().any(|c| !c.is_empty());
    let height = sheet.ensure_pictures(natural, is_flexible);
    let top = sheet.y;
    for (at, chart) in charts.iter().enumerate() {
        sheet.bookmark(1, &chart.title);
        let left = MARGIN + (width + GAP) * at as f64;
        draw_chart(sheet, document, (chart, caption), Frame { x: left, y: top, width, height })?;
    }
    sheet.y = top + height + GAP;
    Ok(())
}

/// The height of a chart's card: more where there are many rows to show.
fn card_height(chart: &Chart) -> f64 {
    const FRAME: f64 = 40.0;
    const CARD_HEIGHT_MAX: f64 = 420.0;
    const EMPTY_HEIGHT: f64 = 84.0;
    let plain = if chart.width == Width::Half { 176.0 } else { 196.0 };
    let rows = match chart.kind {
        ChartKind::Heatmap => 14.0 + 15.0 * chart.series.len() as f64,
        ChartKind::HorizontalBar => (16.0 * chart.series.len() as f64).max(18.0) * chart.categories.len() as f64,
        ChartKind::Sparkline => 22.0 * chart.series.len() as f64,
        _ => 0.0,
    };
    if chart.is_empty() { EMPTY_HEIGHT } else { (FRAME + rows).clamp(plain, CARD_HEIGHT_MAX) }
}

/// A chart's title and the span it speaks of, beside each other or one below the other.
struct Caption {
    lines: Vec<String>,
    is_beside: bool,
    height: f64,
}

const TITLE: Style = Style::bold(10.0, palette::INK);
const TITLE_LINE: f64 = 12.0;
/// The height of a caption of one line.
const CAPTION_HEIGHT: f64 = 31.0;

impl Caption {
    fn new(chart: &Chart, room: f64) -> Caption {
        let is_beside = TITLE.width(&chart.title) + SPAN.width(&chart.span) + 10.0 <= room;
        let lines = title_lines((TITLE.weight, TITLE.size), &chart.title, room);
        let below = if is_beside || chart.span.is_empty() { 0.0 } else { 10.0 };
        let height = CAPTION_HEIGHT + TITLE_LINE * (lines.len().max(1) - 1) as f64 + below;
        Caption { lines, is_beside, height }
    }
}

fn draw_chart(
    sheet: &mut Sheet,
    document: &Document,
    (chart, top): (&Chart, f64),
    card: Frame,
) -> Result<(), RenderError> {
    let room = card.width - 24.0;
    let caption = Caption::new(chart, room);
    let frame = Frame { x: card.x + 12.0, y: card.y + top, width: room, height: card.height - top - 9.0 };
    sheet.artifact(|ink| ink.card((card.x, card.y), (card.width, card.height), palette::WHITE, palette::GRID));
    let title_y = |at: usize| card.y + 19.0 + TITLE_LINE * at as f64;
    sheet.element("H2", |ink| {
        for (at, line) in caption.lines.iter().enumerate() {
            ink.text((frame.x, title_y(at)), Align::Left, TITLE, line);
        }
    });
    sheet.element("P", |ink| match caption.is_beside {
        true => ink.text((frame.x + room, title_y(0)), Align::Right, SPAN, &chart.span),
        false => {
            let words = shorten(SPAN.weight, SPAN.size, &chart.span, room);
            ink.text((frame.x, title_y(caption.lines.len().max(1)) - 0.5), Align::Left, SPAN, &words);
        }
    });
    if sheet.is_rehearsal() {
        return Ok(());
    }
    let shapes = record(&ChartSpec::new(document, chart), frame)?;
    sheet.open("Figure", Some(chart_alt(document, chart)));
    sheet.tagged(|ink| ink.0 = shapes);
    sheet.close();
    Ok(())
}
