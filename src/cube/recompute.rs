//! Whether cubes that were kept night by night are what the star gives anew: a sample that goes round.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::cube::CubeError;
use crate::cube::origin::origin_of;
use crate::cube::refresh::{CUBES, Extent, failed};

/// What was compared, and what differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recomputed {
    /// The cube whose turn it was.
    pub cube: String,
    /// The first day that was compared; `None` for a rollup and for a cube without days, which are compared whole.
    pub from: Option<NaiveDate>,
    /// Rows that only one side has, as text: at most `ROW_COUNT_MAX`.
    pub stale: Vec<String>,
}

/// Rows named in a complaint.
const ROW_COUNT_MAX: usize = 5;
/// Weeks that a sample goes back before it begins anew: two years.
const WEEK_COUNT: i64 = 104;

/// Recomputes one cube's week from the star, or a rollup from its cube, and compares it with the rows that are kept. Another
/// cube each night, another week each round, so that every row of two years has its turn. Re-run: the same comparison.
pub async fn recompute_sample(
    tx: &mut PgConnection,
    tenant_key: i32,
    business_date: NaiveDate,
) -> Result<Recomputed, CubeError> {
    let night = (business_date - NaiveDate::default()).num_days();
    let count = CUBES.len() as i64;
    let spec = &CUBES[night.rem_euclid(count) as usize];
    let weeks = (night / count).rem_euclid(WEEK_COUNT);
    let until = business_date + Days::new(1) - chrono::TimeDelta::weeks(weeks);
    let from = until - chrono::TimeDelta::weeks(1);
    let has_days = matches!(spec.extent, Extent::Days);
    let origin = origin_of(spec.table, tenant_key, from, until).expect("every cube has an origin");
    let (columns, query, cube) = (origin.columns, origin.query, spec.table);
    let origin = if spec.extent.summed().is_some() { "cube" } else { "star" };
    let days = if has_days { format!("and day >= date '{from}' and day < date '{until}'") } else { String::new() };
    let statement = format!(
        "with fresh ({columns}) as ({query}), kept as (select {columns} from cube.{cube} where tenant_key = {tenant_key} {days})
         select 'only kept: ' || k::text from (select * from kept except select * from fresh) as k
         union all
         select 'only in the {origin}: ' || f::text from (select * from fresh except select * from kept) as f
         limit {ROW_COUNT_MAX}"
    );
    let rows =
        sqlx::query(AssertSqlSafe(statement)).fetch_all(tx).await.map_err(failed(cube, "recomputing a sample"))?;
    Ok(Recomputed {
        cube: cube.to_owned(),
        from: has_days.then_some(from),
        stale: rows.iter().map(|row| row.get(0)).collect(),
    })
}
