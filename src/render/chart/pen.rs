//! Strokes in points on any plotters backend, whose own coordinates are whole numbers.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text};
use plotters::prelude::{Color, DrawingArea, DrawingBackend, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoTextStyle, TextStyle};

use crate::render::chart::Drawn;
use crate::render::font::{Weight, measure};
use crate::render::palette::tint;
use crate::report::Colour;

/// plotters' SVG backend writes a size divided by this; the pen multiplies, so that points stay points.
pub(crate) const SIZE_SCALE: f64 = 1.24;
/// The distance from a top anchor to the baseline, in ems, as plotters' SVG backend has it.
pub(crate) const TOP_TO_BASELINE: f64 = 0.76;

/// A bar over a whole page has no more strokes than this.
const HATCH_COUNT_MAX: usize = 400;

/// How a text stands.
#[derive(Clone, Copy)]
pub(super) struct Label {
    pub size: f64,
    pub weight: Weight,
    pub colour: Colour,
    pub anchor: HPos,
}

impl Label {
    pub(super) fn new(size: f64, colour: Colour) -> Self {
        Self { size, weight: Weight::Regular, colour, anchor: HPos::Left }
    }

    pub(super) fn centred(self) -> Self {
        Self { anchor: HPos::Center, ..self }
    }

    pub(super) fn right(self) -> Self {
        Self { anchor: HPos::Right, ..self }
    }

    /// The width of `text` in points.
    pub(super) fn width(&self, text: &str) -> f64 {
        measure(self.weight, self.size, text)
    }
}

/// A stroke's colour and width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stroke {
    pub colour: Colour,
    pub width: f64,
}

/// Draws in points.
pub(super) struct Pen<'a, DB: DrawingBackend> {
    area: &'a DrawingArea<DB, Shift>,
    scale: f64,
    pub width: f64,
    pub height: f64,
}

impl<'a, DB: DrawingBackend> Pen<'a, DB> {
    pub(super) fn new(area: &'a DrawingArea<DB, Shift>, scale: f64) -> Self {
        let (width, height) = area.dim_in_pixel();
        Self { area, scale, width: f64::from(width) / scale, height: f64::from(height) / scale }
    }

    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    /// A text whose capitals are centred on `y`.
    pub(super) fn text(&self, x: f64, y: f64, label: &Label, text: &str) -> Drawn<DB> {
        let style = match label.weight {
            Weight::Regular => FontStyle::Normal,
            Weight::Bold => FontStyle::Bold,
        };
        let font = FontDesc::new(FontFamily::SansSerif, label.size * self.scale * SIZE_SCALE, style);
        let style: TextStyle<'_> = font.into_text_style(self.area);
        let style =
            TextStyle { color: rgb(label.colour).to_backend_color(), pos: Pos::new(label.anchor, VPos::Top), ..style };
        let baseline = y + label.size * 0.36;
        self.area.draw(&Text::new(text.to_owned(), self.at((x, baseline - label.size * TOP_TO_BASELINE)), style))
    }

    /// Straight lines through `points`.
    pub(super) fn line(&self, points: &[(f64, f64)], stroke: Stroke) -> Drawn<DB> {
        let width = (stroke.width * self.scale).round().max(1.0) as u32;
        let style = ShapeStyle { color: rgb(stroke.colour).to_rgba(), filled: false, stroke_width: width };
        self.area.draw(&PathElement::new(points.iter().map(|p| self.at(*p)).collect::<Vec<_>>(), style))
    }

    /// The same in dashes: series differ by more than their colour.
    pub(super) fn dashed_line(&self, points: &[(f64, f64)], stroke: Stroke, (dash, gap): (f64, f64)) -> Drawn<DB> {
        let mut walked = 0.0;
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let length = (x1 - x0).hypot(y1 - y0);
            let mut from = 0.0;
            while from < length {
                let phase = (walked + from) % (dash + gap);
                let (until, is_dash) = if phase < dash { (dash - phase, true) } else { (dash + gap - phase, false) };
                // A step below the drawing's precision would walk for ever.
                let to = (from + until.max(0.01)).min(length);
                if is_dash {
                    let point = |d: f64| (x0 + (x1 - x0) * d / length, y0 + (y1 - y0) * d / length);
                    self.line(&[point(from), point(to)], stroke)?;
                }
                from = to;
            }
            walked += length;
        }
        Ok(())
    }

    /// A line in the n-th series' own rhythm: solid, dashed, dotted, …
    pub(super) fn series_line(&self, at: usize, points: &[(f64, f64)], stroke: Stroke) -> Drawn<DB> {
        const RHYTHMS: [(f64, f64); 4] = [(4.0, 3.0), (1.2, 2.4), (9.0, 3.0), (2.4, 1.6)];
        match at {
            0 => self.line(points, stroke),
            at => self.dashed_line(points, stroke, RHYTHMS[(at - 1) % RHYTHMS.len()]),
        }
    }

    /// A bar in the n-th series' own hatching: without, rising, falling, level, upright, crossed.
    pub(super) fn series_bar(&self, at: usize, from: (f64, f64), to: (f64, f64), colour: Colour) -> Drawn<DB> {
        const SPACING: f64 = 3.6;
        self.bar(from, to, colour)?;
        let (left, right) = (from.0.min(to.0), from.0.max(to.0));
        let (top, bottom) = (from.1.min(to.1), from.1.max(to.1));
        let stroke = Stroke { colour: tint(colour, 0.45), width: 0.7 };
        let every = |from: f64, to: f64| {
            let count = ((to - from) / SPACING).floor().max(0.0) as usize;
            (0..count).map(move |k| from + SPACING * (k as f64 + 0.5)).take(HATCH_COUNT_MAX)
        };
        let kind = at % 6;
        if matches!(kind, 1 | 5) {
            for sum in every(left + top, right + bottom) {
                let (x0, x1) = ((sum - bottom).max(left), (sum - top).min(right));
                if x1 > x0 {
                    self.line(&[(x0, sum - x0), (x1, sum - x1)], stroke)?;
                }
            }
        }
        if matches!(kind, 2 | 5) {
            for difference in every(left - bottom, right - top) {
                let (x0, x1) = ((difference + top).max(left), (difference + bottom).min(right));
                if x1 > x0 {
                    self.line(&[(x0, x0 - difference), (x1, x1 - difference)], stroke)?;
                }
            }
        }
        if kind == 3 {
            for y in every(top, bottom) {
                self.line(&[(left, y), (right, y)], stroke)?;
            }
        }
        if kind == 4 {
            for x in every(left, right) {
                self.line(&[(x, top), (x, bottom)], stroke)?;
            }
        }
        Ok(())
    }

    /// A filled polygon.
    pub(super) fn polygon(&self, points: &[(f64, f64)], colour: Colour) -> Drawn<DB> {
        let points: Vec<_> = points.iter().map(|p| self.at(*p)).collect();
        self.area.draw(&Polygon::new(points, rgb(colour).filled()))
    }

    /// A filled rectangle between two corners.
    pub(super) fn bar(&self, from: (f64, f64), to: (f64, f64), colour: Colour) -> Drawn<DB> {
        self.area.draw(&Rectangle::new([self.at(from), self.at(to)], rgb(colour).filled()))
    }

    /// A filled circle.
    pub(super) fn dot(&self, centre: (f64, f64), radius: f64, colour: Colour) -> Drawn<DB> {
        let radius = (radius * self.scale).round() as i32;
        self.area.draw(&Circle::new(self.at(centre), radius, rgb(colour).filled()))
    }
}

fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}
