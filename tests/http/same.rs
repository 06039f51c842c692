//! One number, however it is asked for: over HTTP, in a report, from the store, and computed again from the star.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;
use sqlx::{AssertSqlSafe, PgConnection, Row};
use vesper::metric::explain::explain;
use vesper::metric::{Cell, Figure, Kpis, Metric, Slice, Snapshot, Unit, Which, Window, load_snapshot, tenant_key_of};
use vesper::report::{Document, ReportContext, ReportTemplate, Section, build};

use super::asked::Asked;
use super::described::answers_that_are_not_described;
use crate::cli::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_the_same_over_http_in_a_report_and_from_the_star_and_every_answer_is_as_described() {
    let mut stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let mut connection = stage.warehouse.connect().await;
    let tenant: String =
        sqlx::query_scalar("select tenant from star.dim_tenant as t join metric.current as c using (tenant_key)")
            .fetch_one(&mut connection)
            .await
            .expect("a tenant");
    let snapshot = load_snapshot(&mut connection, &tenant, Which::Current).await.expect("readable").expect("published");
    let server = Asked::start(&mut stage).await;

    let answers = Answers::of(&server, &snapshot).await;
    let from_star = differences_from_the_star(&mut connection, &tenant, &snapshot, &answers).await;
    assert!(from_star.is_empty(), "{from_star:#?}");
    let from_report = differences_from_a_report(Arc::new(snapshot.clone()), &answers);
    assert!(from_report.is_empty(), "{from_report:#?}");
    tables_are_as_published(&server, &snapshot).await;

    let undescribed = answers_that_are_not_described(&server).await;
    assert!(undescribed.is_empty(), "{undescribed:#?}");
    server.stop().await;
}

