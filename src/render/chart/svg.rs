//! Charts as SVG (the web) and PNG (the mail), both from the shapes of the page.

use std::fmt::{Arguments, Write};

use crate::render::chart::ChartSpec;
use crate::render::chart::raster::{encode, paint};
use crate::render::error::RenderError;
use crate::render::font::{Weight, measure};
use crate::render::markup::escape;
use crate::render::page::{Frame, Shape, record};
use crate::report::{Chart, Document};

/// A picture keeps its white ground also in a dark mail: its words stay off the edge.
const PICTURE_PADDING: f64 = 7.0;

/// The chart as an SVG picture of `width` × `height` points.
pub fn chart_svg(document: &Document, chart: &Chart, width: u32, height: u32) -> Result<String, RenderError> {
    let frame = Frame { x: 0.0, y: 0.0, width: f64::from(width), height: f64::from(height) };
    let font = document.theme.fonts.as_ref().map(|fonts| format!("'{}',", fonts.regular.family())).unwrap_or_default();
    let mut svg = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\" font-family=\"{font}'Noto Sans','Hiragino Sans','Yu Gothic UI','Microsoft YaHei','Noto Sans CJK JP',sans-serif\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\">\n"
    );
    for shape in record(&ChartSpec::new(document, chart), frame)? {
        write_shape(&mut svg, &shape);
    }
    svg.push_str("</svg>\n");
    Ok(svg)
}

fn line(svg: &mut String, text: Arguments<'_>) {
    writeln!(svg, "{text}").expect("a string takes every line");
}

fn write_shape(svg: &mut String, shape: &Shape) {
    let path =
        |points: &[(f64, f64)]| points.iter().map(|(x, y)| format!("{x:.2},{y:.2}")).collect::<Vec<_>>().join(" ");
    match shape {
        Shape::Box { x, y, width, height, radius, fill, stroke } => {
            let fill = fill.map_or("none".to_owned(), |colour| colour.hex());
            let stroke = stroke
                .map(|(colour, width)| format!(" stroke=\"{}\" stroke-width=\"{width:.2}\"", colour.hex()))
                .unwrap_or_default();
            line(
                svg,
                format_args!(
                    "<rect x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" rx=\"{radius:.2}\" \
                     fill=\"{fill}\"{stroke}/>"
                ),
            );
        }
        Shape::Polygon { points, fill } => {
            line(svg, format_args!("<polygon points=\"{}\" fill=\"{}\"/>", path(points), fill.hex()));
        }
        Shape::Line { points, colour, width } => line(
            svg,
            format_args!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width:.2}\"/>",
                path(points),
                colour.hex()
            ),
        ),
        Shape::Text { x, y, size, weight, colour, text } => {
            let bold = if *weight == Weight::Bold { " font-weight=\"bold\"" } else { "" };
            // Another font of the reader's is set as wide as the vendored one, for which the words were given room.
            let width = measure(*weight, *size, text);
            line(
                svg,
                format_args!(
                    "<text x=\"{x:.2}\" y=\"{y:.2}\" font-size=\"{size:.2}\"{bold} fill=\"{}\" \
                     textLength=\"{width:.2}\" lengthAdjust=\"spacingAndGlyphs\">{}</text>",
                    colour.hex(),
                    escape(text)
                ),
            );
        }
        Shape::Link { .. } | Shape::Image { .. } => {}
    }
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
    encode(&picture).map_err(|e| failed(e.to_string()))
}
