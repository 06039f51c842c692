//! A plotters backend that writes into the draw list: charts stay vectors, their words stay text.

use std::convert::Infallible;

use plotters::prelude::IntoDrawingArea;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};

use crate::render::chart::{ChartSpec, SIZE_SCALE, TOP_TO_BASELINE, draw};
use crate::render::error::RenderError;
use crate::render::font::{Weight, measure};
use crate::render::page::Shape;
use crate::report::Colour;

/// plotters counts in whole numbers: twenty to a point keep curves smooth in print.
const UNITS_PER_POINT: f64 = 20.0;

/// A place on the page for a chart.
#[derive(Debug, Clone, Copy)]
pub(in crate::render) struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Draws a chart into `frame` and gives its shapes.
pub(in crate::render) fn record(spec: &ChartSpec<'_>, frame: Frame) -> Result<Vec<Shape>, RenderError> {
    let mut shapes = Vec::new();
    let failed = |reason: String| RenderError::Chart { chart: spec.chart.id.clone(), reason };
    {
        let area = Recorder { shapes: &mut shapes, frame }.into_drawing_area();
        draw(spec, &area, UNITS_PER_POINT).map_err(|e| failed(e.to_string()))?;
    }
    Ok(shapes)
}

struct Recorder<'a> {
    shapes: &'a mut Vec<Shape>,
    frame: Frame,
}

type Recorded = Result<(), DrawingErrorKind<Infallible>>;

impl Recorder<'_> {
    fn point(&self, (x, y): BackendCoord) -> (f64, f64) {
        (self.frame.x + f64::from(x) / UNITS_PER_POINT, self.frame.y + f64::from(y) / UNITS_PER_POINT)
    }

    fn rectangle(&mut self, from: BackendCoord, to: BackendCoord, radius: f64, style: (BackendColor, Option<u32>)) {
        let ((x0, y0), (x1, y1)) = (self.point(from), self.point(to));
        let colour = colour(style.0);
        self.shapes.push(Shape::Box {
            x: x0.min(x1),
            y: y0.min(y1),
            width: (x1 - x0).abs(),
            height: (y1 - y0).abs(),
            radius,
            fill: style.1.is_none().then_some(colour),
            stroke: style.1.map(|width| (colour, f64::from(width) / UNITS_PER_POINT)),
        });
    }
}

fn colour(colour: BackendColor) -> Colour {
    Colour(colour.rgb.0, colour.rgb.1, colour.rgb.2)
}

impl DrawingBackend for Recorder<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((self.frame.width * UNITS_PER_POINT) as u32, (self.frame.height * UNITS_PER_POINT) as u32)
    }

    fn ensure_prepared(&mut self) -> Recorded {
        Ok(())
    }

    fn present(&mut self) -> Recorded {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Recorded {
        self.rectangle(point, (point.0 + 1, point.1 + 1), 0.0, (color, None));
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Recorded {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        is_filled: bool,
    ) -> Recorded {
        self.rectangle(from, to, 0.0, (style.color(), (!is_filled).then(|| style.stroke_width())));
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        let points: Vec<(f64, f64)> = path.into_iter().map(|p| self.point(p)).collect();
        if points.len() > 1 {
            let width = f64::from(style.stroke_width()) / UNITS_PER_POINT;
            self.shapes.push(Shape::Line { points, colour: colour(style.color()), width });
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        is_filled: bool,
    ) -> Recorded {
        let r = radius as i32;
        let round = f64::from(radius) / UNITS_PER_POINT;
        let stroke = (!is_filled).then(|| style.stroke_width());
        self.rectangle((x - r, y - r), (x + r, y + r), round, (style.color(), stroke));
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Recorded {
        let points = path.into_iter().map(|p| self.point(p)).collect();
        self.shapes.push(Shape::Polygon { points, fill: colour(style.color()) });
        Ok(())
    }

    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size() / SIZE_SCALE;
        Ok((measure(weight(style), size, text) as u32, size as u32))
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Recorded {
        let (size, weight) = (style.size() / SIZE_SCALE / UNITS_PER_POINT, weight(style));
        let (x, y) = self.point(at);
        let width = measure(weight, size, text);
        let x = match style.anchor().h_pos {
            HPos::Left => x,
            HPos::Center => x - width / 2.0,
            HPos::Right => x - width,
        };
        let y = match style.anchor().v_pos {
            VPos::Top => y + size * TOP_TO_BASELINE,
            VPos::Center => y + size * 0.36,
            VPos::Bottom => y,
        };
        let text = text.to_owned();
        self.shapes.push(Shape::Text { x, y, size, weight, colour: colour(style.color()), text });
        Ok(())
    }
}

fn weight<T: BackendTextStyle>(style: &T) -> Weight {
    if matches!(style.style(), FontStyle::Bold) { Weight::Bold } else { Weight::Regular }
}
