//! Extracts: what a section shows of a published table.
//!
//! In: a section of a template that names a table, and the snapshot that holds it.
//! Out: a table or a chart of the document, filtered, grouped, sorted, in the reader's words.
//!
//! Rows are put together only where their column says what they are together (a sum, a ratio of sums); a rank or a
//! median of several rows is nothing, and is refused when the template is read or, where only the rows can tell, when
//! the document is built.
//!
//! Never here: a computation that is not a sum. What a table says was computed once, by the metric room.

mod chart;
mod name;
mod parse;
mod rows;
mod table;
#[cfg(test)]
mod tests;

use crate::metric::table::Kind;
use crate::metric::{Figure, TableMetric, Unit, Window};
use crate::report::Locale;
use crate::report::document::{ChartKind, Width};
use crate::report::template::Sort;

pub(super) use chart::build_chart;
pub(super) use parse::{read_chart, read_table};
pub(super) use table::build_table;

/// Which rows of a published table a section shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Extract {
    /// The table.
    pub table: &'static TableMetric,
    /// The window it was published for.
    pub window: Window,
    /// What a row must hold to be shown.
    pub tests: Vec<Test>,
    /// Only the newest so many of a column's dates.
    pub newest: Option<(usize, usize)>,
}

/// What a row must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these words in the column.
    IsAmong(usize, Vec<String>),
    /// None of these words.
    IsNoneOf(usize, Vec<String>),
    /// At least so much in the column, in its own base.
    AtLeast(usize, Figure),
    /// At most so much.
    AtMost(usize, Figure),
}

/// A column of a published table, under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Where it stands in the table's definition.
    pub column: usize,
    /// A name other than the table's.
    pub label: Option<String>,
}

/// A column of figures, with what they are counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigurePick {
    /// The column.
    pub pick: Pick,
    /// What its figures are counted in.
    pub unit: Unit,
}

/// A table over a published table.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractTable {
    /// The heading.
    pub title: String,
    /// Which rows.
    pub extract: Extract,
    /// The columns of words: the first names the row. Without one the only row is named for the table.
    pub words: Vec<Pick>,
    /// The columns of figures.
    pub figures: Vec<FigurePick>,
    /// Whether rows with the same words are put together.
    pub is_grouped: bool,
    /// How rows are ordered; by member is as published.
    pub sort: Sort,
    /// Pages and mails show this many rows.
    pub limit: usize,
    /// Whether a total stands below.
    pub has_total: bool,
}

/// A chart over a published table.
#[derive(Debug, Clone, PartialEq)]
pub struct ExtractChart {
    /// The heading.
    pub title: String,
    /// How it is drawn.
    pub kind: ChartKind,
    /// Full or half.
    pub width: Width,
    /// Which rows.
    pub extract: Extract,
    /// The column of the categories.
    pub by: Pick,
    /// The column whose entries are the series, where one value is cut twice.
    pub rows: Option<usize>,
    /// The column that is drawn.
    pub value: FigurePick,
    /// What stands beside it, in its unit.
    pub beside: Vec<FigurePick>,
    /// The largest n, the rest together as "Other".
    pub top: Option<usize>,
    /// Largest first instead of as published.
    pub by_value: bool,
}

impl Extract {
    /// What a column holds.
    pub fn kind(&self, column: usize) -> Kind {
        self.table.columns[column].2
    }

    /// Puts parameters in the place of words that begin with `$`.
    pub fn bind(&mut self, bind: &impl Fn(&mut String)) {
        for test in &mut self.tests {
            if let Test::IsAmong(_, words) | Test::IsNoneOf(_, words) = test {
                words.iter_mut().for_each(bind);
            }
        }
    }
}

impl ExtractChart {
    /// Every column that is drawn.
    pub fn values(&self) -> impl Iterator<Item = &FigurePick> + Clone {
        std::iter::once(&self.value).chain(&self.beside)
    }
}

impl Pick {
    /// The name a reader sees.
    pub fn label(&self, extract: &Extract, locale: Locale) -> String {
        self.label.clone().unwrap_or_else(|| locale.term(extract.table.columns[self.column].1))
    }
}
