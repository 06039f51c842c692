//! A report that has nothing to say.

use super::stage::{DATE, Stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_report_whose_condition_does_not_hold_seals_and_mails_nothing_and_says_why() {
    let stage = Stage::new().await;
    stage.succeed(&["run", "nightly", "--for", DATE]).await;
    let file = stage.directory().join("jobs/report/executive-weekly.toml");
    let plain = std::fs::read_to_string(&file).expect("a file");
    let when = |is: &str, value: &str| {
        let condition =
            format!("[[when]]\nmetric = \"total_customers\"\nwindow = \"all\"\nis = \"{is}\"\nvalue = {value}\n");
        std::fs::write(&file, format!("{plain}\n{condition}")).expect("a file");
    };

    when("above", "1e9");
    let told = stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    assert!(told.contains("nothing to say: Customers (all) is ") && told.contains("not above 1000000000"), "{told}");
    assert!(told.contains("0 mails"), "{told}");
    assert_eq!(stage.outbox().len(), 0);
    let mut warehouse = stage.warehouse.connect().await;
    let sealed: i64 =
        sqlx::query_scalar("select count(*) from vesper.edition").fetch_one(&mut warehouse).await.expect("a count");
    assert_eq!(sealed, 0);
    assert!(stage.succeed(&["status"]).await.contains("nothing to say: Customers"));

    when("at_least", "1");
    stage.succeed(&["run", "executive-weekly", "--for", DATE]).await;
    assert_eq!(stage.outbox().len(), 2);
}
