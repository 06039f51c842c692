//! Cards: tiles of one number, charts with their title.

use crate::render::chart::{ChartSpec, chart_alt};
use crate::render::error::RenderError;
use crate::render::font::shorten;
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
const HEADING: Style = Style::bold(11.0, palette::INK);

/// A heading in the flow of the page, with the span it speaks of at the right.
pub(super) fn draw_heading(sheet: &mut Sheet, title: &str, span: &str) {
    let top = sheet.y + 6.0;
    let style = Style::regular(7.5, palette::MUTED);
    let room = sheet.content_width() - if span.is_empty() { 0.0 } else { style.width(span) + 12.0 };
    let words = shorten(HEADING.weight, HEADING.size, title, room);
    sheet.element("H2", |ink| ink.text((MARGIN, top + 9.0), Align::Left, HEADING, &words));
    if !span.is_empty() {
        let right = sheet.width - MARGIN;
        sheet.element("P", |ink| ink.text((right, top + 9.0), Align::Right, style, span));
    }
    sheet.y = top + 18.0;
}

/// What stands behind the report begins on its own page, under a title as large as the report's parts.
pub(super) fn draw_appendix(sheet: &mut Sheet, title: &str) {
    sheet.new_page();
    sheet.bookmark(0, title);
    let style = Style::bold(15.0, palette::INK);
    let (top, words) = (sheet.y, shorten(style.weight, style.size, title, sheet.content_width()));
    sheet.element("H1", |ink| ink.text((MARGIN, top + 12.0), Align::Left, style, &words));
    sheet.y = top + 26.0;
}

/// Rows of tiles, as even as they can be.
pub(super) fn draw_kpis(sheet: &mut Sheet, document: &Document, row: &KpiRow) {
    let widest_count = (((sheet.content_width() + GAP) / (TILE_WIDTH_MIN + GAP)) as usize).max(1);
    let row_count = row.tiles.len().div_ceil(widest_count).max(1);
    let per_row = row.tiles.len().div_ceil(row_count).max(1);
    let width = (sheet.content_width() - GAP * (per_row as f64 - 1.0)) / per_row as f64;
    let heading = if row.title.is_some() { 24.0 } else { 0.0 };
    sheet.ensure(heading + TILE_HEIGHT);
    sheet.bookmark(1, row.title.as_deref().unwrap_or(document.locale.phrases().key_figures));
    if let Some(title) = &row.title {
        draw_heading(sheet, title, "");
    }
    for tiles in row.tiles.chunks(per_row) {
        sheet.ensure(TILE_HEIGHT);
        let top = sheet.y;
        for (at, tile) in tiles.iter().enumerate() {
            let left = MARGIN + (width + GAP) * at as f64;
            sheet.artifact(|ink| ink.card((left, top), (width, TILE_HEIGHT), palette::WHITE, palette::GRID));
            sheet.element("P", |ink| draw_tile(ink, document, tile, (left + PADDING, top, width - 2.0 * PADDING)));
        }
        sheet.y = top + TILE_HEIGHT + GAP;
    }
}

