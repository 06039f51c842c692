//! Refused recipients, and domains that mail may not go to.

use sqlx::{AssertSqlSafe, PgPool};
use vesper::delivery::{
    DomainList, MailOptions, Mailer, OnUncertain, Resolution, Sender, resolve_messages, suppressions,
};

use crate::delivery::outbox::{post, posting_run, send, sender};
use crate::delivery::smtp_server::{Answer, Script, SmtpServer};
use crate::schedule::{Ledger, claimed, execute, look};

/// A ledger whose messages to `a@example.com` died like this, one an edition.
async fn after_refusals(lines: &[&'static str]) -> Ledger {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    for (at, line) in lines.iter().enumerate() {
        edition_of(&ledger.pool, at).await;
        let point = if line.starts_with("554") { "dot" } else { "RCPT" };
        let server = SmtpServer::start(Script::default().at(point, Answer::Say(line))).await;
        send(&sender(&ledger, &server.url())).await;
    }
    ledger
}

/// Gives the message an edition of its own; from the second on it is a copy of the first.
async fn edition_of(pool: &PgPool, at: usize) {
    let sealed = format!(
        "insert into vesper.edition (job_id, scheduled_for, scope, run_id, report, business_date, snapshot_id, manifest) \
         select job_id, scheduled_for, '{at}', run_id, 'weekly', business_date, 7, '{{}}' from vesper.run limit 1"
    );
    let copy = format!(
        "insert into vesper.message (run_id, dedupe_key, label, rcpt, mail_from, rfc_message_id, head, body_digest, \
             expires_at, edition_id) \
         select run_id, dedupe_key || '{at}', label, rcpt, mail_from, rfc_message_id || '{at}', head, body_digest, \
             expires_at, (select max(edition_id) from vesper.edition) \
         from vesper.message order by message_id limit 1"
    );
    let first = "update vesper.message set edition_id = (select max(edition_id) from vesper.edition)".to_owned();
    for sql in [sealed, if at == 0 { first } else { copy }] {
        sqlx::query(AssertSqlSafe(sql)).execute(pool).await.expect("a row");
    }
}

#[tokio::test]
async fn an_inbox_that_does_not_exist_gets_no_second_mail() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["Gone"], OnUncertain::Hold).await;
    let server = SmtpServer::start(Script::default().at("RCPT", Answer::Say("550 5.1.1 no such user"))).await;
    send(&sender(&ledger, &server.url())).await;
    let listed = suppressions(&ledger.pool).await.expect("a list");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].inbox, "gone@example.com");
    assert_eq!(listed[0].reason, "the server knows no such inbox: 550 5.1.1 no such user");
    assert!(listed[0].message_id.is_some());

    let ended = "update vesper.run set state = 'succeeded', lease_owner = null, lease_until = null, \
                 finished_at = clock_timestamp()";
    execute(&ledger.pool, ended).await;
    let later = claimed(&ledger.pool, "weekly").await;
    post(&ledger.pool, &later, &["gone", "fine"], OnUncertain::Hold).await;
    send(&sender(&ledger, &server.url())).await;
    let states = "select string_agg(rcpt || ' ' || state, ', ' order by message_id) from vesper.message";
    let expected = "Gone@example.com dead, gone@example.com suppressed, fine@example.com sent";
    assert_eq!(look(&ledger.pool, states).await, expected);
}

#[tokio::test]
async fn another_refusal_suppresses_at_the_third_edition_in_a_row() {
    let full = "552 5.2.2 mailbox full";
    let ledger = after_refusals(&[full, full]).await;
    assert_eq!(suppressions(&ledger.pool).await.expect("a list"), []);
    let ledger = after_refusals(&[full, full, full]).await;
    let listed = suppressions(&ledger.pool).await.expect("a list");
    assert_eq!(listed[0].reason, "three editions in a row were refused: 552 5.2.2 mailbox full");
    assert_eq!(look(&ledger.pool, "select string_agg(distinct state, ' ') from vesper.message").await, "dead");
}

#[tokio::test]
async fn a_delivery_or_a_refused_content_between_begins_the_count_anew() {
    let full = "552 5.2.2 mailbox full";
    for between in ["250 ok", "554 5.7.1 spam", "450 4.2.1 later"] {
        let ledger = after_refusals(&[full, between, full]).await;
        assert_eq!(suppressions(&ledger.pool).await.expect("a list"), [], "{between}");
    }
}

#[tokio::test]
async fn a_list_of_domains_that_became_narrower_holds_for_what_is_queued() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    let server = SmtpServer::start(Script::default()).await;
    let directory = tempfile::tempdir().expect("a directory");
    let narrow = DomainList::parse("example.org").expect("a list");
    let options = MailOptions { domains: Some(&narrow), ..MailOptions::default() };
    for url in [server.url(), format!("file:{}", directory.path().display())] {
        let mailer = Mailer::open(&url, &options).expect("a mailer");
        send(&Sender::new(ledger.pool.clone(), mailer)).await;
        let row = "select state || ': ' || smtp_text from vesper.message";
        let expected = "dead: mail may not go to example.com: it is not in mail.domains";
        assert_eq!(look(&ledger.pool, row).await, expected);
        resolve_messages(&ledger.pool, &[1], Resolution::Resend).await.expect("queued again");
    }
    assert_eq!((server.connection_count(), std::fs::read_dir(directory.path()).expect("it").count()), (0, 0));
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(server.accepted().len(), 1, "a resend is possible after the list changed");
}
