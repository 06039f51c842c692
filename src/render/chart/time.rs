//! Lines and areas over time, the year before dashed behind.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::scale::Scale;
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::palette;
use crate::report::ChartKind;
use crate::report::Unit;

const AXIS_SIZE: f64 = 7.0;
const LEGEND_HEIGHT: f64 = 18.0;

/// The frame inside which values stand.
pub(super) struct Plot {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub scale: Scale,
}

impl Plot {
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * self.scale.place(value)
    }

    /// Chooses ticks and makes room for their labels.
    pub(super) fn new<DB: DrawingBackend>(
        spec: &ChartSpec<'_>,
        pen: &Pen<'_, DB>,
        top: f64,
        values: impl Iterator<Item = f64>,
    ) -> Plot {
        let count = if pen.height > 140.0 { 5 } else { 4 };
        let scale = Scale::around(values, count, spec.chart.unit == Unit::Count);
        let label = Label::new(AXIS_SIZE, palette::MUTED).right();
        let widest = scale.ticks.iter().map(|t| label.width(&spec.tick(*t))).fold(0.0, f64::max);
        Plot { left: widest + 7.0, right: pen.width - 4.0, top, bottom: pen.height - 16.0, scale }
    }

    /// Draws grid, axis and the labels of the ticks.
    pub(super) fn draw_grid<DB: DrawingBackend>(&self, spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
        let label = Label::new(AXIS_SIZE, palette::MUTED).right();
        for tick in &self.scale.ticks {
            let y = self.y(*tick);
            let colour = if *tick == 0.0 { palette::AXIS } else { palette::GRID };
            pen.line(&[(self.left, y), (self.right, y)], Stroke { colour, width: 0.6 })?;
            pen.text(self.left - 5.0, y, &label, &spec.tick(*tick))?;
        }
        Ok(())
    }
}

/// Draws the chart.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let chart = spec.chart;
    let has_legend = chart.series.len() > 1;
    let all: Vec<Vec<Option<f64>>> = (0..chart.series.len()).map(|s| spec.values(s)).collect();
    let top = if has_legend { LEGEND_HEIGHT + 8.0 } else { 14.0 };
    let plot = Plot::new(spec, pen, top, all.iter().flatten().flatten().copied());
    let step = (plot.right - plot.left) / chart.categories.len() as f64;
    let x = |at: usize| plot.left + step * (at as f64 + 0.5);
    let place = |(at, value): &(usize, f64)| (x(*at), plot.y(*value));
    // The ground first, then the grid, then the year before, so that nothing hides what stands before it.
    if chart.kind == ChartKind::Area {
        for part in known_stretches(&all[0]).iter().filter(|part| part.len() > 1) {
            let mut outline: Vec<(f64, f64)> = part.iter().map(place).collect();
            outline.push((x(part[part.len() - 1].0), plot.y(0.0)));
            outline.push((x(part[0].0), plot.y(0.0)));
            pen.polygon(&outline, palette::tint(spec.accent, 0.12))?;
        }
    }
    plot.draw_grid(spec, pen)?;
    draw_time_axis(spec, pen, &plot, step)?;
    if has_legend {
        draw_legend(spec, pen, plot.left)?;
    }
    for (at, values) in all.iter().enumerate().rev() {
        let colour = if at == 0 { spec.accent } else { palette::MUTED };
        for part in known_stretches(values) {
            let points: Vec<(f64, f64)> = part.iter().map(place).collect();
            match (at, points.len()) {
                (_, 1) => pen.dot(points[0], 2.0, colour)?,
                (0, _) => pen.line(&points, Stroke { colour, width: 1.8 })?,
                _ => pen.dashed_line(&points, Stroke { colour, width: 1.3 })?,
            }
        }
    }
    draw_last_value(spec, pen, &plot, x(chart.categories.len() - 1))
}

/// The stretches between unknown values: a line never crosses what is not known.
fn known_stretches(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut stretches: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    for (at, value) in values.iter().enumerate() {
        match value {
            Some(value) => stretches.last_mut().expect("one stretch is always open").push((at, *value)),
            None => stretches.push(Vec::new()),
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches
}

/// As many labels as fit, evenly, counted back from the newest.
fn draw_time_axis<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, plot: &Plot, step: f64) -> Drawn<DB> {
    const BLANK: f64 = 3.0;
    let categories = &spec.chart.categories;
    let label = Label::new(AXIS_SIZE, palette::MUTED).centred();
    let halves: Vec<f64> = categories.iter().map(|c| (label.width(&c.short) + BLANK) / 2.0).collect();
    let newest = categories.len() - 1;
    let chosen = |every: usize| (0..categories.len()).filter(move |at| (newest - at).is_multiple_of(every));
    let fits = |every: &usize| {
        chosen(*every).zip(chosen(*every).skip(1)).all(|(a, b)| halves[a] + halves[b] <= step * (b - a) as f64)
    };
    let every = (1..categories.len()).find(fits).unwrap_or(categories.len());
    for at in chosen(every) {
        let x = plot.left + step * (at as f64 + 0.5);
        pen.text(x, plot.bottom + 9.0, &label, &categories[at].short)?;
    }
    Ok(())
}

/// One sample of each line with its name.
fn draw_legend<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, left: f64) -> Drawn<DB> {
    let label = Label::new(7.5, palette::TEXT);
    let mut x = left;
    for (at, series) in spec.chart.series.iter().enumerate() {
        let colour = if at == 0 { spec.accent } else { palette::MUTED };
        let sample = [(x, 6.0), (x + 14.0, 6.0)];
        match at {
            0 => pen.line(&sample, Stroke { colour, width: 1.8 })?,
            _ => pen.dashed_line(&sample, Stroke { colour, width: 1.3 })?,
        }
        pen.text(x + 18.0, 6.0, &label, &series.name)?;
        x += 18.0 + label.width(&series.name) + 16.0;
    }
    Ok(())
}

/// The newest value, named where the eye ends.
fn draw_last_value<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, plot: &Plot, x: f64) -> Drawn<DB> {
    let Some(figure) = spec.chart.series[0].figures.last().copied().flatten() else { return Ok(()) };
    let Some(value) = spec.measure(Some(figure)) else { return Ok(()) };
    let y = plot.y(value);
    pen.dot((x, y), 2.8, palette::WHITE)?;
    pen.dot((x, y), 2.2, spec.accent)?;
    let label = value_label(8.0).centred();
    let text = spec.label(Some(figure));
    let half = label.width(&text) / 2.0;
    // A line that falls into its end passes where the label would stand above it.
    let before = spec.chart.series[0].figures.iter().rev().nth(1).and_then(|f| spec.measure(*f));
    let has_room_below = y + 16.0 < plot.bottom;
    let offset = if before.is_some_and(|b| b > value) && has_room_below { 10.0 } else { -9.0 };
    pen.text(x.min(pen.width - half - 1.0), y + offset, &label, &text)
}