/// What HTTP says of every metric, in two windows, as a whole and by every dimension.
struct Answers(Vec<(&'static Metric, Slice, Option<f64>)>);

impl Answers {
    async fn of(server: &Asked, snapshot: &Snapshot) -> Answers {
        let mut answers = Vec::new();
        for metric in snapshot.catalog.iter() {
            let points = &snapshot.points[metric.name];
            for window in [Window::All, Window::Month] {
                let slice = Slice::of(window);
                let path = format!("metrics/{}?window={}", metric.name, window.name());
                if points.contains_key(&slice) {
                    answers.push((metric, slice.clone(), number(&server.data(&path).await[0]["value"])));
                }
                for dimension in metric.dimensions {
                    let answer = server.get(&format!("{path}&by={dimension}")).await;
                    let rows = answer.json()["data"].as_array().cloned().unwrap_or_default();
                    let row = |row: &Value| {
                        let member = row["member"].as_str().expect("a member");
                        (metric, slice.clone().at(dimension, member), number(&row["value"]))
                    };
                    answers.extend(rows.iter().map(row));
                }
            }
        }
        assert!(answers.len() > 300, "{} numbers are told", answers.len());
        Answers(answers)
    }

    fn find(&self, metric: &str, slice: &Slice) -> Option<Option<f64>> {
        self.0.iter().find(|(held, at, _)| held.versioned() == metric && at == slice).map(|(.., value)| *value)
    }
}

/// Whole cents of money, else the number itself.
fn number(value: &Value) -> Option<f64> {
    value.get("cents").unwrap_or(value).as_f64()
}

/// The SQL that explains a number, run on the star: of wholes and of some members.
async fn differences_from_the_star(
    warehouse: &mut PgConnection,
    tenant: &str,
    snapshot: &Snapshot,
    answers: &Answers,
) -> Vec<String> {
    let tenant_key = tenant_key_of(warehouse, tenant).await.expect("a key");
    let (mut problems, mut asked) = (Vec::new(), 0);
    for (metric, slice, told) in &answers.0 {
        let is_some = slice.member.as_ref().is_none_or(|(dimension, member)| {
            let members = snapshot.members(dimension);
            members.first().is_some_and(|first| first.member == *member)
        });
        // What a deployment defines itself is made of other numbers, or of a query of its own.
        let sql = explain(snapshot, &Kpis::default(), tenant_key, metric, slice).star_sql.filter(|_| is_some);
        let Some(sql) = sql else { continue };
        let row =
            sqlx::query(AssertSqlSafe(sql.trim_end_matches(';'))).fetch_one(&mut *warehouse).await.expect("an answer");
        let found = Figure::ratio(row.get(0), row.try_get(1).unwrap_or_else(|_| i64::from(row.get::<i32, _>(1))));
        if found.value(metric.unit) != *told {
            problems.push(format!("{} {slice:?}: HTTP tells {told:?}, the star {found:?}", metric.name));
        }
        asked += 1;
    }
    assert!(asked > 60, "{asked} numbers were asked of the star");
    problems
}

/// A report of everything: tiles of all wholes, and a table a dimension.
fn differences_from_a_report(snapshot: Arc<Snapshot>, answers: &Answers) -> Vec<String> {
    let (mut problems, mut compared) = (Vec::new(), 0);
    for window in [Window::All, Window::Month] {
        let text = template_of_everything(&snapshot, window);
        let template = ReportTemplate::parse_with("everything", "everything.toml", &text, &snapshot.catalog);
        let template = template.unwrap_or_else(|problems| panic!("{problems:?}\n{text}"));
        let document = build(&template, &snapshot, &ReportContext::default()).expect("a document");
        for (metric, slice, figure, unit) in figures_of(&document, window) {
            let Some(told) = answers.find(&metric, &slice) else {
                problems.push(format!("{metric} {slice:?} stands in the report and is not told by HTTP"));
                continue;
            };
            let printed = figure.and_then(|figure| figure.value(unit));
            if printed != told {
                problems.push(format!("{metric} {slice:?}: HTTP tells {told:?}, the report {printed:?}"));
            }
            compared += 1;
        }
    }
    assert!(compared > 150, "{compared} numbers stand in the report: {problems:#?}");
    problems
}

fn template_of_everything(snapshot: &Snapshot, window: Window) -> String {
    let mut text = format!("title = \"Everything\"\nwindow = \"{}\"\n", window.name());
    let names = |is_wanted: &dyn Fn(&Metric) -> bool| -> Vec<&str> {
        snapshot.catalog.iter().filter(|metric| is_wanted(metric)).map(|metric| metric.name).collect()
    };
    let whole = names(&|metric| snapshot.points[metric.name].contains_key(&Slice::of(window)));
    for tiles in whole.chunks(12) {
        let _ = write!(text, "[[section]]\nkind = \"kpis\"\nmetrics = {tiles:?}\n");
    }
    for dimension in ["tier", "stage", "status", "sales_rep"] {
        let metrics = names(&|metric| {
            metric.dimensions.contains(&dimension)
                && snapshot.points[metric.name].keys().any(|slice| {
                    slice.window == window && slice.member.as_ref().is_some_and(|(held, _)| held == dimension)
                })
        });
        for columns in metrics.chunks(6) {
            let _ = write!(
                text,
                "[[section]]\nkind = \"table\"\ntitle = \"By {dimension}\"\nby = \"{dimension}\"\nlabel = \"Member\"\nlimit = 1000\ncolumns = {columns:?}\nsort = {:?}\n",
                columns[0]
            );
        }
    }
    text
}

fn figures_of(document: &Document, window: Window) -> Vec<(String, Slice, Option<Figure>, Unit)> {
    let mut figures = Vec::new();
    for section in &document.sections {
        match section {
            Section::Kpis(row) => {
                figures.extend(
                    row.tiles.iter().map(|tile| (tile.metric.clone(), Slice::of(window), tile.figure, tile.unit)),
                );
            }
            Section::Table(table) => {
                let dimension = table.title.trim_start_matches("By ");
                for row in table.shown() {
                    let slice = Slice::of(window).at(dimension, &row.member);
                    let cells = table.columns.iter().zip(&row.cells);
                    figures
                        .extend(cells.map(|(column, cell)| (column.metric.clone(), slice.clone(), *cell, column.unit)));
                }
            }
            _ => {}
        }
    }
    figures
}

/// Every table, over every window it is published for, cell by cell.
async fn tables_are_as_published(server: &Asked, snapshot: &Snapshot) {
    let listed = server.data("catalog").await;
    let listed = listed.as_array().expect("rows");
    assert!(snapshot.tables.len() > 10, "{:?}", snapshot.tables.keys());
    for (name, windows) in &snapshot.tables {
        assert!(listed.iter().any(|row| row["name"] == *name && row["columns"].is_array()), "{name}");
        for (window, table) in windows {
            let rows = server.data(&format!("metrics/{name}?window={}", window.name())).await;
            let rows = rows.as_array().expect("rows");
            assert_eq!(rows.len(), table.rows.len(), "{name}");
            for (row, cells) in rows.iter().zip(&table.rows) {
                for (column, cell) in table.columns.iter().zip(cells) {
                    let told = &row[&column.name];
                    match (cell, column.unit) {
                        (Cell::Text(text), _) => assert_eq!(told, text, "{name} {}", column.name),
                        (cell, Some(unit)) => {
                            let value = cell.figure().and_then(|figure| figure.value(unit));
                            assert_eq!(number(told), value, "{name} {}", column.name);
                        }
                        (_, None) => assert!(told.is_null(), "{name} {}", column.name),
                    }
                }
            }
        }
    }
}
