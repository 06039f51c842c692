//! Charts as SVG (the web) and PNG (the mail).

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use crate::render::chart::raster::paint;
use crate::render::chart::{ChartSpec, draw};
use crate::render::error::RenderError;
use crate::render::page::{Frame, record};
use crate::report::{Chart, Document};

/// plotters counts in whole numbers: ten to a point keep a curve smooth.
const UNITS_PER_POINT: u32 = 10;
/// A picture keeps its white ground also in a dark mail: its words stay off the edge.
const PICTURE_PADDING: f64 = 7.0;

/// The chart as an SVG picture of `width` × `height` points.
pub fn chart_svg(document: &Document, chart: &Chart, width: u32, height: u32) -> Result<String, RenderError> {
    let mut svg = String::new();
    let size = (width * UNITS_PER_POINT, height * UNITS_PER_POINT);
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let failed = |reason: String| RenderError::Chart { chart: chart.id.clone(), reason };
        let spec = ChartSpec::new(document, chart);
        draw(&spec, &area, f64::from(UNITS_PER_POINT)).map_err(|e| failed(e.to_string()))?;
        area.present().map_err(|e| failed(e.to_string()))?;
    }
    let drawn = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    Ok(svg.replacen(&drawn, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

/// The chart as a PNG picture of `width` × `height` points, each `zoom` pixels.
pub(crate) fn chart_png(
    document: &Document,
    chart: &Chart,
    (width, height): (u32, u32),
    zoom: f32,
) -> Result<Vec<u8>, RenderError> {
    let failed = |reason: String| RenderError::Chart { chart: chart.id.clone(), reason };
    let size = (f64::from(width), f64::from(height));
    let frame = Frame {
        x: PICTURE_PADDING,
        y: PICTURE_PADDING,
        width: size.0 - 2.0 * PICTURE_PADDING,
        height: size.1 - 2.0 * PICTURE_PADDING,
    };
    let shapes = record(&ChartSpec::new(document, chart), frame)?;
    let picture = paint(&shapes, size, zoom).ok_or_else(|| failed("a picture without a size".to_owned()))?;
    picture.encode_png().map_err(|e| failed(e.to_string()))
}
