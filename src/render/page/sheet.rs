//! The sheet being filled: a cursor, the pages so far, the structure that is open.

use crate::render::font::{Weight, measure};
use crate::render::page::plan::{PictureRow, Plan, Slack};
use crate::render::page::{Bookmark, Kid, Mark, Node, Page, Pages, Shape};
use crate::report::{Colour, Layout, Orientation, Paper};

/// The blank border left and right.
pub(super) const MARGIN: f64 = 42.0;
/// The height a page's foot takes.
pub(super) const FOOT: f64 = 52.0;
/// Where content begins below a running head.
const HEAD: f64 = 62.0;
/// The space between cards.
pub(super) const GAP: f64 = 10.0;

/// The sheet being filled.
pub(super) struct Sheet {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Where the next thing begins on the current page.
    pub(super) y: f64,
    pages: Vec<Page>,
    nodes: Vec<Node>,
    open: Vec<usize>,
    bookmarks: Vec<Bookmark>,
    plan: Plan,
    /// A rehearsal finds out where things stand and draws nothing.
    is_rehearsal: bool,
    rows: Vec<PictureRow>,
    slacks: Vec<Slack>,
    notes_page: Option<usize>,
}

/// Where a text begins, ends or centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub size: f64,
    pub weight: Weight,
    pub colour: Colour,
}

impl Style {
    pub(super) const fn regular(size: f64, colour: Colour) -> Self {
        Self { size, weight: Weight::Regular, colour }
    }

    pub(super) const fn bold(size: f64, colour: Colour) -> Self {
        Self { size, weight: Weight::Bold, colour }
    }

    pub(super) fn width(&self, text: &str) -> f64 {
        measure(self.weight, self.size, text)
    }
}

/// Shapes of one mark.
#[derive(Debug, Default)]
pub(super) struct Ink(pub(super) Vec<Shape>);

impl Ink {
    /// A text on the baseline `y`, from or up to `x`.
    pub(super) fn text(&mut self, (x, y): (f64, f64), align: Align, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        let x = if align == Align::Right { x - style.width(text) } else { x };
        let Style { size, weight, colour } = style;
        self.0.push(Shape::Text { x, y, size, weight, colour, text: text.to_owned() });
    }

    /// A filled rectangle.
    pub(super) fn fill(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: Colour) {
        self.0.push(Shape::Box { x, y, width, height, radius: 0.0, fill: Some(colour), stroke: None });
    }

    /// A rectangle with round corners and a fine border.
    pub(super) fn card(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), fill: Colour, border: Colour) {
        self.0.push(Shape::Box { x, y, width, height, radius: 6.0, fill: Some(fill), stroke: Some((border, 0.8)) });
    }

    /// A level rule.
    pub(super) fn rule(&mut self, (x, y): (f64, f64), width: f64, colour: Colour, thickness: f64) {
        self.0.push(Shape::Line { points: vec![(x, y), (x + width, y)], colour, width: thickness });
    }
}

impl Sheet {
    /// A sheet that finds out where things stand when pictures take the `pace`-th part of their height.
    pub(super) fn rehearsal(layout: Layout, pace: f64) -> Self {
        Self { is_rehearsal: true, ..Self::new(layout, Plan::rehearsal(pace)) }
    }

    /// An empty sheet with its first page.
    pub(super) fn new(layout: Layout, plan: Plan) -> Self {
        let (short, long) = match layout.paper {
            Paper::A4 => (595.276, 841.89),
            Paper::Letter => (612.0, 792.0),
        };
        let (width, height) = match layout.orientation {
            Orientation::Portrait => (short, long),
            Orientation::Landscape => (long, short),
        };
        Self {
            width,
            height,
            y: HEAD,
            pages: vec![Page::default()],
            nodes: vec![Node { role: "Document", alt: None, parent: None, kids: Vec::new() }],
            open: vec![0],
            bookmarks: Vec::new(),
            plan,
            is_rehearsal: false,
            rows: Vec::new(),
            slacks: Vec::new(),
            notes_page: None,
        }
    }

    /// The part of their natural height that pictures and rows take.
    pub(super) fn pace(&self) -> f64 {
        self.plan.pace
    }

    /// Whether nothing is to be drawn.
    pub(super) fn is_rehearsal(&self) -> bool {
        self.is_rehearsal
    }

    /// The height of a page between head and foot.
    pub(super) fn body_height(&self) -> f64 {
        self.height - FOOT - HEAD
    }

    /// The width between the margins.
    pub(super) fn content_width(&self) -> f64 {
        self.width - 2.0 * MARGIN
    }

    /// The height left on this page.
    pub(super) fn room(&self) -> f64 {
        self.height - FOOT - self.y
    }

    /// Begins a new page unless `height` fits on this one.
    pub(super) fn ensure(&mut self, height: f64) {
        if self.room() < height {
            self.new_page();
        }
    }

