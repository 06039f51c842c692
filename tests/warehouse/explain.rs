//! The SQL that explains a number gives that number, on the cubes and on the star.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection, Row};
use vesper::metric::explain::explain;
use vesper::metric::{Figure, Kpis, Slice, Snapshot};

/// Runs both statements of every metric of the catalog at every window, and at some members of every dimension, and
/// gives what differs from what is published.
pub async fn explanations_that_differ(
    warehouse: &mut PgConnection,
    snapshot: &Snapshot,
    tenant_key: i32,
) -> Vec<String> {
    let (mut problems, mut asked) = (Vec::new(), 0);
    for metric in snapshot.catalog.iter() {
        let points = snapshot.points.get(metric.name).into_iter().flatten();
        let mut explained = BTreeSet::new();
        for (slice, figure) in points.filter(|(slice, _)| is_asked(slice, snapshot)) {
            let explanation = explain(snapshot, &Kpis::default(), tenant_key, metric, slice);
            explained.insert(slice.window);
            for (place, sql) in [("cubes", &explanation.cube_sql), ("star", &explanation.star_sql)] {
                let Some(sql) = sql else {
                    problems.push(format!("{} has no SQL on the {place}", metric.name));
                    continue;
                };
                let row = sqlx::query(AssertSqlSafe(sql.trim_end_matches(';'))).fetch_one(&mut *warehouse).await;
                let row = match row {
                    Ok(row) => row,
                    Err(error) => {
                        problems.push(format!("{} {slice:?} on the {place}: {error}\n{sql}", metric.name));
                        continue;
                    }
                };
                let found =
                    Figure::ratio(row.get(0), row.try_get(1).unwrap_or_else(|_| i64::from(row.get::<i32, _>(1))));
                if found.value(metric.unit) != figure.value(metric.unit) || found.numerator != figure.numerator {
                    problems
                        .push(format!("{} {slice:?}: published {figure:?}, the {place} give {found:?}", metric.name));
                }
                asked += 1;
            }
        }
        assert!(!explained.is_empty(), "{} is published", metric.name);
    }
    assert!(asked > 2 * snapshot.catalog.iter().count(), "{asked} statements were asked");
    problems.dedup();
    problems
}

/// Wholes of two windows and a comparison; of each dimension the first and the last member in the month.
fn is_asked(slice: &Slice, snapshot: &Snapshot) -> bool {
    let is_window = matches!(slice.window, vesper::metric::Window::All | vesper::metric::Window::Month);
    match &slice.member {
        None => is_window,
        Some((dimension, member)) => {
            let members = snapshot.members(dimension);
            let is_end = [members.first(), members.last()].iter().flatten().any(|m| m.member == *member);
            is_end && is_window && slice.compare.is_none()
        }
    }
}
