//! Shares of a whole: a ring or a pie, and beside it every slice by name, value and share; the shares sum to 100.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten};
use crate::render::palette;
use crate::report::{ChartKind, Figure};

const HOLE: f64 = 0.6;
/// A share this large has room for its number on the ring.
const LABELLED_SHARE: f64 = 0.07;

/// Draws the chart. Values below zero have no share and are left to the legend.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let figures: Vec<i64> =
        spec.chart.series[0].figures.iter().map(|f| f.and_then(|f| f.rounded()).unwrap_or(0)).collect();
    let whole: i64 = figures.iter().filter(|v| **v > 0).sum();
    let shares = spec.locale.shares(&figures);
    let hole = if spec.chart.kind == ChartKind::Pie { 0.0 } else { HOLE };
    let radius = (pen.height / 2.0 - 4.0).min(pen.width * 0.23);
    let legend = Legend::new(spec, pen, pen.width - 2.0 * radius - 18.0);
    // Ring and legend stand in the middle together, so that a wide card does not pull them apart.
    let left = ((pen.width - 2.0 * radius - 18.0 - legend.width) / 2.0).max(0.0);
    let centre = (left + radius + 2.0, pen.height / 2.0);
    let mut angle = -FRAC_PI_2;
    for (at, value) in figures.iter().enumerate().filter(|(_, v)| **v > 0) {
        let share = *value as f64 / whole as f64;
        let colour = palette::series(spec.accent, at);
        let ring = slice(centre, (radius, radius * hole), angle, share * TAU);
        pen.polygon(&ring, colour)?;
        let mut outline = ring.clone();
        outline.push(ring[0]);
        pen.line(&outline, Stroke { colour: palette::WHITE, width: 1.2 })?;
        if share >= LABELLED_SHARE {
            let middle = angle + share * TAU / 2.0;
            let on_ring = radius * if hole > 0.0 { (1.0 + hole) / 2.0 } else { 0.7 };
            let label = Label { colour: palette::text_on(colour), ..value_label(7.0) }.centred();
            let place = (centre.0 + on_ring * middle.cos(), centre.1 + on_ring * middle.sin());
            pen.text(place.0, place.1, &label, &shares[at])?;
        }
        angle += share * TAU;
    }
    if hole > 0.0 {
        let total = spec.label(Some(Figure::whole(whole)));
        let mut label = value_label(12.0).centred();
        while label.width(&total) > 2.0 * radius * hole - 6.0 && label.size > 6.0 {
            label.size -= 0.5;
        }
        pen.text(centre.0, centre.1 - 4.0, &label, &total)?;
        let word = spec.locale.phrases().total;
        pen.text(centre.0, centre.1 + 8.0, &Label::new(7.0, palette::MUTED).centred(), word)?;
    }
    legend.draw(spec, pen, centre.0 + radius + 14.0, &shares)
}

/// The outline of a slice between two circles.
fn slice((cx, cy): (f64, f64), (outer, inner): (f64, f64), from: f64, sweep: f64) -> Vec<(f64, f64)> {
    let steps = (sweep / 0.035).ceil().max(2.0) as usize;
    let at = |k: usize, r: f64| {
        let angle = from + sweep * k as f64 / steps as f64;
        (cx + r * angle.cos(), cy + r * angle.sin())
    };
    let back: Vec<usize> = if inner > 0.0 { (0..=steps).rev().collect() } else { vec![0] };
    (0..=steps).map(|k| at(k, outer)).chain(back.into_iter().map(|k| at(k, inner))).collect()
}

const NAME: f64 = 11.0;
const SHARE_WIDTH: f64 = 30.0;
const LEGEND_SIZE: f64 = 7.8;

/// Name, value and share of every slice, clockwise from the top.
struct Legend {
    values: Vec<String>,
    name_width: f64,
    value_width: f64,
    width: f64,
    /// Where a name has no room beside its value, the value stands below it.
    is_stacked: bool,
}

impl Legend {
    /// As wide as its words, but no wider than `room`: values step below, then names give way.
    fn new<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, room: f64) -> Legend {
        const ROW_MIN: f64 = 20.0;
        let label = Label::new(LEGEND_SIZE, palette::MUTED);
        let values: Vec<String> = spec.chart.series[0].figures.iter().map(|f| spec.label(*f)).collect();
        let widest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|t| label.width(t)).fold(0.0, f64::max);
        let value_width = widest(&mut values.iter()) + 12.0;
        let names = widest(&mut spec.chart.categories.iter().map(|c| &c.label));
        let beside = room - NAME - value_width - SHARE_WIDTH;
        let is_stacked = names > beside && pen.height / values.len() as f64 >= ROW_MIN;
        let value_width = if is_stacked { 0.0 } else { value_width };
        let wanted = if is_stacked { names.max(widest(&mut values.iter())) } else { names };
        let name_width = wanted.min(room - NAME - value_width - SHARE_WIDTH).max(0.0);
        Legend { width: NAME + name_width + value_width + SHARE_WIDTH, values, name_width, value_width, is_stacked }
    }

    fn draw<DB: DrawingBackend>(
        &self,
        spec: &ChartSpec<'_>,
        pen: &Pen<'_, DB>,
        left: f64,
        shares: &[String],
    ) -> Drawn<DB> {
        let count = self.values.len();
        let step = (pen.height / count as f64).min(if self.is_stacked { 26.0 } else { 16.0 });
        let top = pen.height / 2.0 - step * (count as f64 - 1.0) / 2.0;
        let share = value_label(LEGEND_SIZE).right();
        let value = Label::new(LEGEND_SIZE, palette::MUTED);
        let value_right = left + NAME + self.name_width + self.value_width;
        let rise = if self.is_stacked { 4.8 } else { 0.0 };
        for (at, category) in spec.chart.categories.iter().enumerate() {
            let y = top + step * at as f64 - rise;
            pen.bar((left, y - 3.5), (left + 7.0, y + 3.5), palette::series(spec.accent, at))?;
            let name = shorten(Weight::Regular, LEGEND_SIZE, &category.label, self.name_width + 0.1);
            pen.text(left + NAME, y, &Label::new(LEGEND_SIZE, palette::TEXT), &name)?;
            match self.is_stacked {
                true => pen.text(left + NAME, y + 9.6, &value, &self.values[at])?,
                false => pen.text(value_right, y, &value.right(), &self.values[at])?,
            }
            pen.text(value_right + SHARE_WIDTH, y, &share, &shares[at])?;
        }
        Ok(())
    }
}
