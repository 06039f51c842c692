//! Job files that change while slots are due.

use futures_util::future::join_all;
use vesper::job::{Job, Synced, foreign_jobs, materialise, sync_jobs};

use super::{execute, ledger, look, pipeline, sync};

const HOURLY: &str = "cron = \"0 * * * *\"\ncatchup = \"all\"\nowner = \"before@example.com\"";
const EDITED: &str = "cron = \"30 * * * *\"\ncatchup = \"all\"\nowner = \"after@example.com\"";
/// Five slots have passed that no tick has seen.
const REWIND: &str = "update vesper.job set cursor_at = date_trunc('hour', clock_timestamp()) - interval '5 hours', \
                      next_at = date_trunc('hour', clock_timestamp()) - interval '4 hours'";
const SLOTS: &str = "select string_agg(concat_ws(' ', state, spec -> 'owner' ->> 'address'), ', ') from vesper.run";
const IS_FROM_NOW_ON: &str = "select bool_and(cursor_at > clock_timestamp() - interval '1 minute' and next_at > clock_timestamp())::text \
                              from vesper.job";

fn jobs(files: &[(&str, &str)]) -> Vec<Job> {
    files.iter().map(|(name, text)| pipeline(name, text)).collect()
}

#[tokio::test]
async fn an_edit_between_a_slot_and_its_materialisation_keeps_the_slot_as_it_was_written_then() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    let synced = sync_jobs(&ledger.pool, &jobs(&[("hourly", EDITED)])).await.expect("the ledger takes the files");
    assert_eq!(synced, Synced { changed: vec!["hourly".to_owned()], removed: vec![], slot_count: 5 });
    assert_eq!(look(&ledger.pool, SLOTS).await, ["queued before@example.com"; 5].join(", "));
    assert_eq!(look(&ledger.pool, IS_FROM_NOW_ON).await, "true");
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 0);
}

#[tokio::test]
async fn an_edited_policy_alone_lets_what_is_due_run_by_the_new_one() {
    let ledger = ledger(&[("hourly", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    sync(&ledger.pool, &[("hourly", &HOURLY.replace("all", "latest"))]).await;
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 5);
    let states = "select string_agg(state, ' ' order by scheduled_for) from vesper.run";
    assert_eq!(look(&ledger.pool, states).await, "skipped skipped skipped skipped queued");
}

#[tokio::test]
async fn slots_of_a_removed_file_are_rows_and_wait_for_its_return() {
    let ledger = ledger(&[("hourly", HOURLY), ("other", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    let synced = sync_jobs(&ledger.pool, &jobs(&[("other", HOURLY)])).await.expect("the ledger takes the files");
    assert_eq!(synced, Synced { changed: vec![], removed: vec!["hourly".to_owned()], slot_count: 5 });
    let again = sync_jobs(&ledger.pool, &jobs(&[("other", HOURLY)])).await.expect("the ledger takes the files");
    assert_eq!(again, Synced::default());
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 5, "the other's");
    let back = sync_jobs(&ledger.pool, &jobs(&[("hourly", HOURLY), ("other", HOURLY)])).await.expect("files");
    assert_eq!(back, Synced { changed: vec!["hourly".to_owned()], removed: vec![], slot_count: 0 });
    let waiting = "select count(*)::text from vesper.run where job_id = 'hourly' and state = 'queued'";
    assert_eq!(look(&ledger.pool, waiting).await, "5");
    assert_eq!(look(&ledger.pool, "select bool_and(enabled)::text from vesper.job").await, "true");
}

#[tokio::test]
async fn workers_that_take_one_edit_at_once_while_others_tick_make_each_slot_once() {
    let ledger = ledger(&[("hourly", HOURLY), ("other", HOURLY)]).await;
    execute(&ledger.pool, REWIND).await;
    let edited = jobs(&[("hourly", EDITED), ("new", HOURLY), ("other", EDITED)]);
    let (synced, ticked) = tokio::join!(
        join_all((0..4).map(|_| sync_jobs(&ledger.pool, &edited))),
        join_all((0..4).map(|_| materialise(&ledger.pool)))
    );
    let settled: u64 = synced.into_iter().map(|s| s.expect("the ledger takes the files").slot_count).sum();
    let seen: u64 = ticked.into_iter().map(|t| t.expect("a tick")).sum();
    assert_eq!(settled + seen, 10);
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.run").await, "10");
    assert_eq!(look(&ledger.pool, IS_FROM_NOW_ON).await, "true");
}

#[tokio::test]
async fn more_slots_than_one_plan_holds_are_settled_before_the_edit() {
    let ledger = ledger(&[("busy", "cron = \"* * * * * *\"")]).await;
    execute(
        &ledger.pool,
        "update vesper.job set cursor_at = date_trunc('second', clock_timestamp()) - interval '2500 seconds', \
         next_at = date_trunc('second', clock_timestamp()) - interval '2499 seconds'",
    )
    .await;
    let synced = sync_jobs(&ledger.pool, &jobs(&[("busy", HOURLY)])).await.expect("the ledger takes the files");
    assert!((2_500..2_600).contains(&synced.slot_count), "{synced:?}");
    assert_eq!(look(&ledger.pool, IS_FROM_NOW_ON).await, "true");
}

#[tokio::test]
async fn a_worker_with_other_files_than_the_last_writers_can_tell() {
    let ledger = ledger(&[("hourly", HOURLY), ("other", HOURLY)]).await;
    let own = jobs(&[("hourly", HOURLY), ("other", HOURLY)]);
    assert_eq!(foreign_jobs(&ledger.pool, &own).await.expect("an answer"), Vec::<String>::new());
    sync(&ledger.pool, &[("hourly", EDITED), ("new", HOURLY)]).await;
    assert_eq!(foreign_jobs(&ledger.pool, &own).await.expect("an answer"), ["hourly", "new", "other"]);
}
