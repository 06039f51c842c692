//! The draw list as text: what a test compares and a reviewer reads.

use std::fmt::Write;

use crate::render::font::Weight;
use crate::render::page::{Mark, Pages, Shape};
use crate::report::Colour;

/// Every page, mark and shape, one a line.
pub fn draw_list(pages: &Pages) -> String {
    let mut list = String::new();
    for (at, page) in pages.pages.iter().enumerate() {
        line(&mut list, format_args!("page {} · {:.2} × {:.2}", at + 1, pages.width, pages.height));
        for (mark, shapes) in &page.marks {
            match mark {
                Mark::Artifact => line(&mut list, format_args!("  artifact")),
                Mark::Node(node) => {
                    let node = &pages.nodes[*node];
                    let alt = node.alt.as_ref().map(|alt| format!(" “{alt}”")).unwrap_or_default();
                    line(&mut list, format_args!("  {}{alt}", node.role));
                }
            }
            for shape in shapes {
                line(&mut list, format_args!("    {}", describe(shape)));
            }
        }
    }
    for bookmark in &pages.bookmarks {
        let indent = "  ".repeat(bookmark.level + 1);
        line(&mut list, format_args!("bookmark{indent}{} → page {}", bookmark.title, bookmark.page + 1));
    }
    list
}

fn line(list: &mut String, text: std::fmt::Arguments<'_>) {
    writeln!(list, "{text}").expect("a string takes every line");
}

fn describe(shape: &Shape) -> String {
    let path =
        |points: &[(f64, f64)]| points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
    match shape {
        Shape::Box { x, y, width, height, radius, fill, stroke } => {
            let fill = fill.map(|c: Colour| format!(" fill {}", c.hex())).unwrap_or_default();
            let stroke = stroke.map(|(c, w)| format!(" stroke {} {w:.1}", c.hex())).unwrap_or_default();
            format!("box {x:.1},{y:.1} {width:.1} × {height:.1} round {radius:.1}{fill}{stroke}")
        }
        Shape::Polygon { points, fill } => format!("polygon {} {}", fill.hex(), path(points)),
        Shape::Line { points, colour, width } => format!("line {} {width:.1} {}", colour.hex(), path(points)),
        Shape::Text { x, y, size, weight, colour, text } => {
            let bold = if *weight == Weight::Bold { " bold" } else { "" };
            format!("text {x:.1},{y:.1} {size:.1}{bold} {} {text}", colour.hex())
        }
        Shape::Image { x, y, width, height, picture } => {
            let pixels = format!("{} × {} pixels", picture.width, picture.height);
            format!("image {x:.1},{y:.1} {width:.1} × {height:.1} {pixels}")
        }
        Shape::Link { x, y, width, height, url } => format!("link {x:.1},{y:.1} {width:.1} × {height:.1} {url}"),
    }
}
