use sqlx::PgPool;
use uuid::Uuid;
use vesper::base::Remedy;
use vesper::delivery::Recipient;
use vesper::job::{AlertPost, Look, Origin, RunError, claim_run, fail, finish, look_for_trouble, tick};

use super::{Ledger, claimed, execute, ledger, look, queued};

const OWNED: &str = "cron = \"0 2 * * *\"\nowner = \"data@example.com\"\nlate_after = \"2h\"";
const ORPHAN: &str = "cron = \"0 2 * * *\"";
const MAILS: &str =
    "select coalesce(string_agg(label || ' ' || rcpt, ', ' order by message_id), 'none') from vesper.message";
const ALERTS: &str = "select coalesce(string_agg(job_id || ' ' || kind || case when closed_at is null then ' open' else ' closed' end, \
                      ', ' order by alert_id), 'none') from vesper.alert";

fn post(fallback: Option<&str>) -> AlertPost {
    let recipient = |text| Recipient::parse(text).expect("an address");
    AlertPost { sender: recipient("vesper@example.com"), fallback: fallback.map(recipient) }
}

async fn look_once(pool: &PgPool) -> Look {
    look_for_trouble(pool, &post(None)).await.expect("a look")
}

const NOTHING: Look = Look { opened_count: 0, closed_count: 0, mail_count: 0 };

async fn die(pool: &PgPool, job: &str) {
    let claim = claimed(pool, job).await;
    fail(pool, &claim, &RunError::new(Remedy::FixData, "two currencies")).await.expect("ours");
}

async fn succeed(pool: &PgPool, job: &str) {
    finish(pool, &claimed(pool, job).await).await.expect("ours");
}

async fn text_of_last_mail(pool: &PgPool) -> String {
    look(
        pool,
        "select convert_from(head, 'UTF8') || convert_from(bytes, 'UTF8') from vesper.message \
         join vesper.mail_body on digest = body_digest order by message_id desc limit 1",
    )
    .await
}

#[tokio::test]
async fn a_storm_of_failed_runs_is_one_mail_and_the_next_success_is_one_more() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    assert_eq!(look_once(pool).await, NOTHING);
    for _ in 0..20 {
        die(pool, "nightly").await;
    }
    assert_eq!(look_once(pool).await, Look { opened_count: 1, closed_count: 0, mail_count: 1 });
    die(pool, "nightly").await;
    assert_eq!(look_once(pool).await, NOTHING);
    let mail = text_of_last_mail(pool).await;
    for part in ["Subject: Vesper: nightly failed for 2026-11-22", "Why: two currencies", "vesper run nightly --for"] {
        assert!(mail.contains(part), "{part} not in {mail}");
    }
    succeed(pool, "nightly").await;
    assert_eq!(look_once(pool).await, Look { opened_count: 0, closed_count: 1, mail_count: 1 });
    assert_eq!(look_once(pool).await, NOTHING);
    assert!(text_of_last_mail(pool).await.contains("nightly has recovered"));
    assert_eq!(look(pool, ALERTS).await, "nightly failed closed");
    let id = look(pool, "select alert_id::text from vesper.alert").await;
    let expected = format!("alert-{id}-failed data@example.com, alert-{id}-failed data@example.com");
    assert_eq!(look(pool, MAILS).await, expected);
    // The next failure is new trouble.
    die(pool, "nightly").await;
    assert_eq!(look_once(pool).await.opened_count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_that_look_at_once_and_are_killed_while_they_do_tell_once() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    die(pool, "nightly").await;
    let post = post(None);
    for micros in (0..12_000).step_by(600) {
        // Dropping the future is what the database sees of a killed process.
        let wait = std::time::Duration::from_micros(micros);
        let _ = tokio::time::timeout(wait, look_for_trouble(pool, &post)).await;
    }
    // A killed process' session may hold the look for a moment longer: until it ends, others find nothing to do.
    let told = async {
        while look(pool, ALERTS).await == "none" {
            futures_util::future::join_all((0..6).map(|_| look_for_trouble(pool, &post))).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), told).await.expect("a look that was not killed");
    assert_eq!(look_once(pool).await, NOTHING);
    assert_eq!(look(pool, ALERTS).await, "nightly failed open");
    assert_eq!(look(pool, "select count(*)::text from vesper.message").await, "1");
}

