//! Shares of a whole: a ring, and beside it every slice by name, value and share.

use std::f64::consts::{FRAC_PI_2, TAU};

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::{ChartSpec, Drawn, value_label};
use crate::render::font::{Weight, shorten};
use crate::render::palette;
use crate::report::Figure;

const HOLE: f64 = 0.6;
/// A share this large has room for its number on the ring.
const LABELLED_SHARE: f64 = 0.07;

/// Draws the chart. Negative values have no share and are left to the legend.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let figures: Vec<i64> =
        spec.chart.series[0].figures.iter().map(|f| f.and_then(|f| f.rounded()).unwrap_or(0)).collect();
    let whole: i64 = figures.iter().filter(|v| **v > 0).sum();
    let radius = (pen.height / 2.0 - 4.0).min(pen.width * 0.23);
    let legend = Legend::new(spec, pen.width - 2.0 * radius - 18.0);
    // Ring and legend stand in the middle together, so that a wide card does not pull them apart.
    let left = ((pen.width - 2.0 * radius - 18.0 - legend.width) / 2.0).max(0.0);
    let centre = (left + radius + 2.0, pen.height / 2.0);
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
    legend.draw(spec, pen, centre.0 + radius + 14.0, whole)
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

const NAME: f64 = 11.0;
const SHARE_WIDTH: f64 = 28.0;
const LEGEND_SIZE: f64 = 7.8;

/// Name, value and share of every slice, clockwise from the top.
struct Legend {
    values: Vec<String>,
    name_width: f64,
    value_width: f64,
    width: f64,
}

impl Legend {
    /// As wide as its words, but no wider than `room`: names give way.
    fn new(spec: &ChartSpec<'_>, room: f64) -> Legend {
        let label = Label::new(LEGEND_SIZE, palette::MUTED);
        let values: Vec<String> = spec.chart.series[0].figures.iter().map(|f| spec.label(*f)).collect();
        let widest = |texts: &mut dyn Iterator<Item = &String>| texts.map(|t| label.width(t)).fold(0.0, f64::max);
        let value_width = widest(&mut values.iter()) + 12.0;
        let names = widest(&mut spec.chart.categories.iter().map(|c| &c.label));
        let name_width = names.min(room - NAME - value_width - SHARE_WIDTH);
        Legend { width: NAME + name_width + value_width + SHARE_WIDTH, values, name_width, value_width }
    }

    fn draw<DB: DrawingBackend>(&self, spec: &ChartSpec<'_>, pen: &Pen<'_, DB>, left: f64, whole: i64) -> Drawn<DB> {
        let count = self.values.len();
        let step = (pen.height / count as f64).min(16.0);
        let top = pen.height / 2.0 - step * (count as f64 - 1.0) / 2.0;
        let share = value_label(LEGEND_SIZE).right();
        let value = Label::new(LEGEND_SIZE, palette::MUTED).right();
        let value_right = left + NAME + self.name_width + self.value_width;
        for (at, category) in spec.chart.categories.iter().enumerate() {
            let y = top + step * at as f64;
            pen.bar((left, y - 3.5), (left + 7.0, y + 3.5), palette::series(spec.accent, at))?;
            let name = shorten(Weight::Regular, LEGEND_SIZE, &category.label, self.name_width + 0.1);
            pen.text(left + NAME, y, &Label::new(LEGEND_SIZE, palette::TEXT), &name)?;
            pen.text(value_right, y, &value, &self.values[at])?;
            let part = spec.chart.series[0].figures[at].and_then(|f| f.rounded()).unwrap_or(0);
            pen.text(value_right + SHARE_WIDTH, y, &share, &spec.locale.share(part.max(0), whole))?;
        }
        Ok(())
    }
}
