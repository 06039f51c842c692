//! A draw list as pixels: the charts of mails, painted straight from the shapes of the page.
//!
//! No text engine stands between: glyphs are the vendored fonts' own outlines, placed by the same advances that the
//! layout measured with, so that a picture looks as the page does and costs a few milliseconds.

use std::collections::HashMap;

use resvg::tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, Path, PathBuilder, Pixmap, PixmapMut, Rect, Stroke, Transform,
};
use ttf_parser::OutlineBuilder;

use crate::render::font::{Letter, Weight, letter, with_font};
use crate::render::page::Shape;
use crate::report::Colour;

/// The control distance that makes a Bézier curve a quarter circle.
const ROUND: f32 = 0.5523;

/// Paints `shapes` on white; `zoom` is pixels a point. `None` for a picture without a size.
pub(in crate::render) fn paint(shapes: &[Shape], (width, height): (f64, f64), zoom: f32) -> Option<Pixmap> {
    let mut pixmap = Pixmap::new((width as f32 * zoom) as u32, (height as f32 * zoom) as u32)?;
    pixmap.fill(Color::WHITE);
    let mut painter = Painter { at: Transform::from_scale(zoom, zoom), glyphs: HashMap::new() };
    for shape in shapes {
        painter.shape(&mut pixmap.as_mut(), shape);
    }
    Some(pixmap)
}

/// A picture as PNG: one byte a pixel where 256 colours are enough, as they are for most charts, else three. Flat colours
/// pack best without a filter.
pub(super) fn encode(picture: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, picture.width(), picture.height());
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    let pixels = match indexed(picture) {
        Some((palette, pixels)) => {
            encoder.set_color(png::ColorType::Indexed);
            encoder.set_palette(palette);
            pixels
        }
        None => {
            encoder.set_color(png::ColorType::Rgb);
            opaque(picture)
        }
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// The colours of a picture in the order they appear, and the number of each pixel's; `None` where they are too many.
fn indexed(picture: &Pixmap) -> Option<(Vec<u8>, Vec<u8>)> {
    let width = picture.width() as usize;
    let (mut numbers, mut palette) = (HashMap::new(), Vec::new());
    let mut pixels = Vec::with_capacity(picture.data().len() / 4);
    let mut above: &[u8] = &[];
    for row in picture.data().chunks_exact(4 * width) {
        // Charts are mostly ground: rows repeat, and in a row a colour does.
        if row == above {
            pixels.extend_from_within(pixels.len() - width..);
            continue;
        }
        above = row;
        for run in row.as_chunks::<4>().0.chunk_by(|left, right| left == right) {
            let number = *numbers.entry(run[0]).or_insert_with(|| {
                palette.extend(&run[0][..3]);
                palette.len() / 3 - 1
            });
            pixels.resize(pixels.len() + run.len(), u8::try_from(number).ok()?);
        }
    }
    Some((palette, pixels))
}

/// Three bytes a pixel: the ground is white, nothing shines through.
fn opaque(picture: &Pixmap) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(picture.data().len() / 4 * 3);
    picture.data().chunks_exact(4).for_each(|pixel| pixels.extend_from_slice(&pixel[..3]));
    pixels
}

struct Painter {
    at: Transform,
    /// Outlines and how many of their units are an em, by font and glyph.
    glyphs: HashMap<(usize, u16), Option<(Path, f32)>>,
}

fn paint_of(colour: Colour) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour.0, colour.1, colour.2, 255);
    paint.anti_alias = true;
    paint
}

impl Painter {
    fn shape(&mut self, pixmap: &mut PixmapMut<'_>, shape: &Shape) {
        match shape {
            Shape::Box { x, y, width, height, radius, fill, stroke } => {
                let frame = (*x as f32, *y as f32, *width as f32, *height as f32);
                let Some(path) = box_path(frame, *radius as f32) else { return };
                if let Some(fill) = fill {
                    pixmap.fill_path(&path, &paint_of(*fill), FillRule::Winding, self.at, None);
                }
                if let Some((colour, width)) = stroke {
                    self.stroke(pixmap, &path, *colour, *width);
                }
            }
            Shape::Polygon { points, fill } => {
                if let Some(path) = line_path(points, true) {
                    pixmap.fill_path(&path, &paint_of(*fill), FillRule::Winding, self.at, None);
                }
            }
            Shape::Line { points, colour, width } => {
                if let Some(path) = line_path(points, false) {
                    self.stroke(pixmap, &path, *colour, *width);
                }
            }
            Shape::Text { x, y, size, weight, colour, text } => {
                self.text(pixmap, (*x, *y), (*size, *weight), *colour, text);
            }
            Shape::Link { .. } | Shape::Image { .. } => {}
        }
    }

