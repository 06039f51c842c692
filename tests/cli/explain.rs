//! `vesper explain`, as an analyst runs it who can reach the warehouse and nothing else.

use super::stage::{DATE, Stage};

#[tokio::test]
async fn a_number_is_explained_to_whoever_can_reach_the_warehouse_alone() {
    let mut stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    for variable in ["VESPER_SOURCE_URL", "VESPER_MAIL_URL", "VESPER_MAIL_FROM"] {
        stage.environment.remove(variable);
    }
    let told = stage.succeed(&["explain", "deals_won", "--slice", "window=month", "--for", DATE]).await;
    for part in ["deals_won@1", "snapshot", "read up to mark", "-- from the cubes", "-- from the rows of the star"] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    let own = stage.succeed(&["explain", "deal_velocity"]).await;
    assert!(own.contains("deal_velocity@1"), "the deployment's own metrics too:\n{own}");

    let wrong = stage.run(&["explain", "deals_one"]).await;
    assert!(wrong.exit_code == 3 && wrong.stderr.contains("did you mean `deals_won`?"), "{}", wrong.stderr);
    stage.environment.remove("VESPER_WAREHOUSE_URL");
    let lost = stage.run(&["explain", "deals_won"]).await;
    assert!(lost.exit_code == 3 && lost.stderr.contains("VESPER_WAREHOUSE_URL"), "{}", lost.stderr);
    assert!(!lost.stderr.contains("VESPER_MAIL"), "what it does without is not asked for:\n{}", lost.stderr);
}
