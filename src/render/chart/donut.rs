//! Shares of a whole: a ring, and beside it every slice by name, value and share.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::prelude::DrawingBackend;

use crate::metric::Figure;
use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten};
use crate::render::palette;

const HOLE: f64 = 0.6;
/// A share this large has room for its number on the ring.
const LABELLED_SHARE: f64 = 0.07;

/// Draws the chart. Negative values have no share and are left to the legend.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let figures: Vec<i64> =
        spec.chart.series[0].figures.iter().map(|f| f.and_then(|f| f.rounded()).unwrap_or(0)).collect();
    let whole: i64 = figures.iter().filter(|v| **v > 0).sum();
    let radius = (pen.height / 2.0 - 4.0).min(pen.width * 0.23);
    let centre = (radius + 4.0, pen.height / 2.0);
    let mut angle = -FRAC_PI_2;
    for (at, value) in figures.iter().enumerate().filter(|(_, v)| **v > 0) {
        let share = *value as f64 / whole as f64;
        let colour = palette::series(spec.accent, at);
        let ring = slice(centre, radius, angle, share * TAU);
        pen.polygon(&ring, colour)?;
        let mut outline = ring.clone();
        outline.push(ring[0]);
        pen.line(&outline, Stroke { colour: palette::WHITE, width: 1.2 })?;
        if share >= LABELLED_SHARE {
            let middle = angle + share * TAU / 2.0;
            let on_ring = radius * (1.0 + HOLE) / 2.0;
            let label = Label { colour: palette::text_on(colour), ..value_label(7.0) }.centred();
            let place = (centre.0 + on_ring * middle.cos(), centre.1 + on_ring * middle.sin());
            pen.text(place.0, place.1, &label, &spec.locale.share(*value, whole))?;
        }
        angle += share * TAU;
    }
    let total = spec.label(Some(Figure::whole(whole)));
    pen.text(centre.0, centre.1 - 4.0, &value_label(12.0).centred(), &total)?;
    pen.text(centre.0, centre.1 + 8.0, &Label::new(7.0, palette::MUTED).centred(), "Total")?;
    draw_legend(spec, pen, centre.0 + radius + 12.0, whole)
}

/// The outline of a slice of the ring.
fn slice((cx, cy): (f64, f64), radius: f64, from: f64, sweep: f64) -> Vec<(f64, f64)> {
    let steps = (sweep / 0.035).ceil().max(2.0) as usize;
    let at = |k: usize, r: f64| {
        let angle = from + sweep * k as f64 / steps as f64;
        (cx + r * angle.cos(), cy + r * angle.sin())
    };
    let outer = (0..=steps).map(|k| at(k, radius));
    let inner = (0..=steps).rev().map(|k| at(k, radius * HOLE));
    outer.chain(inner).collect()
}

/// Name, value and share of every slice, clockwise from the top.
fn draw_legend<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, left: f64, whole: i64) -> Drawn<DB> {
    let figures = &spec.chart.series[0].figures;
    let count = figures.len();
    let step = (pen.height / count as f64).min(16.0);
    let top = pen.height / 2.0 - step * (count as f64 - 1.0) / 2.0;
    let share = value_label(7.8).right();
    let value = Label::new(7.8, palette::MUTED).right();
    let share_width = 26.0;
    let values: Vec<String> = figures.iter().map(|f| spec.label(*f)).collect();
    let value_width = values.iter().map(|v| value.width(v)).fold(0.0, f64::max);
    let right = pen.width - 2.0;
    let room = right - share_width - value_width - 6.0 - (left + 11.0);
    for (at, category) in spec.chart.categories.iter().enumerate() {
        let y = top + step * at as f64;
        pen.bar((left, y - 3.5), (left + 7.0, y + 3.5), palette::series(spec.accent, at))?;
        let name = shorten(Weight::Regular, 7.8, &category.label, room);
        pen.text(left + 11.0, y, &Label::new(7.8, palette::TEXT), &name)?;
        pen.text(right - share_width, y, &value, &values[at])?;
        let part = figures[at].and_then(|f| f.rounded()).unwrap_or(0);
        pen.text(right, y, &share, &spec.locale.share(part.max(0), whole))?;
    }
    Ok(())
}
