//! How each entity becomes a table of the star. Data for the generic merge.

mod dimension;
mod document;
mod event;
mod reference;

pub(super) use dimension::DIMENSIONS;
use document::DOCUMENTS;
use event::EVENTS;
use reference::REFERENCES;

use crate::source::Measure;

/// An entity whose rows are compared with a table and merged into it.
pub(super) struct MergeSpec {
    /// The contract's entity.
    pub entity: &'static str,
    /// The table of `star`.
    pub table: &'static str,
    /// The natural key beside `tenant_key`.
    pub key: &'static str,
    /// Every other column that the image delivers. A table without `deleted_at` keeps what left the source: it is a log.
    pub columns: &'static [&'static str],
    /// Of them, those whose change opens a version (SCD2); none: all overwrite.
    pub versioned_on: &'static [&'static str],
    /// Expressions over a row that name the days its cubes live on; none where no cube does.
    pub days: &'static [&'static str],
    /// Keeps what the changed rows say before they are written; $1 to $4 are the image's.
    pub keeps: Option<&'static str>,
    /// The row as the table wants it.
    pub image: Image,
    /// What is summed on both sides.
    pub measure: Measure,
    /// The day whose rate converts a staged row (alias `s`); none where nothing is converted.
    pub rate_day: Option<&'static str>,
    /// Whose other version a row points to when one comes that the source did not tell with the row. The image says the
    /// same of staged rows.
    pub follows: &'static [Follow],
}

/// Another row that a row of a fact points to, and moves with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Follow {
    /// The version of its member of a dimension that held at this instant (over the fact, alias `f`), else, or where the
    /// instant is null, the present one.
    Version { dimension: &'static str, at: &'static str },
    /// What its order has in the column.
    Order { column: &'static str },
}

/// Where the row of the table comes from.
pub(super) enum Image {
    /// A statement of its own.
    Sql(&'static str),
    /// The staged columns of the same names (alias `s`), but for these expressions.
    Staged(&'static [(&'static str, &'static str)]),
}

impl MergeSpec {
    /// The statement that gives the rows as the table wants them.
    pub fn image(&self) -> String {
        let expressions = match self.image {
            Image::Sql(statement) => return statement.to_owned(),
            Image::Staged(expressions) => expressions,
        };
        let column = |name: &&str| match expressions.iter().find(|(column, _)| column == name) {
            Some((_, expression)) => format!("{expression} as {name}"),
            None => format!("s.{name}"),
        };
        let columns: Vec<String> = self.columns.iter().map(column).collect();
        format!(
            "select $1::int as tenant_key, s.{}, {} from staging.\"{}\" as s",
            self.key,
            columns.join(", "),
            self.entity
        )
    }

    /// Whether the table has the column.
    pub fn has(&self, column: &str) -> bool {
        self.columns.contains(&column)
    }
}

/// Facts, in load order.
pub(super) fn facts() -> impl Iterator<Item = &'static MergeSpec> {
    EVENTS.iter().chain(DOCUMENTS).chain(REFERENCES)
}

/// How the entity is merged; none for those with a way of their own.
pub(super) fn merge_spec(entity: &str) -> Option<&'static MergeSpec> {
    DIMENSIONS.iter().chain(facts()).find(|spec| spec.entity == entity)
}

const DELETED_DAY: &str = "(deleted_at at time zone 'UTC')::date";
