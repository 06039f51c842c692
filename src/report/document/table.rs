//! Tables of a document: rows of figures under a name, and what is said of them below.

use std::borrow::Cow;

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

    /// The table as a reader sees it: without the columns of which nothing is known, which its notes name. Files for
    /// machines keep every column.
    pub fn told(&self, locale: Locale) -> Cow<'_, Table> {
        let is_word = |at: &usize| self.rows.iter().any(|row| row.attributes.get(*at) != Some(&Attribute::Nothing));
        // A ratio of nothing to nothing is no figure.
        let is_known = |cell: &Option<Figure>| cell.is_some_and(|figure| figure.denominator != 0);
        let is_figure = |at: &usize| self.rows.iter().any(|row| row.cells.get(*at).is_some_and(is_known));
        let words: Vec<usize> = (0..self.attributes.len()).filter(is_word).collect();
        let (known, unknown): (Vec<usize>, Vec<usize>) = (0..self.columns.len()).partition(is_figure);
        if self.rows.is_empty() || known.is_empty() || words.len() + known.len() == self.heads().count() - 1 {
            return Cow::Borrowed(self);
        }
        let row = |row: &Row| Row {
            attributes: pick(&row.attributes, &words),
            cells: pick(&row.cells, &known),
            ..row.clone()
        };
        let mut notes = self.notes.clone();
        if !unknown.is_empty() {
            let labels: Vec<&str> = unknown.iter().map(|at| self.columns[*at].label.as_str()).collect();
            notes.push(say(locale.phrases().columns_unknown, &[&labels.join(", ")]));
        }
        Cow::Owned(Table {
            attributes: pick(&self.attributes, &words),
            columns: pick(&self.columns, &known),
            rows: self.rows.iter().map(row).collect(),
            sorted_by: self.sorted_by.and_then(|by| known.iter().position(|at| *at == by)),
            totals: self.totals.as_ref().map(|totals| pick(totals, &known)),
            notes,
            ..self.clone()
        })
    }

    /// What stands where rows would: why there are none.
    pub fn absence(&self, locale: Locale) -> String {
        match self.notes.is_empty() {
            true => locale.phrases().no_rows.to_owned(),
            false => self.notes.join(" · "),
        }
    }
}

/// The values at `places`.
fn pick<T: Clone>(values: &[T], places: &[usize]) -> Vec<T> {
    places.iter().filter_map(|at| values.get(*at)).cloned().collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: &[[Option<Figure>; 2]]) -> Table {
        let column =
            |label: &str| Column { metric: String::new(), label: label.to_owned(), unit: Unit::Count, is_ratio: false };
        let row = |cells: &[Option<Figure>; 2]| Row {
            member: String::new(),
            label: String::new(),
            attributes: vec![Attribute::Nothing],
            cells: cells.to_vec(),
        };
        Table {
            id: String::new(),
            title: String::new(),
            span: String::new(),
            row_label: "Stage".to_owned(),
            attributes: vec!["Note".to_owned()],
            columns: vec![column("Visits"), column("Mean")],
            rows: cells.iter().map(row).collect(),
            limit: 10,
            is_over_time: false,
            sorted_by: Some(1),
            totals: Some(vec![Some(Figure::whole(7)), None]),
            notes: Vec::new(),
        }
    }

    #[test]
    fn a_column_of_which_nothing_is_known_is_named_below_the_table_and_not_drawn() {
        let whole = table(&[[Some(Figure::whole(7)), None], [Some(Figure::whole(0)), Some(Figure::ratio(0, 0))]]);
        let told = whole.told(Locale::En);
        assert_eq!(told.heads().collect::<Vec<_>>(), ["Stage", "Visits"]);
        assert_eq!(told.foot(2, Locale::En), "Nothing is known of: Mean");
        assert_eq!((told.totals.as_deref(), told.sorted_by), (Some(&[Some(Figure::whole(7))][..]), None));
        assert!(told.rows.iter().all(|row| row.cells.len() == 1 && row.attributes.is_empty()));
    }

    #[test]
    fn a_table_that_knows_something_of_every_column_and_one_that_knows_nothing_keep_them() {
        for cells in [[[None, None]].as_slice(), &[]] {
            assert_eq!(table(cells).told(Locale::En).columns.len(), 2);
        }
        let mut whole = table(&[[Some(Figure::whole(1)), Some(Figure::whole(2))]]);
        whole.rows[0].attributes = vec![Attribute::Words("slow".to_owned())];
        assert!(matches!(whole.told(Locale::En), Cow::Borrowed(_)));
    }
}
