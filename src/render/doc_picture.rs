//! The pictures of `docs/`: the first page of the weekly report, and every kind of section as a page shows it.
//! `VESPER_BLESS=1` paints them anew.

use std::path::Path;

use resvg::tiny_skia::Pixmap;

use super::chart::paint;
use super::gallery::gallery;
use super::page::{Pages, Shape, lay_out};
use crate::render::Stamp;
use crate::report::fixture::{Size, document};
use crate::report::{Chart, ChartKind, Document, Locale, Section};

const ZOOM: f32 = 1.5;
/// What is left around a section.
const BORDER: f64 = 6.0;

fn stamp() -> Stamp {
    Stamp { generated_at: "2026-11-23T06:00:00Z".parse().expect("an instant") }
}

fn chart_name(chart: &Chart) -> &'static str {
    match chart.kind {
        ChartKind::Line => "line",
        ChartKind::Area => "area",
        ChartKind::Bar => "bar",
        ChartKind::StackedBar => "stacked-bar",
        ChartKind::HorizontalBar => "horizontal-bar",
        ChartKind::Donut => "donut",
        ChartKind::Pie => "pie",
        ChartKind::Funnel => "funnel",
        ChartKind::Heatmap => "heatmap",
        ChartKind::Scatter => "scatter",
        ChartKind::Gauge => "gauge",
        ChartKind::Sparkline => "sparkline",
        ChartKind::Waterfall => "waterfall",
    }
}

/// Every kind of section, each with the name of its picture.
fn sections() -> Vec<(String, Section)> {
    let name = |section: &Section| match section {
        Section::Kpis(_) => Some("kpis".to_owned()),
        Section::Text(_) => Some("text".to_owned()),
        Section::Table(_) => Some("table".to_owned()),
        Section::Chart(chart) => Some(format!("chart-{}", chart_name(chart))),
        Section::PageBreak | Section::Appendix { .. } => None,
    };
    let sections = gallery(Size::Plausible, Locale::En).sections.into_iter();
    let mut named: Vec<(String, Section)> = sections.filter_map(|s| Some((name(&s)?, s))).collect();
    for (_, section) in &mut named {
        if let Section::Table(table) = section {
            table.limit = 6;
        }
    }
    named
}

/// The part of the first page between a section's bookmark and the guide's, moved to the picture's corner.
fn cut_section(pages: &Pages) -> (Vec<Shape>, (f64, f64)) {
    let (first, last) = (pages.bookmarks[1].y, pages.bookmarks.last().expect("the guide has a bookmark").y);
    let (left, top) = (42.0 - BORDER, first + 8.0 - BORDER);
    let is_within = |y: f64| y >= first && y <= last + 8.0;
    let moved = |points: &[(f64, f64)]| points.iter().map(|(x, y)| (x - left, y - top)).collect::<Vec<_>>();
    let shapes = pages.pages[0].marks.iter().flat_map(|(_, shapes)| shapes);
    let shapes = shapes.filter_map(|shape| match shape.clone() {
        Shape::Box { x, y, width, height, radius, fill, stroke } if is_within(y) => {
            Some(Shape::Box { x: x - left, y: y - top, width, height, radius, fill, stroke })
        }
        Shape::Text { x, y, size, weight, colour, text } if is_within(y) => {
            Some(Shape::Text { x: x - left, y: y - top, size, weight, colour, text })
        }
        Shape::Polygon { points, fill } if points.iter().all(|p| is_within(p.1)) => {
            Some(Shape::Polygon { points: moved(&points), fill })
        }
        Shape::Line { points, colour, width } if points.iter().all(|p| is_within(p.1)) => {
            Some(Shape::Line { points: moved(&points), colour, width })
        }
        _ => None,
    });
    (shapes.collect(), (pages.width - 2.0 * left, last + 8.0 - top - BORDER))
}

fn draw_section(section: Section) -> Pixmap {
    let sections = vec![section];
    let document = Document { sections, warnings: Vec::new(), ..document() };
    let (shapes, size) = cut_section(&lay_out(&document, stamp()).expect("pages"));
    paint(&shapes, size, ZOOM).expect("a section has a size")
}

fn draw_first_page() -> Pixmap {
    let pages = lay_out(&document(), stamp()).expect("pages");
    let shapes: Vec<Shape> = pages.pages[0].marks.iter().flat_map(|(_, shapes)| shapes).cloned().collect();
    paint(&shapes, (pages.width, pages.height), ZOOM).expect("a page has a size")
}

/// The part of the pixels that differ visibly.
fn difference(found: &Pixmap, expected: &Pixmap) -> f64 {
    const VISIBLE: u8 = 24;
    if (found.width(), found.height()) != (expected.width(), expected.height()) {
        return 1.0;
    }
    let differs = |(a, b): (&u8, &u8)| a.abs_diff(*b) > VISIBLE;
    let count = found.data().iter().zip(expected.data()).filter(|pair| differs(*pair)).count();
    count as f64 / found.data().len() as f64
}

#[test]
fn the_pictures_of_the_docs_show_every_section_as_it_is_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/reports.md")).expect("docs/reports.md");
    let mut pictures: Vec<(String, Pixmap)> =
        sections().into_iter().map(|(name, section)| (name, draw_section(section))).collect();
    assert_eq!(pictures.len(), 16, "tiles, words, a table and thirteen charts");
    for (name, _) in &pictures {
        assert!(text.contains(&format!("images/{name}.png")), "docs/reports.md does not show {name}");
    }
    pictures.push(("executive-weekly".to_owned(), draw_first_page()));
    for (name, picture) in pictures {
        let path = root.join(format!("docs/images/{name}.png"));
        if std::env::var_os("VESPER_BLESS").is_some() {
            picture.save_png(&path).expect("docs/images can be written");
        }
        let expected = Pixmap::load_png(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let part = difference(&picture, &expected);
        assert!(part < 0.002, "docs/images/{name}.png is another picture ({part:.4}); VESPER_BLESS=1 paints it anew");
    }
}
