//! Bars, upright and lying, with their values at their ends.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::scale::Scale;
use crate::render::chart::time::Plot;
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten, wrap};
use crate::render::palette;

/// Upright bars.
pub(super) fn draw_upright<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let values = spec.values(0);
    let count = spec.chart.categories.len();
    let plot = Plot::new(spec, pen, 14.0, values.iter().flatten().copied());
    plot.draw_grid(spec, pen)?;
    let step = (plot.right - plot.left) / count as f64;
    let label = value_label(7.5).centred();
    let names_fit = spec.chart.categories.iter().all(|c| Label::new(7.0, palette::MUTED).width(&c.short) + 4.0 <= step);
    for (at, category) in spec.chart.categories.iter().enumerate() {
        let centre = plot.left + step * (at as f64 + 0.5);
        let figure = spec.chart.series[0].figures[at];
        let value = values[at].unwrap_or(0.0);
        let half = (step * 0.31).min(26.0);
        if value != 0.0 {
            pen.bar((centre - half, plot.y(value)), (centre + half, plot.y(0.0)), spec.accent)?;
        }
        let text = spec.label(figure);
        if label.width(&text) + 2.0 <= step {
            let above = if value < 0.0 { plot.y(0.0) } else { plot.y(value) };
            pen.text(centre, above - 6.5, &label, &text)?;
        }
        let name =
            if names_fit { category.short.clone() } else { shorten(Weight::Regular, 7.0, &category.short, step - 4.0) };
        pen.text(centre, plot.bottom + 9.0, &Label::new(7.0, palette::TEXT).centred(), &name)?;
    }
    Ok(())
}

/// Lying bars: room for long names on the left, values at the ends.
pub(super) fn draw_lying<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let values = spec.values(0);
    let name = Label::new(7.8, palette::TEXT).right();
    let label = value_label(7.8);
    let widest = spec.chart.categories.iter().map(|c| name.width(&c.label)).fold(0.0, f64::max);
    let left = widest.min(pen.width * 0.36) + 8.0;
    let texts: Vec<String> = spec.chart.series[0].figures.iter().map(|f| spec.label(*f)).collect();
    let room = texts.iter().map(|t| label.width(t)).fold(0.0, f64::max) + 8.0;
    let scale = Scale::around(values.iter().flatten().copied(), 4, false);
    // The longest bar ends where its label still fits, not at a round tick: the values are written out.
    let (low, high) = values.iter().flatten().fold((0.0, 0.0), |(l, h): (f64, f64), v| (l.min(*v), h.max(*v)));
    let span = if high > low { high - low } else { scale.ticks[scale.ticks.len() - 1] };
    let x = |value: f64| left + (pen.width - left - room) * (value - low) / span;
    let step = pen.height / spec.chart.categories.len() as f64;
    let half = (step * 0.32).min(9.0);
    for (at, category) in spec.chart.categories.iter().enumerate() {
        let middle = step * (at as f64 + 0.5);
        let value = values[at].unwrap_or(0.0);
        draw_name(pen, (left - 8.0, middle), &name, &category.label, step)?;
        if value != 0.0 {
            let colour = if category.is_rest { palette::AXIS } else { spec.accent };
            pen.bar((x(0.0), middle - half), (x(value), middle + half), colour)?;
        }
        pen.text(x(value.max(0.0)) + 5.0, middle, &label, &texts[at])?;
    }
    pen.line(&[(x(0.0), 0.0), (x(0.0), pen.height)], Stroke { colour: palette::AXIS, width: 0.6 })
}

/// A name on one line, on two where the row is high enough, shortened where both are too narrow.
fn draw_name<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    (right, middle): (f64, f64),
    label: &Label,
    name: &str,
    step: f64,
) -> Drawn<DB> {
    if label.width(name) <= right || step < 22.0 {
        return pen.text(right, middle, label, &shorten(label.weight, label.size, name, right));
    }
    let lines = wrap(label.weight, label.size, name, right);
    let second = lines[1..].join(" ");
    pen.text(right, middle - 5.0, label, &lines[0])?;
    pen.text(right, middle + 5.0, label, &shorten(label.weight, label.size, &second, right))
}
