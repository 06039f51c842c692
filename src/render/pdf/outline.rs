//! The outline: bookmarks that nest by their level.

use lopdf::{Document as File, Object, ObjectId, dictionary};

use crate::render::page::{Bookmark, Pages};

/// Adds the outline and gives its root; none without bookmarks.
pub(super) fn add_outline(file: &mut File, pages: &Pages, page_ids: &[ObjectId]) -> Option<ObjectId> {
    let marks = &pages.bookmarks;
    if marks.is_empty() {
        return None;
    }
    let root = file.new_object_id();
    let ids: Vec<ObjectId> = marks.iter().map(|_| file.new_object_id()).collect();
    let parents: Vec<Option<usize>> = (0..marks.len()).map(|at| parent(marks, at)).collect();
    let children = |of: Option<usize>| (0..marks.len()).filter(|at| parents[*at] == of).collect::<Vec<_>>();
    for (at, mark) in marks.iter().enumerate() {
        let siblings = children(parents[at]);
        let place = siblings.iter().position(|s| *s == at).expect("a bookmark is among its parent's children");
        let top = Object::Real((pages.height - mark.y) as f32);
        let target: Vec<Object> = vec![page_ids[mark.page].into(), "XYZ".into(), Object::Null, top, Object::Null];
        let mut item = dictionary! {
            "Title" => lopdf::text_string(&mark.title),
            "Parent" => parents[at].map_or(root, |parent| ids[parent]),
            "Dest" => target,
        };
        if place > 0 {
            item.set("Prev", ids[siblings[place - 1]]);
        }
        if place + 1 < siblings.len() {
            item.set("Next", ids[siblings[place + 1]]);
        }
        let kids = children(Some(at));
        if let (Some(first), Some(last)) = (kids.first(), kids.last()) {
            item.set("First", ids[*first]);
            item.set("Last", ids[*last]);
            item.set("Count", kids.len() as i64);
        }
        file.objects.insert(ids[at], Object::Dictionary(item));
    }
    let top = children(None);
    let (first, last) = (ids[*top.first()?], ids[*top.last()?]);
    let outline = dictionary! { "Type" => "Outlines", "First" => first, "Last" => last, "Count" => marks.len() as i64 };
    file.objects.insert(root, Object::Dictionary(outline));
    Some(root)
}

/// The nearest bookmark before `at` of a lower level.
fn parent(marks: &[Bookmark], at: usize) -> Option<usize> {
    (0..at).rev().find(|before| marks[*before].level < marks[at].level)
}
