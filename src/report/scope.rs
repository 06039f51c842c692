//! Whose numbers an edition shows, when one report is cut by its readers.

use serde::Serialize;

/// One member of a dimension: a rep, a territory. An edition for it shows that member's numbers and nobody else's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Scope {
    /// The dimension: `sales_rep`.
    pub dimension: String,
    /// The member's id.
    pub member: String,
}

impl Scope {
    /// The member `member` of `dimension`.
    pub fn new(dimension: &str, member: &str) -> Scope {
        Scope { dimension: dimension.to_owned(), member: member.to_owned() }
    }
}
