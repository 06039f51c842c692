//! Bridges: from one total to the next over signed movements, each step joined to the one before.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Pen, Stroke};
use crate::render::chart::plot::{Names, Plot};
use crate::render::chart::{ChartSpec, Drawn, LabelForm, value_label};
use crate::render::palette;

/// Where a step begins and ends; a total begins at zero.
struct Step {
    from: f64,
    to: f64,
    is_total: bool,
}

/// Draws the chart.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let steps = steps(spec);
    let names = Names::new(spec, pen.width - 40.0);
    let plot = Plot::new(spec, pen, (14.0, names.height), steps.iter().flat_map(|s| [s.from, s.to]));
    plot.draw_grid(spec, pen)?;
    names.draw(pen, &plot)?;
    let width = plot.step(steps.len());
    let half = (width * 0.33).min(28.0);
    let label = value_label(7.5).centred();
    let form = spec.label_form(spec.chart.series[0].figures.iter().copied(), label, width - 2.0 - label.width("+"));
    let form = LabelForm { width: width - 2.0, is_row: false, ..form };
    for (at, step) in steps.iter().enumerate() {
        let centre = plot.left + width * (at as f64 + 0.5);
        let (from, to) = (plot.y(step.from), plot.y(step.to));
        // Falls are hatched and their label carries a minus: nobody needs the colour.
        let (colour, hatching) = match (step.is_total, step.to < step.from) {
            (true, _) => (spec.accent, 0),
            (false, false) => (palette::RISE, 0),
            (false, true) => (palette::FALL, 1),
        };
        if step.from != step.to {
            pen.series_bar(hatching, (centre - half, from), (centre + half, to), colour)?;
        } else {
            pen.line(&[(centre - half, to), (centre + half, to)], Stroke { colour: palette::AXIS, width: 1.2 })?;
        }
        if at + 1 < steps.len() {
            let next = centre + width - half;
            pen.line(&[(centre + half, to), (next, to)], Stroke { colour: palette::AXIS, width: 0.6 })?;
        }
        let figure = spec.chart.series[0].figures[at];
        let sign = if !step.is_total && step.to > step.from { "+" } else { "" };
        if let Some((label, words)) = spec.formed(sign, figure, &form) {
            pen.text(centre, from.min(to) - 6.5, &label, &words)?;
        }
    }
    Ok(())
}

fn steps(spec: &ChartSpec<'_>) -> Vec<Step> {
    let mut level = 0.0;
    let values = spec.values(0);
    let step = |(value, category): (&Option<f64>, &crate::report::Category)| {
        let value = value.unwrap_or(0.0);
        let from = if category.is_total { 0.0 } else { level };
        level = from + value;
        Step { from, to: level, is_total: category.is_total }
    };
    values.iter().zip(&spec.chart.categories).map(step).collect()
}