    /// Begins a new page, unless this one is still blank.
    pub(super) fn new_page(&mut self) {
        self.leave_page(false);
    }

    /// Begins a new page because a section asks for it; the blank it leaves is meant.
    pub(super) fn break_page(&mut self) {
        self.leave_page(true);
    }

    fn leave_page(&mut self, is_meant: bool) {
        let is_blank = self.pages.last().is_some_and(|page| page.marks.is_empty());
        if !is_blank {
            self.slacks.push(Slack { room: self.room() + GAP, is_meant });
            self.pages.push(Page::default());
        }
        self.y = HEAD;
    }

    /// Makes room for a row of pictures and gives its height: lower where that keeps it on the page, higher where the
    /// page has room to spare.
    pub(super) fn ensure_pictures(&mut self, natural: f64, is_flexible: bool) -> f64 {
        /// Lower than this it goes to the next page.
        const LOWEST: f64 = 0.8;
        let natural = if is_flexible { natural * self.plan.pace } else { natural };
        let room = self.room();
        let height = if is_flexible && room < natural && room >= natural * LOWEST {
            room
        } else {
            self.ensure(natural);
            natural
        };
        let stretch = self.plan.stretches.get(self.rows.len()).copied().unwrap_or(0.0);
        self.rows.push(PictureRow { page: self.pages.len() - 1, height: if is_flexible { height } else { 0.0 } });
        height + stretch
    }

    /// Remembers that the notes on the data begin here.
    pub(super) fn mark_notes(&mut self) {
        self.notes_page = Some(self.pages.len() - 1);
    }

    /// Where the notes on the data stand, as the rehearsal found.
    pub(super) fn notes_page(&self) -> Option<usize> {
        self.plan.notes_page
    }

    /// How much of the last page is filled, from 0 to 1.
    pub(super) fn last_fill(&self) -> f64 {
        (self.y - HEAD) / self.body_height()
    }

    /// What a rehearsal found out.
    pub(super) fn plan(&self) -> Plan {
        Plan::stretched(self.plan.pace, &self.rows, &self.slacks, self.notes_page)
    }

    /// Opens a structure node inside the one that is open.
    pub(super) fn open(&mut self, role: &'static str, alt: Option<String>) {
        if self.is_rehearsal {
            return;
        }
        let parent = *self.open.last().expect("the document node is always open");
        let node = self.nodes.len();
        self.nodes.push(Node { role, alt, parent: Some(parent), kids: Vec::new() });
        self.nodes[parent].kids.push(Kid::Node(node));
        self.open.push(node);
    }

    /// Closes the node opened last.
    pub(super) fn close(&mut self) {
        if !self.is_rehearsal {
            self.open.pop();
        }
    }

    /// Draws what belongs to the open node.
    pub(super) fn tagged(&mut self, draw: impl FnOnce(&mut Ink)) {
        let node = *self.open.last().expect("the document node is always open");
        let page = self.pages.len() - 1;
        if self.is_rehearsal {
            self.pages[page].marks.push((Mark::Node(node), Vec::new()));
            return;
        }
        let mut ink = Ink::default();
        draw(&mut ink);
        let number = self.pages[page].marks.iter().filter(|(mark, _)| *mark != Mark::Artifact).count();
        self.nodes[node].kids.push(Kid::Content { page, number });
        self.pages[page].marks.push((Mark::Node(node), ink.0));
    }

    /// A whole node with one mark.
    pub(super) fn element(&mut self, role: &'static str, draw: impl FnOnce(&mut Ink)) {
        self.open(role, None);
        self.tagged(draw);
        self.close();
    }

    /// Draws what only the eye needs, on the current page.
    pub(super) fn artifact(&mut self, draw: impl FnOnce(&mut Ink)) {
        self.artifact_on(self.pages.len() - 1, draw);
    }

    /// Draws what only the eye needs, on any page.
    pub(super) fn artifact_on(&mut self, page: usize, draw: impl FnOnce(&mut Ink)) {
        let mut ink = Ink::default();
        if !self.is_rehearsal {
            draw(&mut ink);
        }
        self.pages[page].marks.push((Mark::Artifact, ink.0));
    }

    /// Adds a line of the outline that leads to the cursor.
    pub(super) fn bookmark(&mut self, level: usize, title: &str) {
        let (page, y) = (self.pages.len() - 1, (self.y - 8.0).max(0.0));
        self.bookmarks.push(Bookmark { title: title.to_owned(), level, page, y });
    }

    /// How many pages there are so far.
    pub(super) fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The filled pages.
    pub(super) fn finish(self) -> Pages {
        let Sheet { width, height, pages, nodes, bookmarks, .. } = self;
        Pages { width, height, pages, nodes, bookmarks }
    }
}