/// A run of the schedule whose slot passed so many hours ago.
async fn slot(ledger: &Ledger, job: &'static str, hours: i32) -> i64 {
    let run_id = queued(&ledger.pool, job, Origin::Manual).await;
    let sql = "update vesper.run set origin = 'cron', scheduled_for = clock_timestamp() - make_interval(hours => $2) where run_id = $1";
    sqlx::query(sql).bind(run_id).bind(hours).execute(&ledger.pool).await.expect("a slot");
    run_id
}

#[tokio::test]
async fn a_slot_that_has_not_succeeded_in_its_time_is_late_once_whatever_becomes_of_it() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    slot(&ledger, "nightly", 1).await;
    assert_eq!(look_once(pool).await, NOTHING);
    let late = slot(&ledger, "nightly", 3).await;
    assert_eq!(look_once(pool).await.opened_count, 1);
    assert!(text_of_last_mail(pool).await.contains("Vesper: nightly is late for 2026-11-22"));
    let claim = claim_run(pool, Uuid::new_v4(), late).await.expect("an answer").expect("ready");
    assert_eq!(look_once(pool).await, NOTHING, "being worked on is not done");
    fail(pool, &claim, &RunError::new(Remedy::FixCode, "a bug")).await.expect("ours");
    assert_eq!(look_once(pool).await, Look { opened_count: 1, closed_count: 0, mail_count: 1 });
    assert_eq!(look(pool, ALERTS).await, "nightly late open, nightly failed open");
    succeed(pool, "nightly").await;
    assert_eq!(look_once(pool).await.closed_count, 2);
}

#[tokio::test]
async fn a_report_that_waits_for_its_night_is_late_and_then_dead_and_says_so() {
    let report = "cron = \"0 7 * * mon\"\nneeds = [\"nightly\"]\nowner = \"data@example.com\"\nlate_after = \"1h\"";
    let ledger = ledger(&[("nightly", ORPHAN), ("weekly", report)]).await;
    let pool = &ledger.pool;
    let run_id = slot(&ledger, "weekly", 2).await;
    execute(pool, "update vesper.run set needs = '{nightly}', needs_by = clock_timestamp() + interval '1 hour'").await;
    assert_eq!(look_once(pool).await.opened_count, 1);
    let mail = text_of_last_mail(pool).await;
    assert!(mail.contains("waiting for nightly of 2026-11-22"), "{mail}");
    execute(pool, "update vesper.run set needs_by = clock_timestamp()").await;
    tick(pool).await.expect("a tick");
    assert_eq!(look_once(pool).await.opened_count, 1);
    let mail = text_of_last_mail(pool).await;
    assert!(mail.contains("waited for \"nightly\" of 2026-11-22"), "{mail}");
    assert!(mail.contains(&format!("vesper runs show {run_id}")), "{mail}");
}

#[tokio::test]
async fn a_failed_backfill_of_an_old_date_is_no_trouble_once_a_later_date_has_succeeded() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    succeed(pool, "nightly").await;
    die(pool, "nightly").await;
    execute(pool, "update vesper.run set origin = 'backfill', business_date = '2026-11-01' where state = 'dead'").await;
    assert_eq!(look_once(pool).await, NOTHING);
    execute(pool, "update vesper.run set business_date = '2026-11-23' where state = 'dead'").await;
    assert_eq!(look_once(pool).await.opened_count, 1);
}

