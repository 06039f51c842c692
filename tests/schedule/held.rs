use vesper::delivery::Recipient;
use vesper::job::{Kind, read_job, sync_jobs, tell_held_editions};
use vesper::report::Locale;

use super::{Ledger, empty_ledger, execute, look};

const REPORT: &str = "cron = \"0 7 * * *\"\nreport = \"weekly\"\nneeds = [\"nightly\"]\ndeadline = \"2h\"\n\
                      recipients = [\"a@example.com\", \"b@example.com\"]";

/// A report whose slot came three hours ago and whose night has not.
async fn late_report() -> Ledger {
    late_report_called("Weekly business review", Locale::En).await
}

async fn late_report_called(title: &str, locale: Locale) -> Ledger {
    let ledger = empty_ledger().await;
    let night = read_job(Kind::Pipeline, "nightly", "n.toml", "cron = \"0 2 * * *\"").expect("a job");
    let mut report = read_job(Kind::Report, "weekly", "w.toml", REPORT).expect("a job");
    (report.spec.title, report.spec.locale) = (Some(title.to_owned()), locale);
    sync_jobs(&ledger.pool, &[night, report]).await.expect("the ledger takes them");
    execute(
        &ledger.pool,
        "insert into vesper.run (job_id, scheduled_for, business_date, origin, state, attempt_max, needs, needs_by, spec) \
         select job_id, clock_timestamp() - interval '3 hours', '2026-11-22', 'cron', 'queued', 5, needs, \
             clock_timestamp() + interval '3 hours', spec from vesper.job where job_id = 'weekly'",
    )
    .await;
    ledger
}

async fn tell(ledger: &Ledger) -> u64 {
    let sender = Recipient::parse("reports@example.com").expect("an address");
    tell_held_editions(&ledger.pool, &sender).await.expect("a look")
}

#[tokio::test]
async fn readers_of_an_edition_that_is_not_there_at_its_deadline_are_told_once() {
    let ledger = late_report().await;
    assert_eq!((tell(&ledger).await, tell(&ledger).await), (2, 0));
    let told = "select string_agg(rcpt || ' ' || label || ' ' || subject, ';' order by rcpt) from vesper.message";
    assert_eq!(
        look(&ledger.pool, told).await,
        "a@example.com held-2026-11-22-weekly Weekly business review of 22 Nov 2026 is held;\
         b@example.com held-2026-11-22-weekly Weekly business review of 22 Nov 2026 is held"
    );
    let body = look(&ledger.pool, "select convert_from(bytes, 'UTF8') from vesper.mail_body").await;
    assert!(body.contains("they come with nightly"), "{body}");
}

#[tokio::test]
async fn the_notice_is_written_in_the_language_of_the_report() {
    let ledger = late_report_called("Wochenbericht", Locale::De).await;
    assert_eq!(tell(&ledger).await, 2);
    let subject = look(&ledger.pool, "select min(subject) from vesper.message").await;
    assert_eq!(subject, "Wochenbericht vom 22. Nov. 2026 wird zurückgehalten");
    let body = look(&ledger.pool, "select convert_from(bytes, 'UTF8') from vesper.mail_body").await;
    let mail = mail_parser::MessageParser::default().parse(body.as_bytes()).expect("a mail");
    let (text, html) = (mail.body_text(0).expect("a text"), mail.body_html(0).expect("a page"));
    assert!(text.contains("noch nicht vollständig sind: Sie kommen mit nightly."), "{text}");
    assert!(html.contains("lang=\"de-DE\"") && html.contains("Die nächste Ausgabe ist fällig am"), "{html}");
}

#[tokio::test]
async fn before_its_deadline_and_once_it_is_over_nobody_is_told() {
    for quiet in [
        "update vesper.run set scheduled_for = clock_timestamp() - interval '1 hour'",
        "update vesper.run set state = 'succeeded', finished_at = clock_timestamp()",
        "update vesper.run set is_mailing = false",
        "update vesper.job set enabled = false",
    ] {
        let ledger = late_report().await;
        execute(&ledger.pool, quiet).await;
        assert_eq!(tell(&ledger).await, 0, "{quiet}");
    }
}
