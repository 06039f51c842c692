//! Pages: a document with a place for everything, still without a file format.
//!
//! In: a document and its stamp. Out: a draw list (every text, box and stroke in points from the top left),
//! the structure a screen reader walks, and the bookmarks. [`draw_list`] writes it as text, for comparison.
//!
//! Nothing is clipped, no heading stands alone at a page's foot, tables repeat their heads. Everything is placed twice:
//! a rehearsal finds the page breaks, then pictures grow into what it left blank.

mod card;
mod flow;
mod frame;
mod guide;
mod item;
mod list;
mod plan;
mod prose;
mod recorder;
mod sheet;
mod table;

pub use flow::lay_out;
pub(super) use item::{Bookmark, Kid, Mark, Node, Shape};
pub use item::{Page, Pages};
pub use list::draw_list;
pub(super) use recorder::{Frame, record};
