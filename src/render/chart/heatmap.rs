//! Grids of shades: one row a series, one column a category; the number stands in every field that has room.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen};
use crate::render::chart::{ChartSpec, Drawn};
use crate::render::font::{Weight, shorten};
use crate::render::palette;

const HEAD: f64 = 14.0;
const SIZE: f64 = 7.0;
/// Smaller numbers cannot be read.
const SIZE_MIN: f64 = 5.2;

/// Draws the chart. The darkest field is the largest value; a field without a value stays blank.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let chart = spec.chart;
    let all: Vec<Vec<Option<f64>>> = (0..chart.series.len()).map(|s| spec.values(s)).collect();
    let largest = all.iter().flatten().flatten().fold(0.0, |most: f64, v| most.max(v.abs())).max(f64::MIN_POSITIVE);
    let name = Label::new(SIZE, palette::TEXT);
    let widest = chart.series.iter().map(|s| name.width(&s.name)).fold(0.0, f64::max);
    let left = widest.min(pen.width * 0.3) + 8.0;
    let column = (pen.width - left) / chart.categories.len() as f64;
    let row = (pen.height - HEAD) / all.len() as f64;
    draw_heads(spec, pen, left, column)?;
    let figure = number_label(spec, column, row);
    for (at, values) in all.iter().enumerate() {
        let top = HEAD + row * at as f64;
        let middle = top + row / 2.0;
        let words = shorten(Weight::Regular, SIZE, &chart.series[at].name, left - 8.0);
        pen.text(0.0, middle, &name, &words)?;
        for (place, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            let shade = palette::tint(spec.accent, 0.06 + 0.94 * value.abs() / largest);
            let x = left + column * place as f64;
            pen.bar((x + 0.5, top + 0.5), (x + column - 0.5, top + row - 0.5), shade)?;
            if let Some(label) = figure {
                let label = Label { colour: palette::text_on(shade), ..label }.centred();
                pen.text(x + column / 2.0, middle, &label, &spec.label(chart.series[at].figures[place]))?;
            }
        }
    }
    Ok(())
}

/// The names of the columns, every n-th where they are too narrow for all.
fn draw_heads<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, left: f64, column: f64) -> Drawn<DB> {
    let label = Label::new(SIZE, palette::MUTED).centred();
    let widest = spec.chart.categories.iter().map(|c| label.width(&c.short)).fold(0.0, f64::max).min(60.0);
    let every = ((widest + 4.0) / column).ceil().max(1.0) as usize;
    for (at, category) in spec.chart.categories.iter().enumerate().step_by(every) {
        let words = shorten(Weight::Regular, SIZE, &category.short, column * every as f64 - 2.0);
        let half = label.width(&words) / 2.0;
        let x = (left + column * (at as f64 + 0.5)).clamp(half, pen.width - half);
        pen.text(x, HEAD / 2.0 - 1.0, &label, &words)?;
    }
    Ok(())
}

/// The largest letters in which every number fits its field; none where they would be too small to read.
fn number_label(spec: &ChartSpec<'_>, column: f64, row: f64) -> Option<Label> {
    let figures = spec.chart.series.iter().flat_map(|s| &s.figures).filter(|f| f.is_some());
    let widest = figures.map(|f| Label::new(1.0, palette::INK).width(&spec.label(*f))).fold(0.0, f64::max);
    let size = ((column - 3.0) / widest.max(0.1)).min(row - 3.0).min(SIZE + 0.5);
    (size >= SIZE_MIN).then(|| Label::new(size, palette::INK))
}
