//! What somebody wrote into the star or the cubes is put right on demand.

use super::stage::{DATE, Stage};

const BEFORE: &str = "2026-02-28";

/// Behind the worker's back; the source tells of no change.
const FAULTS: [&str; 3] = [
    "update star.fact_deal set value_cents = value_cents + 100, reporting_cents = reporting_cents + 100 where is_won",
    "update star.fact_interaction set duration_seconds = 1 where duration_seconds > 1",
    "delete from cube.interaction_day where day > '2026-01-01'",
];

async fn sums(stage: &Stage) -> (i64, i64, i64) {
    let sums = "select (select sum(reporting_cents)::bigint from star.fact_deal), (select sum(duration_seconds)::bigint from star.fact_interaction),
                    (select sum(duration_seconds)::bigint from cube.interaction_day)";
    let mut connection = stage.warehouse.connect().await;
    sqlx::query_as(sums).fetch_one(&mut connection).await.expect("three sums")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_star_that_somebody_wrote_is_put_right_when_a_person_asks() {
    let stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", BEFORE]).await;
    let right = sums(&stage).await;
    let mut connection = stage.warehouse.connect().await;
    for fault in FAULTS {
        let done = sqlx::query(fault).execute(&mut connection).await.expect("the fault is made");
        assert!(done.rows_affected() > 0, "{fault}");
    }
    let told = stage.succeed(&["refresh", "deal", "interaction", "quota", "cubes"]).await;
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines,
        [
            "main: every deal of promenade is compared at the next night",
            "main: every interaction of promenade is compared at the next night",
            "main: the cubes of every day are made again at the next night",
            "quota: comes by file or was never loaded, so every row is read anyway",
        ]
    );
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    assert_eq!(sums(&stage).await, right);

    // Done once: the next night reads what the source tells of, which is nothing.
    let reach = "select c.entity, c.reach from vesper.load_count as c where c.entity in ('deal', 'interaction') order by c.load_count_id desc limit 2";
    let reached: Vec<(String, String)> = sqlx::query_as(reach).fetch_all(&mut connection).await.expect("the ledger");
    assert!(reached.iter().all(|(_, reach)| reach == "whole: somebody asked for it"), "{reached:?}");
    stage.succeed(&["run", "nightly", "--for", "2026-03-02"]).await;
    let reached: Vec<(String, String)> = sqlx::query_as(reach).fetch_all(&mut connection).await.expect("the ledger");
    assert!(reached.iter().all(|(_, reach)| !reach.starts_with("whole")), "{reached:?}");
}
