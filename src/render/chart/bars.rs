//! Bars, upright and lying, with their values at their ends; several series stand side by side.

use plotters::prelude::DrawingBackend;

use crate::render::chart::legend::{Legend, Sample};
use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::plot::{Names, Plot};
use crate::render::chart::{ChartSpec, DrawError, Drawn, value_label};
use crate::render::font::{breaks_a_word, shorten, wrap};
use crate::render::palette;
use crate::report::say;

/// Upright bars.
pub(super) fn draw_upright<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let all: Vec<Vec<Option<f64>>> = (0..spec.chart.series.len()).map(|s| spec.values(s)).collect();
    let legend = Legend::new(spec, Sample::Bar, pen.width - 40.0);
    let names = Names::new(spec, pen.width - 40.0);
    let plot = Plot::new(spec, pen, (legend.height + 14.0, names.height), all.iter().flatten().flatten().copied());
    plot.draw_grid(spec, pen)?;
    legend.draw(spec, pen, plot.left)?;
    names.draw(pen, &plot)?;
    let step = plot.step(spec.chart.categories.len());
    let group = (step * 0.66).min(54.0 * all.len() as f64);
    let width = group / all.len() as f64;
    let label = value_label(if all.len() > 1 { 6.8 } else { 7.5 }).centred();
    let room = if all.len() > 1 { width } else { step };
    let figures = spec.chart.series.iter().flat_map(|s| s.figures.iter().copied());
    let form = spec.label_form(figures, label, room - 2.0);
    for (series, values) in all.iter().enumerate() {
        for (at, value) in values.iter().enumerate() {
            let left = plot.left + step * (at as f64 + 0.5) - group / 2.0 + width * series as f64;
            let value = value.unwrap_or(0.0);
            if value != 0.0 {
                let (from, to) = ((left, plot.y(value)), (left + width - 0.8, plot.y(0.0)));
                pen.series_bar(series, from, to, spec.series_colour(series))?;
            }
            let figure = spec.chart.series[series].figures[at];
            if let Some((label, text)) = spec.formed("", figure, &form) {
                let end = plot.y(value.max(0.0));
                pen.text(left + width / 2.0, end - 6.5, &label, &text)?;
            }
        }
    }
    plot.draw_target(spec, pen)
}

/// Lying bars: room for long names on the left, values at the ends.
pub(super) fn draw_lying<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let series_count = spec.chart.series.len();
    let all: Vec<Vec<Option<f64>>> = (0..series_count).map(|s| spec.values(s)).collect();
    let legend = Legend::new(spec, Sample::Bar, pen.width);
    legend.draw(spec, pen, 0.0)?;
    let label = value_label(7.8);
    let of_its_own = |values: &Vec<Option<f64>>| -> Vec<f64> {
        let known = values.iter().zip(&spec.chart.categories).filter(|(_, c)| !c.is_rest);
        known.filter_map(|(v, _)| *v).collect()
    };
    let axis = Lying::new(spec, pen, all.iter().flat_map(of_its_own));
    let top = legend.height + draw_lying_target(spec, pen, &axis, legend.height)?;
    let step = (pen.height - top) / spec.chart.categories.len() as f64;
    let thickness = (step * 0.72 / series_count as f64).min(18.0);
    for (at, category) in spec.chart.categories.iter().enumerate() {
        let middle = top + step * (at as f64 + 0.5);
        draw_name(pen, (axis.left - 8.0, middle), &category.label, step)?;
        for (series, values) in all.iter().enumerate() {
            let edge = middle + thickness * (series as f64 - series_count as f64 / 2.0);
            let value = values[at].unwrap_or(0.0);
            if value != 0.0 {
                let colour = if category.is_rest { palette::AXIS } else { spec.series_colour(series) };
                let (from, to) = ((axis.x(0.0), edge + 0.4), (axis.x(value), edge + thickness - 0.4));
                pen.series_bar(series, from, to, colour)?;
                if axis.is_beyond(value) {
                    draw_break(pen, from, to)?;
                }
            }
            if thickness >= 7.0 {
                let text = spec.label(spec.chart.series[series].figures[at]);
                let (x, y) = (axis.x(value.max(0.0)) + 5.0, edge + thickness / 2.0);
                if spec.chart.target.is_some() {
                    // The target's rule would cross the number.
                    pen.bar((x - 1.0, y - 4.5), (x + label.width(&text) + 1.0, y + 4.5), palette::WHITE)?;
                }
                pen.text(x, y, &label, &text)?;
            }
        }
    }
    let (zero, bottom) = (axis.x(0.0), pen.height);
    pen.line(&[(zero, top), (zero, bottom)], Stroke { colour: palette::AXIS, width: 0.6 })
}

