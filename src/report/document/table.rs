//! Tables of a document: rows of figures under a name, and what is said of them below.

use chrono::NaiveDate;
use serde::Serialize;

use crate::metric::{Figure, Unit};
use crate::report::locale::{Locale, NOTHING};
use crate::report::phrase::say;

/// Rows by a dimension's member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Stable within the report.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Which span, in words; empty when the columns differ.
    pub span: String,
    /// The first column's heading.
    pub row_label: String,
    /// The headings of what else is known of a row (owner, tier, last contact), between its name and its figures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// The columns of figures, last.
    pub columns: Vec<Column>,
    /// Every row, sorted.
    pub rows: Vec<Row>,
    /// Pages and mails show this many rows, the workbook all.
    pub limit: usize,
    /// Whether the rows follow each other in time, the oldest first: what is left out is the oldest then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_over_time: bool,
    /// The column the rows are sorted by, if not by name.
    pub sorted_by: Option<usize>,
    /// Totals over every row, one a column, from sums.
    pub totals: Option<Vec<Option<Figure>>>,
    /// What a reader must know about this table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Table {
    /// The headings of all columns: name, attributes, figures.
    pub fn heads(&self) -> impl Iterator<Item = &str> + Clone {
        let figures = self.columns.iter().map(|c| c.label.as_str());
        std::iter::once(self.row_label.as_str()).chain(self.attributes.iter().map(String::as_str)).chain(figures)
    }

    /// The column at which the figures begin.
    pub fn first_figure(&self) -> usize {
        1 + self.attributes.len()
    }

    /// The rows a page shows.
    pub fn shown(&self) -> &[Row] {
        self.shown_at_most(usize::MAX)
    }

    /// The rows shown where there is room for `count`: the first of an order, the last of a time.
    pub fn shown_at_most(&self, count: usize) -> &[Row] {
        let count = count.min(self.limit).min(self.rows.len());
        if self.is_over_time { &self.rows[self.rows.len() - count..] } else { &self.rows[..count] }
    }

    /// What stands below `count` rows: of how many they are where they are not all, and what a reader must know of the table. A table
    /// without rows says why in the place of rows: [`Table::absence`].
    pub fn foot(&self, count: usize, locale: Locale) -> String {
        let all = self.rows.len();
        if all == 0 {
            return String::new();
        }
        let (phrases, written) = (locale.phrases(), |n: usize| locale.integer(n as i64));
        let phrase = if self.is_over_time { phrases.last_rows_shown } else { phrases.rows_shown };
        let shown = (count < all)
            .then(|| format!("{}{}", say(phrase, &[&written(count), &written(all)]), phrases.rows_in_workbook));
        let parts: Vec<&str> = shown.iter().chain(&self.notes).map(String::as_str).collect();
        parts.join(" · ")
    }

    /// What stands where rows would: why there are none.
    pub fn absence(&self, locale: Locale) -> String {
        match self.notes.is_empty() {
            true => locale.phrases().no_rows.to_owned(),
            false => self.notes.join(" · "),
        }
    }
}

/// A column of figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The metric's name.
    pub metric: String,
    /// The heading.
    pub label: String,
    /// What the values are counted in.
    pub unit: Unit,
    /// Whether a value is a ratio of sums (its total is not the sum of the values).
    pub is_ratio: bool,
}

/// A row of figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The member's id.
    pub member: String,
    /// The member's name.
    pub label: String,
    /// One a heading of [`Table::attributes`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// One figure a column; `None` where nothing is known.
    pub cells: Vec<Option<Figure>>,
}

impl Attribute {
    /// As a reader sees it.
    pub fn text(&self, locale: Locale) -> String {
        match self {
            Attribute::Words(words) => words.clone(),
            Attribute::Date(date) => locale.date(*date),
            Attribute::Nothing => NOTHING.to_owned(),
        }
    }
}

/// What is known of a row and is no figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// A name, a state, a reason.
    Words(String),
    /// A business date.
    Date(NaiveDate),
    /// Nothing is known.
    Nothing,
}
