//! The house's picture as pixels: the same on pages, in mails, in workbooks and on the web.

use std::sync::{Arc, OnceLock};

use resvg::{tiny_skia, usvg};

use crate::render::error::RenderError;
use crate::render::font::fonts;
use crate::report::{Document, Logo, LogoKind};

/// Pixels of the higher side: sharp at 40 points in print.
const PIXELS_HIGH: f32 = 240.0;
/// A wider picture is a banner, and shown lower.
const PIXELS_WIDE_MAX: f32 = 720.0;

/// A logo over white, as pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picture {
    pub width: u32,
    pub height: u32,
    /// Red, green, blue, row by row from the top.
    pub pixels: Arc<[u8]>,
    /// The same as a PNG file.
    pub png: Arc<[u8]>,
}

impl Picture {
    /// Its size where it may be `width` wide and `height` high.
    pub(super) fn fit(&self, width: f64, height: f64) -> (f64, f64) {
        let (w, h) = (f64::from(self.width), f64::from(self.height));
        let scale = (width / w).min(height / h);
        (w * scale, h * scale)
    }
}

/// The document's logo, if it has one.
pub(super) fn picture(document: &Document) -> Result<Option<Picture>, RenderError> {
    let draw = |logo| draw(logo).map_err(|reason| RenderError::Logo { report: document.report.clone(), reason });
    document.theme.logo.as_ref().map(draw).transpose()
}

/// Whether a logo can be drawn.
///
/// # Errors
/// Why not, in words.
pub fn check_logo(logo: &Logo) -> Result<(), String> {
    draw(logo).map(drop)
}

fn draw(logo: &Logo) -> Result<Picture, String> {
    let drawn = match logo.kind() {
        LogoKind::Png => tiny_skia::Pixmap::decode_png(logo.bytes()).map_err(|e| e.to_string())?,
        LogoKind::Svg => draw_svg(logo.bytes())?,
    };
    let (width, height) = (drawn.width(), drawn.height());
    // On white: a dark band would swallow dark letters, and not every mail program knows transparency.
    let mut picture = tiny_skia::Pixmap::new(width, height).ok_or("it has no size")?;
    picture.fill(tiny_skia::Color::WHITE);
    let paint = tiny_skia::PixmapPaint::default();
    picture.draw_pixmap(0, 0, drawn.as_ref(), &paint, tiny_skia::Transform::identity(), None);
    let pixels: Vec<u8> = picture.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]).collect();
    let png = picture.encode_png().map_err(|e| e.to_string())?;
    Ok(Picture { width, height, pixels: pixels.into(), png: png.into() })
}

fn draw_svg(bytes: &[u8]) -> Result<tiny_skia::Pixmap, String> {
    // Words in a logo are drawn with the vendored fonts; a font of the machine would make other bytes elsewhere.
    let options = usvg::Options {
        fontdb: font_database(),
        font_family: "Noto Sans".to_owned(),
        // A drawing holds what it shows; it reads no file of this machine.
        image_href_resolver: usvg::ImageHrefResolver {
            resolve_data: usvg::ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Default::default()
    };
    let tree = usvg::Tree::from_data(bytes, &options).map_err(|e| e.to_string())?;
    let size = tree.size();
    let scale = (PIXELS_HIGH / size.height()).min(PIXELS_WIDE_MAX / size.width());
    let pixels = |length: f32| (length * scale).ceil().max(1.0) as u32;
    let mut drawn = tiny_skia::Pixmap::new(pixels(size.width()), pixels(size.height())).ok_or("it has no size")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut drawn.as_mut());
    Ok(drawn)
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

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg' width='20' height='10'><rect width='10' height='10' fill='#f00'/></svg>";

    #[test]
    fn vectors_and_pixels_become_the_same_kind_of_picture_over_white() {
        let drawn = draw(&Logo::read(SVG).expect("an SVG")).expect("a picture");
        assert_eq!((drawn.width, drawn.height), (480, 240));
        assert_eq!((&drawn.pixels[..3], &drawn.pixels[3 * 479..3 * 480]), (&[255, 0, 0][..], &[255, 255, 255][..]));
        let again = draw(&Logo::read(&drawn.png).expect("a PNG")).expect("a picture");
        assert_eq!(again, drawn);
        assert_eq!(drawn.fit(100.0, 40.0), (80.0, 40.0));
        assert_eq!(drawn.fit(60.0, 40.0), (60.0, 30.0));
    }

    #[test]
    fn a_picture_that_is_none_is_told() {
        assert!(draw(&Logo::read(b"<svg").expect("it begins like one")).is_err());
        assert!(
            draw(&Logo::read(b"\x89PNG\r\n\x1a\n____IHDR\0\0\0\x09\0\0\0\x09").expect("it begins like one")).is_err()
        );
    }
}
