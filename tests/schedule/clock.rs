//! Clocks that step, and a worker that slept, as the ledger sees them.

use chrono_tz::Tz;
use vesper::base::clock;
use vesper::job::{Notice, Vigil, materialise, sync_jobs, zone_differences};

use super::{empty_ledger, execute, ledger, look, pipeline};

const DAILY: &str = "cron = \"0 2 * * *\"\ncatchup_window = \"30d\"\ncatchup_grace = \"5m\"";
/// The clock stepped a week forwards, or nobody worked for a week: the same to the ledger.
const A_WEEK_PASSED: &str = "update vesper.job set \
     cursor_at = date_trunc('day', clock_timestamp(), 'UTC') - interval '7 days' + interval '2 hours', \
     next_at = date_trunc('day', clock_timestamp(), 'UTC') - interval '6 days' + interval '2 hours'";
const STATES: &str = "select string_agg(run.job_id || ' ' || state, ', ' order by run.job_id, scheduled_for) from vesper.run \
     where scheduled_for < date_trunc('day', clock_timestamp(), 'UTC')";

#[tokio::test]
async fn after_a_week_asleep_each_policy_runs_what_it_says_and_shows_the_rest() {
    let file = |policy: &str| format!("{DAILY}\ncatchup = \"{policy}\"");
    let (all, latest, skip) = (file("all"), file("latest"), file("skip"));
    let ledger = ledger(&[("all", &all), ("latest", &latest), ("skip", &skip)]).await;
    execute(&ledger.pool, A_WEEK_PASSED).await;
    materialise(&ledger.pool).await.expect("a tick");
    // Six slots before today's; today's own may have come or not.
    let queued = "select string_agg(job_id || ' ' || n, ', ' order by job_id) from \
                  (select job_id, count(*) as n from vesper.run where state = 'queued' group by job_id) as q where job_id <> 'skip'";
    let today = look(&ledger.pool, "select (count(*) - 6)::text from vesper.run where job_id = 'all'").await;
    let all_count = 6 + today.parse::<u32>().expect("a number");
    assert_eq!(look(&ledger.pool, queued).await, format!("all {all_count}, latest 1"));
    let each =
        "select string_agg(distinct n::text, ' ') from (select count(*) as n from vesper.run group by job_id) as c";
    assert_eq!(look(&ledger.pool, each).await, all_count.to_string(), "every slot is a row, whatever the policy");
    let skipped = look(&ledger.pool, STATES).await.matches("skip skipped").count();
    assert_eq!(skipped, 6);
}

#[tokio::test]
async fn a_clock_that_stepped_back_doubles_nothing_and_is_said_once() {
    let ledger = ledger(&[("hourly", "cron = \"0 * * * *\"")]).await;
    let mut vigil = Vigil::default();
    assert_eq!(vigil.look(&ledger.pool).await.expect("a look"), []);
    // Seen from now, a cursor of tomorrow: the clock was a day ahead when it was set.
    execute(
        &ledger.pool,
        "update vesper.job set cursor_at = date_trunc('hour', clock_timestamp()) + interval '24 hours', \
         next_at = date_trunc('hour', clock_timestamp()) + interval '25 hours'",
    )
    .await;
    assert_eq!(materialise(&ledger.pool).await.expect("a tick"), 0);
    assert_eq!(vigil.look(&ledger.pool).await.expect("a look"), [Notice::CursorsAhead(vec!["hourly".to_owned()])]);
    assert_eq!(vigil.look(&ledger.pool).await.expect("a look"), []);
    let edited = [pipeline("hourly", "cron = \"30 * * * *\"")];
    sync_jobs(&ledger.pool, &edited).await.expect("the ledger takes the files");
    assert_eq!(vigil.look(&ledger.pool).await.expect("a look"), [Notice::CursorsRight]);
}

#[tokio::test]
async fn zones_are_compared_with_the_servers() {
    let ledger = empty_ledger().await;
    let zones = [Tz::UTC, Tz::Europe__Berlin, Tz::Asia__Kathmandu];
    let found = zone_differences(&ledger.pool, &zones, clock::now()).await.expect("an answer");
    assert_eq!(found, []);
}
