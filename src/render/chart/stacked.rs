//! Bars on top of each other: every part in its own hatching, the sum above.

use plotters::prelude::DrawingBackend;

use crate::render::chart::legend::{Legend, Sample};
use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::plot::{Names, Plot};
use crate::render::chart::{ChartSpec, Drawn, LabelForm, value_label};
use crate::render::palette;
use crate::report::Figure;

/// A part this high has room for its number.
const LABELLED_HEIGHT: f64 = 10.0;

/// Draws the chart. What is below zero stands below the axis.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let count = spec.chart.categories.len();
    let all: Vec<Vec<f64>> =
        (0..spec.chart.series.len()).map(|s| spec.values(s).into_iter().map(|v| v.unwrap_or(0.0)).collect()).collect();
    let sum = |at: usize, is_wanted: fn(&f64) -> bool| all.iter().map(|s| s[at]).filter(is_wanted).sum::<f64>();
    let ends: Vec<(f64, f64)> = (0..count).map(|at| (sum(at, |v| *v < 0.0), sum(at, |v| *v > 0.0))).collect();
    let legend = Legend::new(spec, Sample::Bar, pen.width - 40.0);
    let names = Names::new(spec, pen.width - 40.0);
    let plot = Plot::new(spec, pen, (legend.height + 10.0, names.height), ends.iter().flat_map(|e| [e.0, e.1]));
    plot.draw_grid(spec, pen)?;
    legend.draw(spec, pen, plot.left)?;
    names.draw(pen, &plot)?;
    let step = plot.step(count);
    let half = (step * 0.33).min(28.0);
    let total_form = spec.label_form((0..count).map(|at| spec.sum(at)), value_label(7.5).centred(), step - 2.0);
    let parts = spec.chart.series.iter().flat_map(|s| s.figures.iter().copied());
    let part_form = spec.label_form(parts, Label::new(6.5, palette::INK).centred(), 2.0 * half - 3.0);
    for (at, (low, high)) in ends.iter().enumerate() {
        let centre = plot.left + step * (at as f64 + 0.5);
        let (mut up, mut down) = (0.0, 0.0);
        for (series, values) in all.iter().enumerate().filter(|(_, values)| values[at] != 0.0) {
            let from = if values[at] > 0.0 { &mut up } else { &mut down };
            let (start, end) = (*from, *from + values[at]);
            *from = end;
            draw_part(spec, pen, (series, at, &part_form), ((centre, half), (plot.y(start), plot.y(end))))?;
        }
        let words = spec.formed("", spec.sum(at), &total_form);
        if let Some((label, words)) = words.filter(|_| *low != 0.0 || *high != 0.0) {
            pen.text(centre, plot.y(*high) - 6.5, &label, &words)?;
        }
    }
    plot.draw_target(spec, pen)
}

/// One part with its number on it, where it has room.
fn draw_part<DB: DrawingBackend>(
    spec: &ChartSpec<'_>,
    pen: &Pen<'_, DB>,
    (series, at, form): (usize, usize, &LabelForm),
    ((centre, half), (from, to)): ((f64, f64), (f64, f64)),
) -> Drawn<DB> {
    let colour = spec.series_colour(series);
    pen.series_bar(series, (centre - half, from), (centre + half, to), colour)?;
    // A white hair parts equal neighbours.
    pen.line(&[(centre - half, to), (centre + half, to)], Stroke { colour: palette::WHITE, width: 0.6 })?;
    if (from - to).abs() < LABELLED_HEIGHT {
        return Ok(());
    }
    let figure = spec.chart.series[series].figures[at];
    let Some((label, words)) = spec.formed("", figure, form) else { return Ok(()) };
    let label = Label { colour: palette::text_on(colour), ..label };
    let width = label.width(&words);
    let middle = (from + to) / 2.0;
    // Hatching would cross the number.
    pen.bar((centre - width / 2.0 - 1.5, middle - 4.2), (centre + width / 2.0 + 1.5, middle + 4.2), colour)?;
    pen.text(centre, middle, &label, &words)
}

impl ChartSpec<'_> {
    /// The sum of a category over every series, exact; nothing where nothing is known.
    pub(super) fn sum(&self, at: usize) -> Option<Figure> {
        let figures: Vec<Figure> = self.chart.series.iter().filter_map(|s| s.figures[at]).collect();
        let denominator = figures.first()?.denominator;
        Some(Figure { numerator: figures.iter().map(|f| f.numerator).sum(), denominator })
    }
}