    fn stroke(&self, pixmap: &mut PixmapMut<'_>, path: &Path, colour: Colour, width: f64) {
        let (line_cap, line_join) = (LineCap::Round, LineJoin::Round);
        let stroke = Stroke { width: width as f32, line_cap, line_join, ..Stroke::default() };
        pixmap.stroke_path(path, &paint_of(colour), &stroke, self.at, None);
    }

    fn text(
        &mut self,
        pixmap: &mut PixmapMut<'_>,
        (mut x, y): (f64, f64),
        (size, weight): (f64, Weight),
        colour: Colour,
        text: &str,
    ) {
        let paint = paint_of(colour);
        for character in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
            let Letter { font, glyph, advance, .. } = letter(weight, character);
            let outline = self.glyphs.entry((font, glyph.0)).or_insert_with(|| {
                with_font(font, |font| {
                    let mut outline = Outline(PathBuilder::new());
                    font.face.outline_glyph(glyph, &mut outline)?;
                    Some((outline.0.finish()?, f32::from(font.face.units_per_em())))
                })
            });
            if let Some((outline, units)) = outline {
                let scale = size as f32 / *units;
                let place = self.at.pre_translate(x as f32, y as f32).pre_scale(scale, -scale);
                pixmap.fill_path(outline, &paint, FillRule::Winding, place, None);
            }
            x += advance * size;
        }
    }
}

fn line_path(points: &[(f64, f64)], is_closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::with_capacity(points.len() + 1, points.len());
    for (at, (x, y)) in points.iter().enumerate() {
        match at {
            0 => builder.move_to(*x as f32, *y as f32),
            _ => builder.line_to(*x as f32, *y as f32),
        }
    }
    if is_closed {
        builder.close();
    }
    builder.finish()
}

fn box_path((x, y, w, h): (f32, f32, f32, f32), radius: f32) -> Option<Path> {
    let r = radius.min(w / 2.0).min(h / 2.0);
    if r <= 0.0 {
        return Some(PathBuilder::from_rect(Rect::from_xywh(x, y, w, h)?));
    }
    let c = r - r * ROUND;
    let mut path = PathBuilder::new();
    path.move_to(x + r, y);
    path.line_to(x + w - r, y);
    path.cubic_to(x + w - c, y, x + w, y + c, x + w, y + r);
    path.line_to(x + w, y + h - r);
    path.cubic_to(x + w, y + h - c, x + w - c, y + h, x + w - r, y + h);
    path.line_to(x + r, y + h);
    path.cubic_to(x + c, y + h, x, y + h - c, x, y + h - r);
    path.line_to(x, y + r);
    path.cubic_to(x, y + c, x + c, y, x + r, y);
    path.close();
    path.finish()
}

/// A glyph's outline as a path.
struct Outline(PathBuilder);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose pixels have each a colour of its own.
    fn coloured(count: u32) -> Pixmap {
        let mut picture = Pixmap::new(count, 1).expect("a picture");
        for (pixel, number) in picture.data_mut().chunks_exact_mut(4).zip(0u32..) {
            pixel.copy_from_slice(&[(number % 251) as u8, (number / 251) as u8, 77, 255]);
        }
        picture
    }

    #[test]
    fn a_picture_of_few_colours_and_one_of_many_are_read_back_pixel_by_pixel() {
        for (count, kind) in [(1, png::ColorType::Indexed), (256, png::ColorType::Indexed), (257, png::ColorType::Rgb)]
        {
            let picture = coloured(count);
            let bytes = encode(&picture).expect("a PNG");
            let header = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().expect("a PNG").info().color_type;
            assert_eq!(header, kind, "{count} colours");
            assert_eq!(Pixmap::decode_png(&bytes).expect("a PNG"), picture, "{count} colours");
        }
    }
}
