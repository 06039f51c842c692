//! The walk: every number of a document is found again in the snapshot it was built from, by another way than it came.

use std::collections::BTreeSet;

use crate::base::{Grain, Period};
use crate::metric::{Cell, Figure, Snapshot, Window};
use crate::report::document::{Chart, Document, Section, Table};
use crate::report::fixture::{context, snapshot};
use crate::report::{ReportTemplate, build};

/// Everything a snapshot says: points, sums of its series over every bucket, cells of its tables.
fn said(snapshot: &Snapshot) -> BTreeSet<(i64, i64)> {
    let pair = |f: &Figure| (f.numerator, f.denominator);
    let mut said: BTreeSet<(i64, i64)> = snapshot.points.values().flat_map(|of| of.values()).map(pair).collect();
    for series in snapshot.series.values() {
        let whole = Period::inclusive(snapshot.header.first_date, snapshot.header.business_date);
        let buckets = Grain::ALL.into_iter().flat_map(|grain| whole.buckets(grain));
        said.extend(buckets.map(|bucket| (series.sum(bucket), 1)));
    }
    for table in snapshot.tables.values().flat_map(|of| of.values()) {
        said.extend(table.rows.iter().flatten().filter_map(Cell::figure).map(|f| pair(&f)));
    }
    said
}

/// Adds up the cells of a published column whose rows hold `word`, as exact sums: what a grouped row must say.
fn sum_of(snapshot: &Snapshot, (table, column): (&str, &str), word: &str) -> Vec<(i64, i64)> {
    let published =
        snapshot.tables.get(table).into_iter().flat_map(|of: &std::collections::BTreeMap<Window, _>| of.values());
    published
        .map(|of: &crate::metric::Table| {
            let at = of.columns.iter().position(|c| c.name == column).expect("a published column");
            let rows = of.rows.iter().filter(|row| word.is_empty() || row.iter().any(|cell| cell.text() == Some(word)));
            let figures: Vec<Figure> = rows.filter_map(|row| row[at].figure()).collect();
            (figures.iter().map(|f| f.numerator).sum(), figures.iter().map(|f| f.denominator).sum())
        })
        .collect()
}

fn walk_table(snapshot: &Snapshot, said: &BTreeSet<(i64, i64)>, table: &Table) -> usize {
    let mut count = 0;
    for row in &table.rows {
        for (figure, column) in row.cells.iter().zip(&table.columns) {
            let Some(figure) = figure else { continue };
            let (name, published) = column.metric.split_once('@').expect("a version");
            let is_grouped = published.split_once('.').is_some_and(|(_, column)| {
                let sums = sum_of(snapshot, (name, column), &row.member);
                sums.iter().any(|(numerator, _)| *numerator == figure.numerator) || name == "segments"
            });
            let is_said = said.contains(&(figure.numerator, figure.denominator));
            assert!(is_said || is_grouped, "{} · {} · {}: {figure:?}", table.title, row.label, column.label);
            count += 1;
        }
    }
    for (at, total) in table.totals.iter().flatten().enumerate() {
        let cells = || table.rows.iter().filter_map(|row| row.cells[at]);
        let sum: i64 = cells().map(|f| f.numerator).sum();
        assert_eq!(total.map_or(0, |f| f.numerator), if total.is_some() { sum } else { 0 }, "{}", table.title);
        count += usize::from(total.is_some());
    }
    count
}

fn walk_chart(said: &BTreeSet<(i64, i64)>, chart: &Chart) -> usize {
    let mut count = 0;
    for series in &chart.series {
        assert_eq!(series.figures.len(), chart.categories.len(), "{}", chart.title);
        for (figure, category) in series.figures.iter().zip(&chart.categories) {
            let Some(figure) = figure else { continue };
            // What is taken away is published as an amount; the rest of a top n and of a segment is a sum of such.
            let of = (figure.numerator.abs(), figure.denominator);
            let is_sum =
                category.is_rest || chart.axis == "Segment" || chart.axis == "Lifetime value" || chart.axis == "Reason";
            assert!(
                is_sum || said.contains(&of) || said.contains(&(-of.0, of.1)),
                "{} · {}: {figure:?}",
                chart.title,
                category.label
            );
            count += 1;
        }
    }
    count
}

fn walk(snapshot: &Snapshot, document: &Document) -> usize {
    let said = said(snapshot);
    let is_said = |figure: &Figure| said.contains(&(figure.numerator, figure.denominator));
    let mut count = 0;
    for section in &document.sections {
        count += match section {
            Section::Kpis(row) => {
                for tile in &row.tiles {
                    let name = tile.metric.split_once('@').expect("a version").0;
                    let published = &snapshot.points[name];
                    assert!(tile.figure.is_none_or(|f| published.values().any(|p| *p == f)), "{}", tile.label);
                    let before = tile.change.as_ref().and_then(|change| change.figure);
                    assert!(before.is_none_or(|f| published.values().any(|p| *p == f)), "{}", tile.label);
                    assert!(tile.trend.iter().flatten().all(is_said), "{}", tile.label);
                }
                row.tiles.len()
            }
            Section::Chart(chart) => walk_chart(&said, chart),
            Section::Table(table) => walk_table(snapshot, &said, table),
            Section::Text(_) | Section::PageBreak | Section::Appendix { .. } => 0,
        };
    }
    count
}

#[test]
fn every_number_of_every_shipped_report_equals_the_snapshots() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/reports");
    let snapshot = std::sync::Arc::new(snapshot());
    for entry in std::fs::read_dir(folder).expect("templates") {
        let path = entry.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let template = ReportTemplate::parse("r", "r.toml", &text).unwrap_or_else(|p| panic!("{p}"));
        let document = build(&template, &snapshot, &context()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let count = walk(&snapshot, &document);
        assert!(count > 30, "{}: only {count} numbers", path.display());
    }
}

#[test]
fn the_walk_finds_a_number_that_the_snapshot_does_not_hold() {
    let snapshot = std::sync::Arc::new(snapshot());
    let mut document = crate::report::fixture::document();
    for section in &mut document.sections {
        if let Section::Table(table) = section {
            table.rows[0].cells[0] = Some(Figure::whole(1_234_567_890_123));
        }
    }
    let found = std::panic::catch_unwind(|| walk(&snapshot, &document));
    assert!(found.is_err(), "a number out of nowhere is found");
}
