//! Points over two measures, named as far as names have room.

use plotters::prelude::DrawingBackend;

use crate::render::chart::pen::{Label, Pen, Stroke};
use crate::render::chart::plot::{AXIS_SIZE, Plot};
use crate::render::chart::scale::Scale;
use crate::render::chart::{ChartSpec, Drawn};
use crate::render::font::{Weight, shorten};
use crate::render::palette;
use crate::report::{Unit, say};

const TOP: f64 = 14.0;
const FOOT: f64 = 27.0;
const NAME_SIZE: f64 = 6.6;
/// A cloud of more points has no names: the table below it has them.
const NAME_COUNT_MAX: usize = 40;
const NAME_WIDTH_MAX: f64 = 84.0;

/// Draws the chart: the first series across, the second upwards.
pub(super) fn draw<DB: DrawingBackend>(spec: &ChartSpec<'_>, pen: &Pen<'_, DB>) -> Drawn<DB> {
    let chart = spec.chart;
    let unit_across = chart.unit_across.unwrap_or(chart.unit);
    let across: Vec<Option<f64>> = chart.series[0].figures.iter().map(|f| spec.measure_as(*f, unit_across)).collect();
    let points: Vec<(usize, f64, f64)> =
        across.iter().zip(spec.values(1)).enumerate().filter_map(|(at, (x, y))| Some((at, (*x)?, y?))).collect();
    let count = Plot::tick_count(pen.height - TOP - FOOT);
    let upwards = Scale::near(points.iter().map(|p| p.2), count, chart.unit == Unit::Count);
    let plot = Plot::with_scale(spec, pen, (TOP, FOOT), upwards);
    plot.draw_grid(spec, pen)?;
    let scale = Scale::near(points.iter().map(|p| p.1), 5, unit_across == Unit::Count);
    let right = plot.right - 12.0;
    let x = |value: f64| plot.left + (right - plot.left) * scale.place(value);
    let tick = Label::new(AXIS_SIZE, palette::MUTED).centred();
    let mut free_from = f64::MIN;
    for value in &scale.ticks {
        let words = spec.locale.tick(*value, unit_across, spec.currency);
        pen.line(
            &[(x(*value), plot.bottom), (x(*value), plot.bottom + 3.0)],
            Stroke { colour: palette::AXIS, width: 0.6 },
        )?;
        let half = tick.width(&words) / 2.0;
        if x(*value) - half >= free_from {
            pen.text(x(*value).min(pen.width - half), plot.bottom + 9.0, &tick, &words)?;
            free_from = x(*value) + half + 4.0;
        }
    }
    // What is measured: upwards above the axis, across below it.
    let title = Label { weight: Weight::Bold, ..Label::new(AXIS_SIZE, palette::MUTED) };
    let name = |at: usize, room: f64| shorten(Weight::Bold, AXIS_SIZE, &chart.series[at].name, room);
    pen.text(0.0, 4.0, &title, &format!("↑ {}", name(1, pen.width - 20.0)))?;
    pen.text(plot.right, plot.bottom + 20.0, &title.right(), &format!("{} →", name(0, plot.right - plot.left)))?;
    let places: Vec<(usize, f64, f64)> = points.iter().map(|(at, a, u)| (*at, x(*a), plot.y(*u))).collect();
    for (_, x, y) in &places {
        pen.dot((*x, *y), 3.0, palette::WHITE)?;
        pen.dot((*x, *y), 2.4, spec.accent)?;
    }
    draw_names(spec, pen, &plot, places)
}

/// Points on one spot share a name.
struct Spot {
    x: f64,
    y: f64,
    names: Vec<String>,
}

