//! Rows of a published table: found, tested, put together.

use crate::metric::table::Kind;
use crate::metric::{Cell, Figure};
use crate::report::build::Source;
use crate::report::error::ReportError;
use crate::report::extract::{Extract, Test};

/// The rows an extract shows, their cells in the order of the table's definition.
pub(super) struct Picked<'s> {
    pub rows: Vec<Vec<&'s Cell>>,
    /// How many rows the table was published with.
    pub published_count: usize,
}

/// What an extract shows of its table; `None` where the source does not deliver what the table rests on.
///
/// Errors: the snapshot should hold the table and does not; a filter names a member that nobody knows.
pub(super) fn pick_rows<'s>(source: &Source<'s>, extract: &Extract) -> Result<Option<Picked<'s>>, ReportError> {
    let metric = extract.table;
    let Some(table) = source.snapshot.table(metric.name, extract.window) else {
        return match missing_entities(source, extract).is_empty() {
            true => Err(unpublished(source, metric.name)),
            false => Ok(None),
        };
    };
    // By name: a snapshot may be older than the program that reads it.
    let places = metric.columns.iter().map(|(name, _, _)| table.columns.iter().position(|c| c.name == *name));
    let places: Vec<usize> = places.collect::<Option<_>>().ok_or_else(|| unpublished(source, metric.name))?;
    let rows = table.rows.iter().map(|row| places.iter().map(|at| &row[*at]).collect());
    let mut rows: Vec<Vec<&Cell>> = rows.collect();
    check_members(source, extract, &rows)?;
    rows.retain(|row| extract.tests.iter().all(|test| holds(test, row)));
    if let Some((column, count)) = extract.newest {
        let mut dates: Vec<&str> = rows.iter().filter_map(|row| row[column].text()).collect();
        dates.sort_unstable();
        dates.dedup();
        let oldest = dates.len().saturating_sub(count);
        if let Some(oldest) = dates.get(oldest) {
            rows.retain(|row| row[column].text().is_some_and(|date| date >= *oldest));
        }
    }
    Ok(Some(Picked { rows, published_count: table.rows.len() }))
}

/// What the table rests on and the source does not deliver.
pub(super) fn missing_entities(source: &Source<'_>, extract: &Extract) -> Vec<&'static str> {
    let is_delivered = |need: &str| source.snapshot.header.reconciliation.iter().any(|line| line.entity == need);
    extract.table.needs.iter().copied().filter(|need| !is_delivered(need)).collect()
}

fn unpublished(source: &Source<'_>, metric: &str) -> ReportError {
    ReportError::Unpublished {
        report: source.report.to_owned(),
        metric: metric.to_owned(),
        snapshot_id: source.snapshot.header.snapshot_id,
    }
}

/// In a column whose words are members of the dimension of its name, one that is no member is a slip of the pen. Other
/// tables have columns of that name too: the outcome of a deal is none of an interaction's.
fn check_members(source: &Source<'_>, extract: &Extract, rows: &[Vec<&Cell>]) -> Result<(), ReportError> {
    for test in &extract.tests {
        let (Test::IsAmong(column, words) | Test::IsNoneOf(column, words)) = test else { continue };
        let dimension = extract.table.columns[*column].0;
        let known: Vec<String> = source.snapshot.members(dimension).iter().map(|m| m.member.clone()).collect();
        let mut held = rows.iter().filter_map(|row| row[*column].text()).peekable();
        let is_of_dimension = held.peek().is_some() && held.all(|word| known.iter().any(|member| member == word));
        if let Some(unknown) = words.iter().find(|word| is_of_dimension && !known.contains(word)) {
            return Err(source.unknown_member(dimension, unknown, known));
        }
    }
    Ok(())
}

fn holds(test: &Test, row: &[&Cell]) -> bool {
    match test {
        Test::IsAmong(column, words) => row[*column].text().is_some_and(|text| words.iter().any(|word| word == text)),
        Test::IsNoneOf(column, words) => row[*column].text().is_none_or(|text| words.iter().all(|word| word != text)),
        Test::AtLeast(column, bound) => {
            row[*column].figure().is_some_and(|f| compare(f, *bound).is_some_and(|o| o.is_ge()))
        }
        Test::AtMost(column, bound) => {
            row[*column].figure().is_some_and(|f| compare(f, *bound).is_some_and(|o| o.is_le()))
        }
    }
}

/// Exact, over the common denominator; nothing without one.
fn compare(a: Figure, b: Figure) -> Option<std::cmp::Ordering> {
    let cross = |n: i64, d: i64| i128::from(n) * i128::from(d);
    (a.denominator > 0).then(|| cross(a.numerator, b.denominator).cmp(&cross(b.numerator, a.denominator)))
}

/// Rows that belong together; there is one at least.
pub(super) struct Group<'s> {
    /// The one that names them.
    pub first: Vec<&'s Cell>,
    others: Vec<Vec<&'s Cell>>,
}

impl<'s> Group<'s> {
    /// A row alone.
    pub(super) fn of(first: Vec<&'s Cell>) -> Group<'s> {
        Group { first, others: Vec::new() }
    }

    /// Every row.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Vec<&'s Cell>> + Clone {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// The rows that share the cells of `keys`, in the order in which each group first appears.
pub(super) fn group_rows<'s>(rows: Vec<Vec<&'s Cell>>, keys: &[usize]) -> Vec<Group<'s>> {
    let mut groups: Vec<Group<'s>> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for row in rows {
        let key: Vec<&Cell> = keys.iter().map(|at| row[*at]).collect();
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.others.push(row),
            None => groups.push(Group::of(row)),
        }
    }
    groups
}

/// What a column holds for some rows: the cell of the one, or what they are together.
///
/// Errors: several rows of a column that says nothing of several.
pub(super) fn figure_of<'r, 's: 'r>(
    source: &Source<'_>,
    (extract, column): (&Extract, usize),
    rows: impl Iterator<Item = &'r Vec<&'s Cell>> + Clone,
) -> Result<Option<Figure>, ReportError> {
    let row_count = rows.clone().count();
    if let (1, Some(row)) = (row_count, rows.clone().next()) {
        return Ok(row[column].figure());
    }
    let kind = extract.kind(column);
    if !kind.is_together() && row_count > 0 {
        return Err(ReportError::NotTogether {
            report: source.report.to_owned(),
            table: extract.table.name.to_owned(),
            column: extract.table.columns[column].0.to_owned(),
            row_count,
        });
    }
    Ok(together(kind, rows.map(|row| row[column])))
}

/// What all cells of a column are together, where they are anything.
pub(super) fn together<'s>(kind: Kind, cells: impl Iterator<Item = &'s Cell>) -> Option<Figure> {
    let figures: Vec<Figure> = cells.filter_map(Cell::figure).collect();
    kind.together(&figures)
}
