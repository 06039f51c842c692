//! Lines and areas over time, each in its own rhythm, the newest value named.

use plotters::prelude::DrawingBackend;

use crate::render::chart::legend::{Legend, Sample};
use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::plot::{AXIS_SIZE, Plot};
use crate::render::chart::scale::Scale;
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::palette;
use crate::report::{ChartKind, Unit};

/// Room for the newest value above the highest tick.
const HEADROOM: f64 = 14.0;
const FOOT: f64 = 16.0;

/// Draws the chart.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let chart = spec.chart;
    let all: Vec<Vec<Option<f64>>> = (0..chart.series.len()).map(|s| spec.values(s)).collect();
    let legend = Legend::new(spec, Sample::Line, pen.width - 40.0);
    let top = legend.height + if legend.height > 0.0 { 8.0 } else { HEADROOM };
    let values = all.iter().flatten().flatten().copied().chain(spec.measure(chart.target));
    let count = Plot::tick_count(pen.height - top - FOOT);
    let scale = match chart.kind {
        ChartKind::Area => Scale::around(values, count, chart.unit == Unit::Count),
        _ => Scale::near(values, count, chart.unit == Unit::Count),
    };
    let plot = Plot::with_scale(spec, pen, (top, FOOT), scale);
    let step = plot.step(chart.categories.len());
    let x = |at: usize| plot.left + step * (at as f64 + 0.5);
    let place = |(at, value): &(usize, f64)| (x(*at), plot.y(*value));
    // The ground first, then the grid, then what is compared with, so that nothing hides what stands before it.
    if chart.kind == ChartKind::Area {
        for part in known_stretches(&all[0]).iter().filter(|part| part.len() > 1) {
            let mut outline: Vec<(f64, f64)> = part.iter().map(place).collect();
            outline.push((x(part[part.len() - 1].0), plot.y(0.0)));
            outline.push((x(part[0].0), plot.y(0.0)));
            pen.polygon(&outline, palette::tint(spec.accent, palette::AREA_STRENGTH))?;
        }
    }
    plot.draw_grid(spec, pen)?;
    draw_time_axis(spec, pen, &plot, step)?;
    legend.draw(spec, pen, plot.left)?;
    plot.draw_target(spec, pen)?;
    for (at, values) in all.iter().enumerate().rev() {
        let colour = spec.series_colour(at);
        for part in known_stretches(values) {
            let points: Vec<(f64, f64)> = part.iter().map(place).collect();
            match points.len() {
                1 => pen.dot(points[0], 2.0, colour)?,
                _ => pen.series_line(at, &points, Stroke { colour, width: spec.line_width(at) })?,
            }
        }
    }
    let lines: Vec<Vec<(f64, f64)>> =
        all.iter().map(|values| known_stretches(values).concat().iter().map(place).collect()).collect();
    draw_last_value(spec, pen, &plot, &lines)
}

/// The stretches between unknown values: a line never crosses what is not known.
pub(super) fn known_stretches(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
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
        let middle = plot.left + step * (at as f64 + 0.5);
        // A long label at an end stays on the picture.
        let x = middle.clamp(halves[at].min(pen.width / 2.0), (pen.width - halves[at]).max(pen.width / 2.0));
        pen.text(x, plot.bottom + 9.0, &label, &categories[at].short)?;
    }
    Ok(())
}

/// The newest value, named where the eye ends: above its dot or below it, over it or before it, where fewest lines pass.
fn draw_last_value<DB: DrawingBackend>(
    spec: &ChartSpec<'_>,
    pen: &Pen<'_, DB>,
    plot: &Plot,
    lines: &[Vec<(f64, f64)>],
) -> Drawn<DB> {
    let Some(figure) = spec.chart.series[0].figures.last().copied().flatten() else { return Ok(()) };
    let Some((x, y)) = lines.first().and_then(|line| line.last()).copied() else { return Ok(()) };
    pen.dot((x, y), 2.8, palette::WHITE)?;
    pen.dot((x, y), 2.2, spec.accent)?;
    let label = value_label(8.0).centred();
    let text = spec.label(Some(figure));
    let half = label.width(&text) / 2.0;
    let over = x.min(pen.width - half - 1.0);
    let before = x - half - 6.0;
    let touched = |(middle, rise): &(f64, f64)| {
        let (left, right, top, bottom) = (middle - half, middle + half, y + rise - 4.5, y + rise + 4.5);
        let is_inside = |(px, py): (f64, f64)| px >= left && px <= right && py >= top && py <= bottom;
        lines.iter().flat_map(|line| line.windows(2)).flat_map(points_along).filter(|p| is_inside(*p)).count()
    };
    let is_on_plot =
        |(middle, rise): &(f64, f64)| y + rise + 6.0 < plot.bottom && y + rise > 4.0 && middle - half > plot.left;
    let rises = [-9.0, 10.0, -18.0, 19.0, -27.0, 28.0];
    let places = rises.iter().map(|rise| (over, *rise)).chain(rises.iter().map(|rise| (before, *rise)));
    let (middle, rise) = places.filter(is_on_plot).min_by_key(touched).unwrap_or((over, -9.0));
    pen.text(middle, y + rise, &label, &text)
}

/// A stretch of a line as points that lie close together.
fn points_along(ends: &[(f64, f64)]) -> impl Iterator<Item = (f64, f64)> {
    const COUNT: usize = 48;
    let ((x0, y0), (x1, y1)) = (ends[0], ends[1]);
    (0..=COUNT).map(move |at| {
        let part = at as f64 / COUNT as f64;
        (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
    })
}
