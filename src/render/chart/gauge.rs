//! One value on a half ring, with the mark it should reach.

use std::f64::consts::PI;

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::scale::Scale;
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten};
use crate::render::palette;
use crate::report::{Figure, Unit, say};

const THICKNESS: f64 = 0.3;

/// Draws the chart. Percentages run from 0 to 100, or as far as they and their target go.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let figure = spec.chart.series[0].figures.first().copied().flatten();
    let (value, target) = (spec.measure(figure), spec.measure(spec.chart.target));
    let whole = (spec.chart.unit == Unit::Percent).then_some(100.0);
    let reach = value.into_iter().chain(target.map(|t| t * 1.1)).chain(whole);
    let scale = Scale::around(reach, 4, false);
    let radius = ((pen.height - 34.0).min(pen.width / 2.0 - 22.0)).max(20.0);
    let centre = (pen.width / 2.0, radius + 12.0);
    let place = |share: f64, r: f64| {
        let angle = PI * (1.0 + share.clamp(0.0, 1.0));
        (centre.0 + r * angle.cos(), centre.1 + r * angle.sin())
    };
    let arc = |from: f64, to: f64| -> Vec<(f64, f64)> {
        let steps = (((to - from) * 60.0).ceil() as usize).max(2);
        let at = |k: usize| from + (to - from) * k as f64 / steps as f64;
        let outer = (0..=steps).map(|k| place(at(k), radius));
        outer.chain((0..=steps).rev().map(|k| place(at(k), radius * (1.0 - THICKNESS)))).collect()
    };
    pen.polygon(&arc(0.0, 1.0), palette::GRID)?;
    let zero = scale.place(0.0);
    if let Some(share) = value.map(|v| scale.place(v)).filter(|share| *share != zero) {
        pen.polygon(&arc(zero.min(share), zero.max(share)), spec.accent)?;
    }
    let ends = Label::new(7.0, palette::MUTED).centred();
    for (share, tick) in [(0.0, scale.ticks.first()), (1.0, scale.ticks.last())] {
        let x = place(share, radius * (1.0 - THICKNESS / 2.0)).0;
        pen.text(x, centre.1 + 8.0, &ends, &spec.tick(tick.copied().unwrap_or(0.0)))?;
    }
    let room = 2.0 * radius * (1.0 - THICKNESS) - 8.0;
    let mut number = value_label(20.0).centred();
    let words = spec.label(figure);
    while number.width(&words) > room && number.size > 7.0 {
        number.size -= 0.5;
    }
    pen.text(centre.0, centre.1 - 8.0, &number, &words)?;
    let Some(share) = target.map(|t| scale.place(t)) else { return Ok(()) };
    let mark = [place(share, radius * (1.0 - THICKNESS) - 3.0), place(share, radius + 3.0)];
    pen.line(&mark, Stroke { colour: palette::INK, width: 1.6 })?;
    let words = shorten(Weight::Regular, 7.5, &target_words(spec, figure), pen.width - 2.0);
    pen.text(centre.0, centre.1 + 18.0, &Label::new(7.5, palette::TEXT).centred(), &words)
}

/// `Target €1.2M · 83% of the target`.
pub(super) fn target_words(spec: &ChartSpec<'_>, figure: Option<Figure>) -> String {
    let phrases = spec.locale.phrases();
    let words = say(phrases.target, &[&spec.label(spec.chart.target)]);
    let ratio = figure.zip(spec.chart.target).and_then(|(now, target)| {
        let numerator = now.numerator.checked_mul(target.denominator)?;
        Some(Figure::ratio(numerator, now.denominator.checked_mul(target.numerator)?))
    });
    match ratio.filter(|r| r.denominator > 0) {
        Some(ratio) => {
            let share = spec.locale.full(Some(ratio), Unit::Percent, spec.currency);
            format!("{words} · {}", say(phrases.of_target, &[&share]))
        }
        None => words,
    }
}
