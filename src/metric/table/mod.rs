//! Metrics that are tables: cohorts, cells, rankings, reasons.
//!
//! In: the tenant's cubes and a window; each table is one statement beside this file, run on the server, but those that rest
//! on purchases (`metric::purchase`) or on a cube that is read anyway.
//! Out: typed columns and rows of exact figures, published beside the points.
//!
//! A table whose inputs the deployment does not read is absent. Ratios travel as numerator and denominator, so that
//! each shows its n.

mod customer;
mod finish;
mod interaction;
mod order;
mod read;
mod revenue;
mod sales;
mod season;
mod segment;

use std::collections::BTreeMap;

use polars::prelude::PolarsResult;
use serde::{Deserialize, Serialize};

use crate::base::Period;
use crate::cube::Cubes;
use crate::metric::Unit;
use crate::metric::purchase::Bought;
use crate::metric::snapshot::{Figure, Window};

pub(super) use read::{Inquiry, Question, read_purchase_tables, read_season, told};

/// A metric that is a table.
pub struct TableMetric {
    /// The name used in templates and routes.
    pub name: &'static str,
    /// Changes whenever the meaning changes.
    pub version: u16,
    /// The short label a reader sees.
    pub label: &'static str,
    /// The definition in words.
    pub definition: &'static str,
    /// Entities the source must deliver; without one of them the table is absent.
    pub needs: &'static [&'static str],
    /// The windows it is published for; a table of what there is at the business date knows `all` alone.
    pub windows: &'static [Window],
    /// Its columns, as published.
    pub columns: &'static [(&'static str, &'static str, Kind)],
    query: Query,
    finish: Option<fn(&mut Vec<Vec<Cell>>)>,
}

/// What a column of a table holds, how many columns of the query it takes, and what several rows of it are together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or an id, as the source writes it: one column.
    Text,
    /// A key of a closed list (`closed_won`), for the reader's language: one column.
    Word,
    /// A day, month, quarter or year (`2026-03-14`, `2026-03`, `2026-Q1`, `2026`), or a month of any year (`03`): one column.
    Date,
    /// A band of amounts in whole units of the currency (`1000–5000`, `5000+`): one column.
    Band,
    /// A count or an amount that adds up over rows: one column.
    Whole(Unit),
    /// A count or an amount of its row alone (a rank, a score, a percentile): one column.
    WholeApart(Unit),
    /// Numerator and denominator; rows together are the ratio of the sums.
    Ratio(Unit),
    /// Numerator and denominator of the row alone (a median, a lift).
    RatioApart(Unit),
    /// A part of a whole that is every row's denominator (a share, a number a day): the parts add up.
    Part(Unit),
    /// Nothing in the query: the cell is filled from the others afterwards, for its row alone.
    Derived(Unit),
}

/// The rows of a table that rests on purchases, over a window.
type Rows = fn(&Bought, Period) -> Vec<Vec<Cell>>;

/// Where the rows come from. `$1` is the tenant and `$2` the end of the window (exclusive).
enum Query {
    /// What there is at the end of the window.
    AsOf(&'static str),
    /// What happened in the window: `$3` is its start.
    Within(&'static str),
    /// The window against the one before: `$4` is that one's start.
    Compared(&'static str),
    /// What the purchases up to the end of the window tell; no statement of its own.
    BoughtAsOf(Rows),
    /// What was bought in the window.
    BoughtWithin(Rows),
    /// What the cubes tell that are read for the points anyway.
    Told(fn(&Cubes) -> PolarsResult<Vec<Vec<Cell>>>),
    /// The daily series of revenue, by calendar month.
    Season,
}

/// A published table over one window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The version of its definition.
    pub version: u16,
    /// Its columns.
    pub columns: Vec<TableColumn>,
    /// Its rows, in the order they are shown.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a published table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// The name, for machines.
    pub name: String,
    /// The heading, for readers.
    pub label: String,
    /// What its figures are counted in; none for text.
    pub unit: Option<Unit>,
}

/// A cell of a published table.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// Nothing is known.
    Nothing,
    /// A name.
    Text(String),
    /// An exact figure as `[numerator, denominator]`; its value follows the column's unit.
    Ratio(i64, i64),
}

/// A table is its name: the house has one of each.
impl PartialEq for TableMetric {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl std::fmt::Debug for TableMetric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl TableMetric {
    /// `rfm@1`.
    pub fn versioned(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The statement under it and the types of the columns it has to give; none for a table that asks nothing.
    pub fn statement(&self) -> Option<(&'static str, Vec<&'static str>)> {
        let types = self.columns.iter().flat_map(|(_, _, kind)| {
            let name = if kind.unit().is_none() { "TEXT" } else { "INT8" };
            std::iter::repeat_n(name, kind.width())
        });
        match self.query {
            Query::AsOf(sql) | Query::Within(sql) | Query::Compared(sql) => Some((sql, types.collect())),
            Query::BoughtAsOf(_) | Query::BoughtWithin(_) | Query::Told(_) | Query::Season => None,
        }
    }

    /// Where the column called `name` stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _, _)| *column == name)
    }