/// The rule that bars should reach, with its words above it; gives the height the words take.
fn draw_lying_target<DB: DrawingBackend>(
    spec: &ChartSpec<'_>,
    pen: &Pen<'_, DB>,
    axis: &Lying,
    top: f64,
) -> Result<f64, DrawError<DB>> {
    const HEIGHT: f64 = 12.0;
    let Some(target) = spec.measure(spec.chart.target) else { return Ok(0.0) };
    let x = axis.x(target);
    let stroke = Stroke { colour: palette::INK, width: 0.9 };
    pen.dashed_line(&[(x, top + HEIGHT - 2.0), (x, pen.height)], stroke, (2.0, 2.0))?;
    let words = say(spec.locale.phrases().target, &[&spec.label(spec.chart.target)]);
    let label = value_label(7.0).centred();
    let half = label.width(&words) / 2.0;
    pen.text(x.clamp(half, (pen.width - half).max(half)), top + 5.0, &label, &words)?;
    Ok(HEIGHT)
}

/// The sign of a bar that is longer than the picture: two white strokes across it near its end.
fn draw_break<DB: DrawingBackend>(pen: &Pen<'_, DB>, from: (f64, f64), to: (f64, f64)) -> Drawn<DB> {
    const SLANT: f64 = 3.0;
    let middle = from.0 + (to.0 - from.0) * 0.86;
    for x in [middle - 2.6, middle + 2.6] {
        let stroke = Stroke { colour: palette::WHITE, width: 1.8 };
        pen.line(&[(x - SLANT, to.1 + 1.0), (x + SLANT, from.1 - 1.0)], stroke)?;
    }
    Ok(())
}

/// The level axis of lying bars. The longest bar ends where its label still fits, not at a round tick: the values
/// are written out. What is left over together may be longer than every bar of its own: it is broken rather than
/// making all others small.
struct Lying {
    left: f64,
    right: f64,
    low: f64,
    high: f64,
}

impl Lying {
    fn new<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, values: impl Iterator<Item = f64>) -> Lying {
        let (name, label) = (name_label(), value_label(7.8));
        let widest = spec.chart.categories.iter().map(|c| name.width(&c.label)).fold(0.0, f64::max);
        let left = widest.min(pen.width * 0.4) + 8.0;
        let figures = spec.chart.series.iter().flat_map(|s| &s.figures);
        let room = figures.map(|f| label.width(&spec.label(*f))).fold(0.0, f64::max) + 8.0;
        let values = values.chain(spec.measure(spec.chart.target));
        let (low, high) = values.fold((0.0, 0.0), |(l, h): (f64, f64), v| (l.min(v), h.max(v)));
        Lying { left, right: pen.width - room, low, high: if high > low { high } else { low + 1.0 } }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + (self.right - self.left) * ((value - self.low) / (self.high - self.low)).min(1.0)
    }

    fn is_beyond(&self, value: f64) -> bool {
        value > self.high
    }
}

fn name_label() -> Label {
    Label::new(7.8, palette::TEXT).right()
}

/// A name on one line, on two where the row is high enough, shortened where both are too narrow.
fn draw_name<DB: DrawingBackend>(pen: &Pen<'_, DB>, (right, middle): (f64, f64), name: &str, step: f64) -> Drawn<DB> {
    const STEP_MIN: f64 = 17.0;
    let label = name_label();
    let lines = wrap(label.weight, label.size, name, right);
    let first_word = name.split(' ').next().unwrap_or(name);
    if lines.len() < 2 || step < STEP_MIN || breaks_a_word(label.weight, label.size, first_word, right) {
        return pen.text(right, middle, &label, &shorten(label.weight, label.size, name, right));
    }
    // Two lines stand closer where the row is low.
    let small = Label { size: if step < 21.0 { 7.0 } else { label.size }, ..label };
    let lines = wrap(small.weight, small.size, name, right);
    let second = lines[1..].join(" ");
    let rise = if second.is_empty() { 0.0 } else { small.size * 0.6 };
    pen.text(right, middle - rise, &small, &lines[0])?;
    if second.is_empty() {
        return Ok(());
    }
    pen.text(right, middle + rise, &small, &shorten(small.weight, small.size, &second, right))
}
