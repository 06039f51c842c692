//! Charts as SVG (the web) and PNG (the mail), with the vendored fonts only.

use std::sync::{Arc, OnceLock};

use plotters::prelude::{IntoDrawingArea, SVGBackend};
use resvg::{tiny_skia, usvg};

use crate::render::chart::{ChartSpec, draw};
use crate::render::error::RenderError;
use crate::render::font::fonts;
use crate::report::{Chart, Document};

/// plotters counts in whole numbers: ten to a point keep a curve smooth.
const UNITS_PER_POINT: u32 = 10;
/// A picture keeps its white ground also in a dark mail: its words stay off the edge.
const PICTURE_PADDING: u32 = 7;

/// The chart as an SVG picture of `width` × `height` points.
pub fn chart_svg(document: &Document, chart: &Chart, width: u32, height: u32) -> Result<String, RenderError> {
    draw_svg(document, chart, (width, height), 0)
}

fn draw_svg(
    document: &Document,
    chart: &Chart,
    (width, height): (u32, u32),
    padding: u32,
) -> Result<String, RenderError> {
    let mut svg = String::new();
    let size = (width * UNITS_PER_POINT, height * UNITS_PER_POINT);
    let padding = padding * UNITS_PER_POINT;
    {
        let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        let inside = area.margin(padding, padding, padding, padding);
        let failed = |reason: String| RenderError::Chart { chart: chart.id.clone(), reason };
        let spec = ChartSpec::new(document, chart);
        draw(&spec, &inside, f64::from(UNITS_PER_POINT)).map_err(|e| failed(e.to_string()))?;
        area.present().map_err(|e| failed(e.to_string()))?;
    }
    let drawn = format!("width=\"{}\" height=\"{}\"", size.0, size.1);
    Ok(svg.replacen(&drawn, &format!("width=\"{width}\" height=\"{height}\""), 1))
}

/// The chart as a PNG picture of `width` × `height` points, each `zoom` pixels.
pub(crate) fn chart_png(
    document: &Document,
    chart: &Chart,
    size: (u32, u32),
    zoom: f32,
) -> Result<Vec<u8>, RenderError> {
    let svg = draw_svg(document, chart, size, PICTURE_PADDING)?;
    let failed = |reason: String| RenderError::Chart { chart: chart.id.clone(), reason };
    let options = usvg::Options { fontdb: font_database(), font_family: "Noto Sans".to_owned(), ..Default::default() };
    let tree = usvg::Tree::from_str(&svg, &options).map_err(|e| failed(e.to_string()))?;
    let mut picture = tiny_skia::Pixmap::new((size.0 as f32 * zoom) as u32, (size.1 as f32 * zoom) as u32)
        .ok_or_else(|| failed("a picture without a size".to_owned()))?;
    picture.fill(tiny_skia::Color::WHITE);
    resvg::render(&tree, tiny_skia::Transform::from_scale(zoom, zoom), &mut picture.as_mut());
    picture.encode_png().map_err(|e| failed(e.to_string()))
}

/// The vendored fonts as resvg wants them, read once a process.
fn font_database() -> Arc<usvg::fontdb::Database> {
    static DATABASE: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut database = usvg::fontdb::Database::new();
        for font in fonts() {
            database.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font.bytes)));
        }
        database.set_sans_serif_family("Noto Sans");
        Arc::new(database)
    };
    Arc::clone(DATABASE.get_or_init(load))
}
