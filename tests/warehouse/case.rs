//! Claims small enough to be checked by hand: `tests/cases/metric/<claim>/`.
//!
//! `<date>.sql` is what happens in the source before the night of that date, `<date>.expected` what is published then,
//! one expectation a line, ` = ` before the value:
//!
//! - `figure METRIC WINDOW [previous|year] [DIMENSION MEMBER] = VALUE`, `missing` where none may be published;
//! - `series METRIC DAY = VALUE`, `document ROUTE POINTER = VALUE`;
//! - `table METRIC WINDOW ROW COLUMN = VALUE`, a row by the texts it begins with (joined by `/`) or its number (`#0`); `rows` counts them;
//! - `quarantine ENTITY KEY = REASON`, `count ENTITY = COUNTS`, `sql QUERY = VALUE` asked of the star.
//!
//! The tables of `schema.sql` carry no constraint, so that a case can break any promise.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};
use vesper::metric::catalog::find;
use vesper::metric::{Cell, Compare, Figure, Slice, Snapshot, Unit, Which, Window, find_table, load_snapshot};

use super::{Feed, NightReport};
use crate::support::cluster::{empty_database, warehouse_database};

pub const SOURCE: &str = "tests/cases/metric/source";

pub fn read(path: impl AsRef<Path>) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/metric").join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The entries of a folder of the cases, sorted.
fn entries(path: &Path) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/metric").join(path);
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<PathBuf> = entries.map(|e| path.join(e.expect("an entry").file_name())).collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_hand_checked_claim_holds() {
    let folders = entries(Path::new("")).into_iter().filter(|p| p.extension().is_none() && !p.ends_with("source"));
    let mut problems = Vec::new();
    let mut claims = 0;
    for folder in folders {
        problems.extend(check_claim(&folder).await.into_iter().map(|p| format!("{}: {p}", folder.display())));
        claims += 1;
    }
    assert!(problems.is_empty(), "{} of {claims} claims:\n{}", problems.len(), problems.join("\n"));
    assert!(claims >= 20, "the cases are there");
}

async fn check_claim(folder: &Path) -> Vec<String> {
    let (source, warehouse) = (empty_database().await, warehouse_database().await);
    let mut operational = source.connect().await;
    let schema = sqlx::raw_sql(AssertSqlSafe(read("schema.sql"))).execute(&mut operational).await;
    schema.expect("the schema");
    let mut feed = Feed::new(warehouse.connect().await, &source.url(), SOURCE).await;
    let mut problems = Vec::new();
    for file in entries(folder).iter().filter(|f| f.extension().is_some_and(|e| e == "sql")) {
        let date = file.file_stem().and_then(|s| s.to_str()).expect("a date");
        let done = sqlx::raw_sql(AssertSqlSafe(read(file))).execute(&mut operational).await;
        done.unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let report = feed.night(date).await;
        let date_of = date.parse().expect("a date");
        let snapshot = load_snapshot(&mut feed.warehouse, "main", Which::AsOf(date_of)).await;
        let snapshot = snapshot.expect("readable").expect("published");
        for line in read(file.with_extension("expected")).lines() {
            let (question, expected) = line.rsplit_once(" = ").unwrap_or_else(|| panic!("{line}: no value"));
            let answer = answer(question, &mut feed, &snapshot, &report).await;
            if answer != expected {
                problems.push(format!("{date} {question}: expected {expected}, found {answer}"));
            }
        }
    }
    problems
}

async fn answer(question: &str, feed: &mut Feed, snapshot: &Snapshot, report: &NightReport) -> String {
    let (kind, rest) = question.split_once(' ').expect("a kind");
    let words: Vec<&str> = rest.split(' ').collect();
    match kind {
        "figure" => figure(&words, snapshot),
        "series" => {
            let series = &snapshot.series[words[0]];
            let day = words[1].parse::<chrono::NaiveDate>().expect("a day") - series.start_date;
            usize::try_from(day.num_days()).ok().and_then(|i| series.values.get(i)).map_or_else(missing, i64::to_string)
        }
        "document" => match snapshot.documents[words[0]].pointer(words[1]) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => missing(),
        },
        "table" => table(&words, snapshot),
        "quarantine" => {
            let key = rest.split_once(' ').expect("a key").1;
            let query = "select reason from vesper.quarantine where entity = $1 and entity_key = $2";
            let reason = sqlx::query_scalar::<_, String>(query).bind(words[0]).bind(key);
            reason.fetch_optional(&mut feed.warehouse).await.expect("the quarantine").unwrap_or_else(missing)
        }
        "count" => {
            let count = report.load.counts.iter().find(|c| c.entity == words[0]).expect("an entity");
            format!(
                "{} read, {} loaded, {} unchanged, {} quarantined",
                count.read, count.loaded, count.unchanged, count.quarantined
            )
        }
        "sql" => {
            let query = format!("select q.answer::text from ({rest}) as q (answer)");
            let row = sqlx::query(AssertSqlSafe(query)).fetch_one(&mut feed.warehouse).await;
            row.unwrap_or_else(|e| panic!("{rest}: {e}")).get(0)
        }
        _ => panic!("{question}: an unknown kind"),
    }
}

fn figure(words: &[&str], snapshot: &Snapshot) -> String {
    let slice = Slice::of(Window::parse(words[1]).expect("a window"));
    let (slice, rest) = match words.get(2).copied() {
        Some("previous") => (slice.compared(Compare::Previous), &words[3..]),
        Some("year") => (slice.compared(Compare::Year), &words[3..]),
        _ => (slice, &words[2..]),
    };
    let slice = match rest {
        [dimension, member] => slice.at(dimension, member),
        _ => slice,
    };
    let metric = find(words[0]).expect("a metric of the catalog");
    snapshot.figure(metric.name, &slice).map_or_else(missing, |figure| told(figure, metric.unit))
}

fn told(figure: Figure, unit: Unit) -> String {
    match (figure.value(unit), unit) {
        (None, _) => "null".to_owned(),
        (Some(_), Unit::Count | Unit::Money) => figure.rounded().expect("it has a value").to_string(),
        (Some(value), Unit::Index) => format!("{value:.4}"),
        (Some(value), _) => format!("{value:.1}"),
    }
}

/// A cell of a published table, as the expectation writes it.
fn table(words: &[&str], snapshot: &Snapshot) -> String {
    let [metric, window, row @ .., column] = words else { panic!("{words:?}: metric, window, row and column") };
    assert!(find_table(metric).is_some(), "{metric} is a table");
    let Some(table) = snapshot.table(metric, Window::parse(window).expect("a window")) else { return missing() };
    if *column == "rows" {
        return table.rows.len().to_string();
    }
    let (row, unit) = (row.join(" "), table.columns.iter().find(|c| c.name == *column).expect("a column").unit);
    let is_wanted = |at: &usize| match row.strip_prefix('#') {
        Some(number) => number.parse() == Ok(*at),
        None => {
            let texts: Vec<&str> = table.rows[*at].iter().map_while(Cell::text).collect();
            texts == row.split('/').collect::<Vec<_>>() || texts.join("/").starts_with(&format!("{row}/"))
        }
    };
    match (0..table.rows.len()).find(is_wanted).and_then(|at| table.cell(at, column)) {
        None => "absent".to_owned(),
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::Ratio(numerator, denominator)) => {
            told(Figure::ratio(*numerator, *denominator), unit.expect("figures have a unit"))
        }
        Some(Cell::Nothing) => "null".to_owned(),
    }
}

fn missing() -> String {
    "missing".to_owned()
}
