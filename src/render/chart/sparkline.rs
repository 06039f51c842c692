//! Lines without axes: one row a series, its name before and its newest value behind.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::time::known_stretches;
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten};
use crate::render::palette;

const SIZE: f64 = 7.8;

/// Draws the chart. Each row has its own scale: what is compared is the course, not the size.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let chart = spec.chart;
    let name = Label::new(SIZE, palette::TEXT);
    let value = value_label(SIZE).right();
    let newest: Vec<String> = chart.series.iter().map(|s| spec.label(s.figures.last().copied().flatten())).collect();
    let left = chart.series.iter().map(|s| name.width(&s.name)).fold(0.0, f64::max).min(pen.width * 0.32) + 10.0;
    let right = pen.width - newest.iter().map(|t| value.width(t)).fold(0.0, f64::max) - 10.0;
    let row = (pen.height / chart.series.len() as f64).min(34.0);
    let top = (pen.height - row * chart.series.len() as f64) / 2.0;
    for (at, series) in chart.series.iter().enumerate() {
        let middle = top + row * (at as f64 + 0.5);
        pen.text(0.0, middle, &name, &shorten(Weight::Regular, SIZE, &series.name, left - 10.0))?;
        pen.text(pen.width - 1.0, middle, &value, &newest[at])?;
        draw_course(pen, &spec.values(at), ((left, right), (middle, row * 0.34)), spec)?;
    }
    Ok(())
}

/// The course of one row around its middle.
fn draw_course<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    values: &[Option<f64>],
    ((left, right), (middle, half)): ((f64, f64), (f64, f64)),
    spec: &ChartSpec<'_>,
) -> Drawn<DB> {
    let known = values.iter().flatten();
    let (low, high) = known.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
    let span = if high > low { high - low } else { 1.0 };
    let count = values.len().saturating_sub(1).max(1) as f64;
    let place = |(at, value): &(usize, f64)| {
        let share = if high > low { (value - low) / span } else { 0.5 };
        (left + (right - left) * *at as f64 / count, middle + half - 2.0 * half * share)
    };
    for stretch in known_stretches(values) {
        let points: Vec<(f64, f64)> = stretch.iter().map(place).collect();
        match points.as_slice() {
            [point] => pen.dot(*point, 1.6, spec.accent)?,
            points => pen.line(points, Stroke { colour: spec.accent, width: 1.4 })?,
        }
    }
    match values.last().copied().flatten() {
        Some(value) => pen.dot(place(&(values.len() - 1, value)), 2.0, spec.accent),
        None => Ok(()),
    }
}
