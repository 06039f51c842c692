//! What stands on a page, and what it means to a screen reader.

use crate::render::font::Weight;
use crate::render::logo::Picture;
use crate::report::Colour;

/// A laid-out document.
#[derive(Debug, Clone, PartialEq)]
pub struct Pages {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) pages: Vec<Page>,
    /// The structure tree; the first node is the whole document.
    pub(crate) nodes: Vec<Node>,
    pub(crate) bookmarks: Vec<Bookmark>,
}

/// One page: marks in drawing order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub(crate) marks: Vec<(Mark, Vec<Shape>)>,
}

/// Whom a mark speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Only the eye: grounds, rules, repeated heads, page numbers.
    Artifact,
    /// A node of the structure tree.
    Node(usize),
}

/// A node of the structure tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// PDF's standard role: `H1`, `P`, `Figure`, `TD` …
    pub role: &'static str,
    /// Words for what is not text.
    pub alt: Option<String>,
    pub parent: Option<usize>,
    pub kids: Vec<Kid>,
}

/// What a node holds, in reading order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kid {
    Node(usize),
    /// The n-th tagged mark of a page.
    Content {
        page: usize,
        number: usize,
    },
}

/// A line of the outline.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bookmark {
    pub title: String,
    pub level: usize,
    pub page: usize,
    pub y: f64,
}

/// One thing drawn; points from the top left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A rectangle, its corners round where `radius` is not zero.
    Box { x: f64, y: f64, width: f64, height: f64, radius: f64, fill: Option<Colour>, stroke: Option<(Colour, f64)> },
    /// A filled polygon.
    Polygon { points: Vec<(f64, f64)>, fill: Colour },
    /// A stroke through points.
    Line { points: Vec<(f64, f64)>, colour: Colour, width: f64 },
    /// A text from `x` on the baseline `y`.
    Text { x: f64, y: f64, size: f64, weight: Weight, colour: Colour, text: String },
    /// A picture.
    Image { x: f64, y: f64, width: f64, height: f64, picture: Picture },
    /// A place that leads elsewhere.
    Link { x: f64, y: f64, width: f64, height: f64, url: String },
}