#[tokio::test]
async fn trouble_of_a_job_without_an_owner_goes_to_the_fallback_or_to_the_log_alone() {
    let ledger = ledger(&[("nightly", ORPHAN), ("other", ORPHAN)]).await;
    let pool = &ledger.pool;
    die(pool, "nightly").await;
    assert_eq!(look_once(pool).await, Look { opened_count: 1, closed_count: 0, mail_count: 0 });
    die(pool, "other").await;
    let told = look_for_trouble(pool, &post(Some("Operations <ops@example.com>"))).await.expect("a look");
    assert_eq!(told, Look { opened_count: 1, closed_count: 0, mail_count: 1 });
    assert!(look(pool, MAILS).await.ends_with("-failed ops@example.com"));
}

#[tokio::test]
async fn a_cursor_ahead_of_the_clock_is_told_until_the_clock_has_passed_it() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    succeed(pool, "nightly").await;
    execute(pool, "update vesper.job set next_at = null, cursor_at = clock_timestamp() + interval '1 day'").await;
    assert_eq!(look_once(pool).await, Look { opened_count: 1, closed_count: 0, mail_count: 1 });
    assert_eq!(look(pool, ALERTS).await, "nightly clock open");
    execute(pool, "update vesper.job set cursor_at = clock_timestamp()").await;
    assert_eq!(look_once(pool).await, Look { opened_count: 0, closed_count: 1, mail_count: 1 });
}

#[tokio::test]
async fn mail_that_does_not_go_out_is_told_once_and_the_telling_is_no_trouble_of_its_own() {
    let ledger = ledger(&[("weekly", OWNED)]).await;
    let pool = &ledger.pool;
    die(pool, "weekly").await;
    look_once(pool).await;
    // The alert of the failure is the only message there is; as a report's it would be one in trouble.
    let dead = "update vesper.message set state = 'dead', smtp_text = '550 no such user'";
    execute(pool, dead).await;
    assert_eq!(look_once(pool).await, NOTHING, "an owner nobody can reach raises no further alarm");
    execute(pool, "update vesper.message set label = '2026-11-22-weekly'").await;
    assert_eq!(look_once(pool).await, Look { opened_count: 1, closed_count: 0, mail_count: 1 });
    let mail = text_of_last_mail(pool).await;
    assert!(mail.contains("1 could not be delivered; the server's last words: 550 no such user"), "{mail}");
    assert_eq!(look_once(pool).await, NOTHING);
    // A later run's mail goes out.
    succeed(pool, "weekly").await;
    execute(
        pool,
        "update vesper.message set label = '2026-11-29-weekly', state = 'sent', sent_at = clock_timestamp(), \
         run_id = (select max(run_id) from vesper.run) where message_id = (select max(message_id) from vesper.message)",
    )
    .await;
    assert_eq!(look_once(pool).await.closed_count, 2, "the run's failure and the mail");
}

#[tokio::test]
async fn a_sender_that_rests_for_a_quarter_of_an_hour_is_told() {
    let ledger = ledger(&[("weekly", OWNED)]).await;
    let pool = &ledger.pool;
    die(pool, "weekly").await;
    look_once(pool).await;
    execute(pool, "update vesper.message set label = '2026-11-22-weekly', smtp_text = 'connection refused'").await;
    assert_eq!(look_once(pool).await, NOTHING);
    execute(pool, "update vesper.message set created_at = created_at - interval '16 minutes'").await;
    assert_eq!(look_once(pool).await.opened_count, 1);
    assert!(text_of_last_mail(pool).await.contains("1 wait while the sender rests"));
}

#[tokio::test]
async fn trouble_of_a_job_that_is_switched_off_ends_without_a_word() {
    let ledger = ledger(&[("nightly", OWNED)]).await;
    let pool = &ledger.pool;
    die(pool, "nightly").await;
    look_once(pool).await;
    super::sync(pool, &[("other", ORPHAN)]).await;
    assert_eq!(look_once(pool).await, Look { opened_count: 0, closed_count: 1, mail_count: 0 });
}
