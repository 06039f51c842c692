//! Pages of a list. A cursor is bound to what it was made from, so that pages never overlap or leave a row out.

use serde_json::{Value, json};

use crate::http::parameter::Query;
use crate::http::refusal::Refusal;

/// Where a page ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cursor {
    snapshot_id: i64,
    row_count: usize,
    offset: usize,
}

/// One page.
pub(super) struct Page {
    pub(super) rows: Vec<Value>,
    /// The cursor of the next one, if there is one.
    pub(super) next: Option<String>,
    /// What `meta` says of it; nothing when no page was asked for.
    pub(super) meta: Option<Value>,
}

impl Cursor {
    pub(super) fn parse(text: &str) -> Option<Cursor> {
        let mut parts = text.split('.');
        let mut part = || parts.next().filter(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
        let (snapshot_id, row_count, offset) = (part()?, part()?, part()?);
        let cursor = Cursor {
            snapshot_id: snapshot_id.parse().ok()?,
            row_count: row_count.parse().ok()?,
            offset: offset.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    fn text(self) -> String {
        format!("{}.{}.{}", self.snapshot_id, self.row_count, self.offset)
    }
}

/// Rows of a page without a size of its own.
const SIZE_DEFAULT: usize = 100;

/// Cuts the page that `query` asks for; the whole list when it asks for none.
pub(super) fn cut(mut rows: Vec<Value>, query: &Query, snapshot_id: i64) -> Result<Page, Refusal> {
    let size = query.get("page[size]").and_then(|size| size.parse::<usize>().ok());
    let after = query.get("page[after]").and_then(Cursor::parse);
    if size.is_none() && after.is_none() {
        return Ok(Page { rows, next: None, meta: None });
    }
    let row_count = rows.len();
    if after.is_some_and(|after| (after.snapshot_id, after.row_count) != (snapshot_id, row_count)) {
        let message = "the list has changed since that page: begin again without page[after]";
        return Err(Refusal::parameter("page[after]", message));
    }
    let (from, size) = (after.map_or(0, |after| after.offset).min(row_count), size.unwrap_or(SIZE_DEFAULT));
    let until = from.saturating_add(size).min(row_count);
    let next = (until < row_count).then(|| Cursor { snapshot_id, row_count, offset: until }.text());
    rows.truncate(until);
    let rows = rows.split_off(from);
    let meta = json!({ "size": size, "rows": row_count, "next": next });
    Ok(Page { rows, next, meta: Some(meta) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written_and_nothing_else_is_one() {
        let cursor = Cursor { snapshot_id: 7, row_count: 12, offset: 10 };
        assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        for text in ["", "7", "7.12", "7.12.", "7.12.10.1", "-7.12.10", "7.12.99999999999999999999999", "a.b.c"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