    /// Whether it tells what there is at the end of its window, and not what happened within.
    pub fn is_stock(&self) -> bool {
        matches!(self.query, Query::AsOf(_) | Query::BoughtAsOf(_) | Query::Told(_) | Query::Season)
    }
}

impl Cell {
    /// The figure in the cell.
    pub fn figure(&self) -> Option<Figure> {
        match self {
            Cell::Ratio(numerator, denominator) => Some(Figure::ratio(*numerator, *denominator)),
            Cell::Nothing | Cell::Text(_) => None,
        }
    }

    /// The text in the cell.
    pub fn text(&self) -> Option<&str> {
        match self {
            Cell::Text(text) => Some(text),
            Cell::Nothing | Cell::Ratio(..) => None,
        }
    }
}

impl Table {
    /// The cell of a row in the column called `name`.
    pub fn cell(&self, row: usize, name: &str) -> Option<&Cell> {
        let column = self.columns.iter().position(|c| c.name == name)?;
        self.rows.get(row)?.get(column)
    }

    /// The cells of a row as JSON values by column name; money in cents, ratios rounded as everywhere, null where
    /// there is nothing.
    pub fn record(&self, row: usize) -> serde_json::Map<String, serde_json::Value> {
        let cells = self.columns.iter().zip(self.rows.get(row).into_iter().flatten());
        let value = |column: &TableColumn, cell: &Cell| match (cell, column.unit) {
            (Cell::Text(text), _) => serde_json::json!(text),
            (_, Some(Unit::Count | Unit::Money)) => serde_json::json!(cell.figure().and_then(|f| f.rounded())),
            (_, Some(unit)) => serde_json::json!(cell.figure().and_then(|f| f.value(unit))),
            (_, None) => serde_json::Value::Null,
        };
        cells.map(|(column, cell)| (column.name.clone(), value(column, cell))).collect()
    }
}

/// Metric → window → table.
pub type Tables = BTreeMap<String, BTreeMap<Window, Table>>;

/// Every table metric, in the order it is documented.
pub fn all_tables() -> impl Iterator<Item = &'static TableMetric> {
    customer::CUSTOMER
        .iter()
        .chain(sales::SALES)
        .chain(revenue::REVENUE)
        .chain(order::ORDER)
        .chain(interaction::INTERACTION)
}

/// The table metric called `name`.
pub fn find_table(name: &str) -> Option<&'static TableMetric> {
    all_tables().find(|t| t.name == name)
}

impl Kind {
    /// How many columns of the query it takes.
    fn width(self) -> usize {
        match self {
            Kind::Derived(_) => 0,
            Kind::Text | Kind::Word | Kind::Date | Kind::Band | Kind::Whole(_) | Kind::WholeApart(_) => 1,
            Kind::Ratio(_) | Kind::RatioApart(_) | Kind::Part(_) => 2,
        }
    }

    /// What its figures are counted in; none for words.
    pub fn unit(self) -> Option<Unit> {
        match self {
            Kind::Text | Kind::Word | Kind::Date | Kind::Band => None,
            Kind::Whole(unit)
            | Kind::WholeApart(unit)
            | Kind::Ratio(unit)
            | Kind::RatioApart(unit)
            | Kind::Part(unit)
            | Kind::Derived(unit) => Some(unit),
        }
    }

    /// What figures of several rows are together, if they are anything.
    pub fn together(self, figures: &[Figure]) -> Option<Figure> {
        let first = figures.first()?;
        let numerator = figures.iter().map(|f| f.numerator).sum();
        match self {
            Kind::Whole(_) => Some(Figure::whole(numerator)),
            Kind::Ratio(_) => Some(Figure::ratio(numerator, figures.iter().map(|f| f.denominator).sum())),
            Kind::Part(_) => {
                let is_of_one = figures.iter().all(|f| f.denominator == first.denominator);
                is_of_one.then(|| Figure::ratio(numerator, first.denominator))
            }
            Kind::Text | Kind::Word | Kind::Date | Kind::Band => None,
            Kind::WholeApart(_) | Kind::RatioApart(_) | Kind::Derived(_) => None,
        }
    }

    /// Whether rows of it are anything together.
    pub fn is_together(self) -> bool {
        matches!(self, Kind::Whole(_) | Kind::Ratio(_) | Kind::Part(_))
    }
}