fn draw_tile(ink: &mut Ink, document: &Document, tile: &Kpi, (left, top, room): (f64, f64, f64)) {
    let label = Style::regular(7.8, palette::MUTED);
    ink.text((left, top + 17.0), Align::Left, label, &shorten(label.weight, label.size, &tile.label, room));
    let text = document.locale.tile(tile.figure, tile.unit, &document.currency);
    let mut value = Style::bold(19.0, palette::INK);
    while value.width(&text) > room && value.size > 9.0 {
        value.size -= 0.5;
    }
    ink.text((left, top + 40.5), Align::Left, value, &text);
    let free = room - value.width(&text) - 8.0;
    if free >= TREND_WIDTH_MIN {
        let width = free.min(44.0);
        draw_trend(ink, document, tile, (left + room - width, top + 27.0, width));
    }
    match &tile.change {
        Some(change) => draw_change(ink, document, change, (left, top + 56.0, room)),
        None => {
            let span = shorten(label.weight, 7.2, &tile.span, room);
            ink.text((left, top + 56.0), Align::Left, Style { size: 7.2, ..label }, &span);
        }
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

/// An arrow, the change, and against what: the arrow and sign say what the colour says.
fn draw_change(ink: &mut Ink, document: &Document, change: &Change, (left, y, room): (f64, f64, f64)) {
    let colour = palette::judgment(change.judgment);
    let text = document.locale.change(change);
    let style = Style::bold(8.3, colour);
    let tenths = change.tenths.unwrap_or(0);
    let mut x = left;
    if tenths != 0 {
        let (base, tip) = if tenths > 0 { (y, y - 6.0) } else { (y - 6.0, y) };
        ink.0.push(Shape::Polygon { points: vec![(x, base), (x + 6.6, base), (x + 3.3, tip)], fill: colour });
        x += 9.6;
    }
    ink.text((x, y), Align::Left, style, &text);
    x += style.width(&text) + 5.0;
    let against = Style::regular(7.2, palette::MUTED);
    let words = shorten(
        against.weight,
        against.size,
        &say(document.locale.phrases().versus, &[&change.against]),
        left + room - x,
    );
    ink.text((x, y), Align::Left, against, &words);
}

/// One chart across the page, or two side by side; a half without a partner takes the whole width, but less height.
pub(super) fn draw_charts(sheet: &mut Sheet, document: &Document, charts: &[&Chart]) -> Result<(), RenderError> {
    let height = charts.iter().map(|chart| card_height(chart)).fold(0.0, f64::max);
    let count = charts.len() as f64;
    let width = (sheet.content_width() - GAP * (count - 1.0)) / count;
    sheet.ensure(height);
    let top = sheet.y;
    for (at, chart) in charts.iter().enumerate() {
        sheet.bookmark(1, &chart.title);
        let left = MARGIN + (width + GAP) * at as f64;
        draw_chart(sheet, document, chart, Frame { x: left, y: top, width, height })?;
    }
    sheet.y = top + height + GAP;
    Ok(())
}

/// The height of a chart's card: more where there are many rows to show.
fn card_height(chart: &Chart) -> f64 {
    const FRAME: f64 = 40.0;
    const CARD_HEIGHT_MAX: f64 = 420.0;
    let plain = if chart.width == Width::Half { 176.0 } else { 196.0 };
    let rows = match chart.kind {
        ChartKind::Heatmap => 14.0 + 15.0 * chart.series.len() as f64,
        ChartKind::HorizontalBar => (16.0 * chart.series.len() as f64).max(18.0) * chart.categories.len() as f64,
        ChartKind::Sparkline => 22.0 * chart.series.len() as f64,
        _ => 0.0,
    };
    if chart.is_empty() { plain } else { (FRAME + rows).clamp(plain, CARD_HEIGHT_MAX) }
}

fn draw_chart(sheet: &mut Sheet, document: &Document, chart: &Chart, card: Frame) -> Result<(), RenderError> {
    let (title, span) = (Style::bold(10.0, palette::INK), Style::regular(7.5, palette::MUTED));
    let room = card.width - 24.0;
    // A title too wide to stand beside its span gets the whole line, and the span the next one.
    let is_beside = title.width(&chart.title) + span.width(&chart.span) + 10.0 <= room;
    let top = if is_beside { 31.0 } else { 40.0 };
    let frame = Frame { x: card.x + 12.0, y: card.y + top, width: room, height: card.height - top - 9.0 };
    let shapes = record(&ChartSpec::new(document, chart), frame)?;
    sheet.artifact(|ink| ink.card((card.x, card.y), (card.width, card.height), palette::WHITE, palette::GRID));
    sheet.element("H2", |ink| {
        let words = shorten(title.weight, title.size, &chart.title, room);
        ink.text((frame.x, card.y + 19.0), Align::Left, title, &words);
    });
    sheet.element("P", |ink| match is_beside {
        true => ink.text((frame.x + room, card.y + 19.0), Align::Right, span, &chart.span),
        false => {
            let words = shorten(span.weight, span.size, &chart.span, room);
            ink.text((frame.x, card.y + 31.0), Align::Left, span, &words);
        }
    });
    sheet.open("Figure", Some(chart_alt(document, chart)));
    sheet.tagged(|ink| ink.0 = shapes);
    sheet.close();
    Ok(())
}
