//! A cube as the query on the star that it is filled by: what lies under a number, to be pasted into psql.

use chrono::NaiveDate;

use crate::cube::refresh::{CUBES, CubeSpec, Extent};

/// The rows of a cube, computed from the star and not read from the cube.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The cube's columns, in the order of the query.
    pub columns: String,
    /// A select on the star without parameters; of a rollup, on its cube.
    pub query: String,
}

/// The origin of a cube's rows of a tenant from `from` up to, and without, `until`; `None` for a cube there is none of.
///
/// The rows of a cube without days are its rows of today. Those of a rollup by month are told whole, whatever the span; those of any rollup from its cube.
pub fn origin_of(cube: &str, tenant_key: i32, from: NaiveDate, until: NaiveDate) -> Option<Origin> {
    let CubeSpec { insert, extent, .. } = CUBES.iter().find(|spec| spec.table == cube)?;
    let statement: String =
        insert.lines().filter(|line| !line.trim_start().starts_with("--")).map(|line| format!("{line}\n")).collect();
    let (_, rest) = statement.split_once('(')?;
    let (columns, rest) = rest.split_once(')')?;
    let query = rest.split_once("\non conflict").map_or(rest, |(query, _)| query);
    let query = query.trim().replace("$1::int", &tenant_key.to_string()).replace("$1", &tenant_key.to_string());
    let columns = columns.split_whitespace().collect::<Vec<_>>().join(" ");
    // The days of a span, and every customer, in place of what a load touched.
    let days = match extent {
        Extent::Months(of) => format!("(select q.day from cube.{of} as q where q.tenant_key = {tenant_key})"),
        _ => format!(
            "(select d.date as day from star.dim_date as d where d.date >= date '{from}' and d.date < date '{until}')"
        ),
    };
    let customers = format!(
        "(select k.customer_id from star.dim_customer as k where k.tenant_key = {tenant_key} and k.is_current)"
    );
    let query = instead_of("vesper.touched_day", &query, &days);
    Some(Origin { columns, query: instead_of("vesper.touched_customer", &query, &customers) })
}

/// Another select in place of each one in brackets that reads the table.
fn instead_of(table: &str, query: &str, select: &str) -> String {
    let mut text = query.to_owned();
    while let Some(at) = text.find(table) {
        let Some(open) = text[..at].rfind('(') else { break };
        let mut depth = 0;
        let close = text[open..].char_indices().find_map(|(offset, c)| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            (depth == 0).then_some(open + offset)
        });
        let Some(close) = close else { break };
        text.replace_range(open..=close, select);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cube_has_an_origin_on_the_star_alone_and_every_rollup_one_on_its_cube() {
        let (from, until) = ("2025-01-01".parse().expect("a date"), "2025-02-01".parse().expect("a date"));
        for cube in CUBES {
            let origin = origin_of(cube.table, 7, from, until).expect(cube.table);
            // A rollup sums its cube and knows nothing of the star.
            let query = match cube.extent.summed() {
                Some(of) => {
                    assert!(!origin.query.contains("star."), "{}: {}", cube.table, origin.query);
                    origin.query.replace(&format!("cube.{of} as q"), "")
                }
                None => origin.query,
            };
            for strange in ["vesper.", "cube.", "$1", "insert", "on conflict"] {
                assert!(!query.contains(strange), "{}: {strange} in {query}", cube.table);
            }
            assert!(origin.columns.starts_with("tenant_key"), "{}", origin.columns);
        }
    }
}
