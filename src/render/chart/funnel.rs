//! Stages, each a part of the one before: widths in proportion, the step's rate beside it.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen};
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten, wrap};
use crate::render::palette;
use crate::report::Figure;
use crate::report::Unit;

/// Draws the chart.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let figures = &spec.chart.series[0].figures;
    let values: Vec<f64> = spec.values(0).into_iter().map(|v| v.unwrap_or(0.0).max(0.0)).collect();
    let widest = values.iter().copied().fold(0.0, f64::max).max(1.0);
    let name = Label::new(7.8, palette::TEXT);
    let longest = spec.chart.categories.iter().map(|c| name.width(&c.label)).fold(0.0, f64::max);
    let left = longest.min(pen.width * 0.3) + 8.0;
    let rates: Vec<String> = (0..figures.len()).map(|at| step_rate(spec, figures, at)).collect();
    let rate = Label { weight: Weight::Bold, ..Label::new(7.8, palette::MUTED) }.right();
    let right = pen.width - rates.iter().map(|r| rate.width(r)).fold(0.0, f64::max) - 8.0;
    let label = value_label(8.4);
    let texts: Vec<String> = figures.iter().map(|f| spec.label(*f)).collect();
    // The mean width of a stage: what its number must fit in, or stand beside.
    let narrow = |room: f64, at: usize| {
        let width = room * values[at] / widest;
        let below = values.get(at + 1).map_or(width * 0.86, |v| room * v / widest);
        (width + below) / 2.0
    };
    let fits = |room: &f64| {
        (0..values.len()).all(|at| {
            let (text, narrow) = (label.width(&texts[at]), narrow(*room, at));
            text + 8.0 <= narrow || narrow / 2.0 + 6.0 + text <= (right - left) / 2.0
        })
    };
    // Where a number beside its stage would reach into the rates, the whole funnel becomes narrower.
    let centre = (left + right) / 2.0;
    let room = (0..12).map(|k| (right - left) * (1.0 - 0.08 * f64::from(k))).find(fits).unwrap_or((right - left) * 0.1);
    let step = pen.height / values.len() as f64;
    for (at, category) in spec.chart.categories.iter().enumerate() {
        let width = room * values[at] / widest;
        let below = values.get(at + 1).map_or(width * 0.86, |v| room * v / widest);
        let (top, bottom) = (step * at as f64 + 0.8, step * (at + 1) as f64 - 0.8);
        let colour = palette::tint(spec.accent, 1.0 - 0.55 * at as f64 / values.len() as f64);
        let corners = [
            (centre - width / 2.0, top),
            (centre + width / 2.0, top),
            (centre + below / 2.0, bottom),
            (centre - below / 2.0, bottom),
        ];
        pen.polygon(&corners, colour)?;
        let middle = (top + bottom) / 2.0;
        let (text, narrow) = (&texts[at], (width + below) / 2.0);
        if label.width(text) + 8.0 <= narrow {
            pen.text(centre, middle, &Label { colour: palette::text_on(colour), ..label }.centred(), text)?;
        } else {
            pen.text(centre + narrow / 2.0 + 6.0, middle, &label, text)?;
        }
        draw_name(pen, (left - 8.0, middle), name, &category.label)?;
        pen.text(pen.width - 1.0, middle, &rate, &rates[at])?;
    }
    Ok(())
}

/// A stage's name on one line or two.
fn draw_name<DB: DrawingBackend>(pen: &Pen<'_, DB>, (room, middle): (f64, f64), label: Label, name: &str) -> Drawn<DB> {
    let lines = wrap(label.weight, label.size, name, room);
    let Some((first, rest)) = lines.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return pen.text(0.0, middle, &label, name);
    };
    pen.text(0.0, middle - 4.6, &label, first)?;
    pen.text(0.0, middle + 4.6, &label, &shorten(label.weight, label.size, &rest.join(" "), room))
}

/// The share of the stage before that came this far; nothing beside the first.
fn step_rate(spec: &ChartSpec<'_>, figures: &[Option<Figure>], at: usize) -> String {
    if at == 0 {
        return String::new();
    }
    let whole = |at: usize| figures[at].and_then(|f| f.rounded());
    let ratio = whole(at).zip(whole(at - 1)).map(|(now, before)| Figure::ratio(now, before));
    spec.locale.full(ratio, Unit::Percent, spec.currency)
}
