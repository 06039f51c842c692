//! Slots by a calendar, planned with the calendar the ledger holds.

use std::fs;
use std::path::Path;

use uuid::Uuid;
use vesper::base::Folder;
use vesper::job::{Job, claim, job_lines, materialise, read_jobs, sync_jobs};

use super::{empty_ledger, execute, look};

/// A folder of one job, with a calendar of no weekends whose only holiday is every day of one `weekday`.
fn read(folder: &Path, job: &str, calendar: &str) -> Vec<Job> {
    for (file, text) in [("pipeline/daily.toml", job), ("calendar/house.toml", calendar)] {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    read_jobs(&Folder::open(folder).expect("a folder")).expect("files without problems")
}

const DAILY: &str = "cron = \"0 7 * * *\"\ncatchup = \"all\"\ncalendar = \"house\"";
/// Friday 2 to Monday 5 October 2026 have passed unseen.
const REWIND: &str = "update vesper.job set cursor_at = '2026-10-01T07:00:00Z', next_at = '2026-10-02T07:00:00Z', catchup_window = '30000 days'";
const OCTOBER: &str = "select string_agg(concat_ws(' ', to_char(scheduled_for at time zone 'UTC', 'DD'), state, last_error), E'\\n' \
                       order by scheduled_for) from vesper.run where scheduled_for < '2026-10-07'";

#[tokio::test]
async fn a_slot_on_a_day_off_is_a_skipped_row_that_names_the_holiday() {
    let (ledger, folder) = (empty_ledger().await, tempfile::tempdir().expect("a folder"));
    let calendar = "weekend = [\"sun\"]\n[[holiday]]\nname = \"Tag der Deutschen Einheit\"\non = \"10-03\"";
    let jobs = read(folder.path(), DAILY, calendar);
    sync_jobs(&ledger.pool, &jobs).await.expect("the ledger takes the files");
    execute(&ledger.pool, REWIND).await;
    materialise(&ledger.pool).await.expect("a tick");
    let expected = "02 queued\n03 skipped 3 October 2026 is no business day: Tag der Deutschen Einheit (calendar house)\n\
                    04 skipped 4 October 2026 is no business day: Sunday (calendar house)\n05 queued\n06 queued";
    assert_eq!(look(&ledger.pool, OCTOBER).await, expected);
}

#[tokio::test]
async fn a_mail_is_worth_sending_until_the_next_slot_that_runs_and_not_until_one_that_is_skipped() {
    let (ledger, folder) = (empty_ledger().await, tempfile::tempdir().expect("a folder"));
    let jobs = read(folder.path(), DAILY, "weekend = [\"sat\", \"sun\"]");
    sync_jobs(&ledger.pool, &jobs).await.expect("the ledger takes the files");
    execute(&ledger.pool, REWIND).await;
    materialise(&ledger.pool).await.expect("a tick");
    execute(&ledger.pool, "update vesper.job set cursor_at = '2026-10-02T07:00:00Z', next_at = '2026-10-03T07:00:00Z'")
        .await;
    let friday = claim(&ledger.pool, Uuid::new_v4()).await.expect("an answer").expect("a run that is ready");
    assert_eq!(friday.scheduled_for.to_rfc3339(), "2026-10-02T07:00:00+00:00");
    assert_eq!(friday.next_slot_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-10-05T07:00:00+00:00"));
}

#[tokio::test]
async fn a_slot_is_planned_with_the_calendar_it_was_due_under_and_a_shifted_one_is_not_doubled() {
    let (ledger, folder) = (empty_ledger().await, tempfile::tempdir().expect("a folder"));
    let shifted = format!("{DAILY}\nshift = \"next\"");
    let jobs = read(folder.path(), &shifted, "weekend = [\"sat\", \"sun\"]");
    sync_jobs(&ledger.pool, &jobs).await.expect("the ledger takes the files");
    execute(&ledger.pool, REWIND).await;
    // The calendar changes before a tick: its file alone is an edit of every job that names it.
    let edited = read(folder.path(), &shifted, "weekend = [\"mon\"]");
    let synced = sync_jobs(&ledger.pool, &edited).await.expect("the ledger takes the files");
    assert_eq!(synced.changed, ["daily"]);
    assert!(synced.slot_count > 0);
    assert_eq!(look(&ledger.pool, OCTOBER).await, "02 queued\n05 queued\n06 queued");
    let next = job_lines(&ledger.pool).await.expect("jobs")[0].next_at.expect("a slot");
    assert_ne!(chrono::Datelike::weekday(&next), chrono::Weekday::Mon);
}