fn spots(spec: &ChartSpec<'_>, mut places: Vec<(usize, f64, f64)>) -> Vec<Spot> {
    /// Closer dots look like one.
    const APART: f64 = 2.5;
    places.sort_by(|a, b| a.2.total_cmp(&b.2));
    let mut spots: Vec<Spot> = Vec::new();
    for (at, x, y) in places {
        let name = spec.chart.categories[at].label.clone();
        match spots.iter_mut().find(|s| (s.x - x).abs() < APART && (s.y - y).abs() < APART) {
            Some(spot) => spot.names.push(name),
            None => spots.push(Spot { x, y, names: vec![name] }),
        }
    }
    spots
}

impl Spot {
    /// As many names as have room, and how many more there are.
    fn words(&self, spec: &ChartSpec<'_>) -> String {
        let all = self.names.join(", ");
        if self.names.len() == 1 || name_label().width(&all) <= NAME_WIDTH_MAX {
            return shorten(Weight::Regular, NAME_SIZE, &all, NAME_WIDTH_MAX);
        }
        let more = say(spec.locale.phrases().and_more, &[&(self.names.len() - 1).to_string()]);
        let room = NAME_WIDTH_MAX - name_label().width(&format!(", {more}"));
        format!("{}, {more}", shorten(Weight::Regular, NAME_SIZE, &self.names[0], room))
    }
}

/// Names beside their points, highest first; one that has no room at its point stands further off, at the end of a
/// hair. A name that would touch a point or another name wherever it stands is left out.
fn draw_names<DB: DrawingBackend>(
    spec: &ChartSpec<'_>,
    pen: &Pen<'_, DB>,
    plot: &Plot,
    places: Vec<(usize, f64, f64)>,
) -> Drawn<DB> {
    if places.len() > NAME_COUNT_MAX {
        return Ok(());
    }
    let spots = spots(spec, places);
    let mut taken: Vec<Frame> = spots.iter().map(|s| (s.x - 3.0, s.x + 3.0, s.y - 3.0, s.y + 3.0)).collect();
    for spot in &spots {
        let words = spot.words(spec);
        let width = name_label().width(&words);
        let frame = |(left, middle): &(f64, f64)| (*left, left + width, middle - 3.6, middle + 3.6);
        let is_free = |place: &&(f64, f64)| {
            let f = frame(place);
            let inside = f.0 >= plot.left && f.1 <= pen.width && f.2 >= plot.top - 4.0 && f.3 <= plot.bottom;
            inside && taken.iter().all(|t| f.1 <= t.0 || t.1 <= f.0 || f.3 <= t.2 || t.3 <= f.2)
        };
        let near = around((spot.x, spot.y), width, 5.0, 8.0);
        let far = [(9.0, 13.0), (15.0, 19.0), (22.0, 26.0)].map(|(dx, dy)| around((spot.x, spot.y), width, dx, dy));
        let found = near.iter().find(is_free).map(|place| (*place, false));
        let Some((place, is_far)) = found.or_else(|| far.iter().flatten().find(is_free).map(|place| (*place, true)))
        else {
            continue;
        };
        if is_far {
            let end = (spot.x.clamp(place.0, place.0 + width), place.1 + if place.1 > spot.y { -3.6 } else { 3.6 });
            pen.line(&[(spot.x, spot.y), end], Stroke { colour: palette::AXIS, width: 0.5 })?;
            pen.dot((spot.x, spot.y), 2.4, spec.accent)?;
        }
        pen.text(place.0, place.1, &name_label(), &words)?;
        taken.push(frame(&place));
    }
    Ok(())
}

/// Left, right, top, bottom.
type Frame = (f64, f64, f64, f64);

/// Where a name of `width` may stand around a point: its left end and its middle.
fn around((x, y): (f64, f64), width: f64, dx: f64, dy: f64) -> [(f64, f64); 8] {
    let (left, right, middle) = (x - dx - width, x + dx, x - width / 2.0);
    [
        (right, y),
        (left, y),
        (middle, y - dy),
        (middle, y + dy),
        (right, y - dy),
        (right, y + dy),
        (left, y - dy),
        (left, y + dy),
    ]
}

fn name_label() -> Label {
    Label::new(NAME_SIZE, palette::TEXT)
}
