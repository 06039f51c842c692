use std::collections::BTreeSet;

use sqlx::PgPool;
use tokio::sync::watch;
use vesper::delivery::{
    DeliveryError, Enqueued, MailBody, MailDraft, MailOptions, Mailer, MessageFilter, OnUncertain, Posting, Recipient,
    Resolution, Sender, Sending, compose_mail, enqueue, message_lines, resolve_message,
};
use vesper::job::Claim;

use crate::delivery::authority::Authority;
use crate::delivery::smtp_server::{Answer, Script, SmtpServer, Tls};
use crate::schedule::{Ledger, claimed, execute, ledger, look};

/// A ledger with a claimed run that may post.
pub async fn posting_run() -> (Ledger, Claim) {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"")]).await;
    let claim = claimed(&ledger.pool, "weekly").await;
    (ledger, claim)
}

pub async fn post(pool: &PgPool, claim: &Claim, names: &[&str], on_uncertain: OnUncertain) -> Enqueued {
    let sender = Recipient::parse("Vesper <vesper@example.com>").expect("an address");
    let parsed = names.iter().map(|name| Recipient::parse(&format!("{name}@example.com")).expect("an address"));
    let recipients: Vec<Recipient> = parsed.collect();
    let body = MailBody {
        subject: "The week".to_owned(),
        html: "<p>numbers</p>".to_owned(),
        text: "numbers".to_owned(),
        inline: Vec::new(),
    };
    let label = "2026-11-22-weekly";
    let draft = MailDraft { label, sender: &sender, sent_date: claim.scheduled_for, body: &body, attachments: &[] };
    let mail = compose_mail(&draft).expect("a mail");
    let posting = Posting {
        run_id: claim.run_id,
        edition_id: None,
        job: &claim.job,
        scheduled_for: claim.scheduled_for,
        scope: "",
        label,
        sender: &sender,
        recipients: &recipients,
        mail: &mail,
        on_uncertain,
        next_edition_at: None,
    };
    let mut tx = pool.begin().await.expect("a transaction");
    let enqueued = enqueue(&mut tx, &posting).await.expect("enqueued");
    tx.commit().await.expect("committed");
    enqueued
}

pub async fn send(sender: &Sender) -> Sending {
    let (_word, stop) = watch::channel(false);
    sender.send_due(&stop).await.expect("the ledger answers")
}

pub fn sender(ledger: &Ledger, url: &str) -> Sender {
    Sender::new(ledger.pool.clone(), Mailer::parse(url).expect("a mailer"))
}

/// One message through a server with this script; the row's state, code and attempts left.
pub async fn sent_through(script: Script, on_uncertain: OnUncertain) -> (Ledger, SmtpServer, String) {
    let (ledger, claim) = posting_run().await;
    let server = SmtpServer::start(script).await;
    post(&ledger.pool, &claim, &["a"], on_uncertain).await;
    send(&sender(&ledger, &server.url())).await;
    let row = "select concat_ws(' ', state, smtp_code, attempt_max - attempt, \
               case when next_at > clock_timestamp() then 'later' end) from vesper.message";
    let row = look(&ledger.pool, row).await;
    (ledger, server, row)
}

#[tokio::test]
async fn one_message_a_recipient_however_often_it_is_enqueued() {
    let (ledger, claim) = posting_run().await;
    let first = post(&ledger.pool, &claim, &["a", "b"], OnUncertain::Hold).await;
    assert_eq!(first, Enqueued { message_count: 2, duplicate_count: 0 });
    let second = post(&ledger.pool, &claim, &["A", "b", "c"], OnUncertain::Hold).await;
    assert_eq!(second, Enqueued { message_count: 1, duplicate_count: 2 });
    let bodies = look(&ledger.pool, "select count(*)::text from vesper.mail_body").await;
    assert_eq!(bodies, "1", "all recipients share one body");
}

#[tokio::test]
async fn a_message_the_server_took_is_sent_and_never_sent_again() {
    let (ledger, server, row) = sent_through(Script::default(), OnUncertain::Hold).await;
    assert!(row.starts_with("sent 250"), "{row}");
    send(&sender(&ledger, &server.url())).await;
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 1);
    let id = look(&ledger.pool, "select rfc_message_id from vesper.message").await;
    assert!(accepted[0].message.contains(&format!("Message-ID: {id}")), "{}", accepted[0].message);
}

#[tokio::test]
async fn four_hundred_waits_and_is_tried_again() {
    let script = Script::default().at("RCPT", Answer::Say("450 4.2.1 greylisted"));
    let (ledger, server, row) = sent_through(script, OnUncertain::Hold).await;
    assert_eq!(row, "pending 450 11 later");
    assert_eq!(send(&sender(&ledger, &server.url())).await, Sending::default(), "it waits");
    execute(&ledger.pool, "update vesper.message set next_at = clock_timestamp()").await;
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(server.accepted().len(), 1);
    assert_eq!(look(&ledger.pool, "select state from vesper.message").await, "sent");
}

#[tokio::test]
async fn a_wire_that_broke_before_the_marker_is_tried_again_and_after_a_refused_dot_never() {
    let (_, server, row) = sent_through(Script::default().at("DATA", Answer::HangUp), OnUncertain::Hold).await;
    assert_eq!(row, "pending 11 later");
    assert!(server.accepted().is_empty());
    let (.., row) = sent_through(Script::default().at("dot", Answer::Say("451 4.3.0 later")), OnUncertain::Hold).await;
    assert_eq!(row, "pending 451 11 later");
    let (.., row) = sent_through(Script::default().at("dot", Answer::Say("554 5.7.1 spam")), OnUncertain::Hold).await;
    assert!(row.starts_with("dead 554"), "{row}");
}

#[tokio::test]
async fn five_hundred_is_dead_and_stays_dead_until_a_person_asks() {
    let script = Script::default().at("RCPT", Answer::Say("550 5.7.1 not allowed"));
    let (ledger, server, row) = sent_through(script, OnUncertain::Hold).await;
    assert!(row.starts_with("dead 550"), "{row}");
    send(&sender(&ledger, &server.url())).await;
    assert!(server.accepted().is_empty());
    let dead = MessageFilter { state: Some("dead".to_owned()), ..MessageFilter::default() };
    let line = message_lines(&ledger.pool, &dead, 10).await.expect("messages").remove(0);
    let refused = resolve_message(&ledger.pool, line.message_id, Resolution::Sent).await;
    assert!(matches!(refused, Err(DeliveryError::NotOpen { .. })), "a dead message is known not to have arrived");
    resolve_message(&ledger.pool, line.message_id, Resolution::Resend).await.expect("settled");
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test]
async fn a_reply_lost_after_the_dot_is_uncertain_and_held() {
    let script = Script::default().at("dot", Answer::AcceptAndHangUp);
    let (ledger, server, row) = sent_through(script, OnUncertain::Hold).await;
    assert!(row.starts_with("uncertain"), "{row}");
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(server.accepted().len(), 1, "held: at most once");
    let line = message_lines(&ledger.pool, &MessageFilter::default(), 10).await.expect("messages").remove(0);
    resolve_message(&ledger.pool, line.message_id, Resolution::Sent).await.expect("settled");
    assert_eq!(look(&ledger.pool, "select state from vesper.message").await, "sent");
}

#[tokio::test]
async fn a_job_that_prefers_two_mails_to_none_sends_again_under_the_same_id() {
    let script = Script::default().at("dot", Answer::AcceptAndHangUp);
    let (ledger, server, row) = sent_through(script, OnUncertain::Resend).await;
    assert_eq!(row, "pending 11 later");
    execute(&ledger.pool, "update vesper.message set next_at = clock_timestamp()").await;
    send(&sender(&ledger, &server.url())).await;
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 2);
    assert_eq!(accepted[0], accepted[1], "byte for byte, Message-ID included");
}

#[tokio::test]
async fn a_wrong_password_pauses_the_sender_and_costs_no_message_an_attempt() {
    let (ledger, claim) = posting_run().await;
    let refusal = Answer::Say("535 5.7.8 wrong password");
    let server = SmtpServer::start((0..8).fold(Script::default(), |s, _| s.at("AUTH", refusal))).await;
    post(&ledger.pool, &claim, &["a", "b", "c", "d", "e", "f"], OnUncertain::Hold).await;
    let sender = sender(&ledger, &format!("smtp://user:secret@127.0.0.1:{}", server.port));
    send(&sender).await;
    let tried = server.connection_count();
    assert!(tried <= 4, "each lane stops at its first refusal: {tried}");
    assert_eq!(send(&sender).await, Sending::default());
    assert_eq!(server.connection_count(), tried, "a resting sender does not knock");
    let untouched = "select count(*)::text from vesper.message where state = 'pending' and attempt_max - attempt = 12";
    assert_eq!(look(&ledger.pool, untouched).await, "6");
    assert_eq!(look(&ledger.pool, "select max(smtp_code)::text from vesper.message").await, "535");
}

#[tokio::test]
async fn a_wrong_password_over_tls_rests_the_sender_too() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    let authority = Authority::new();
    let refusal = Answer::Say("535 5.7.8 wrong password");
    let script = (0..4).fold(Script::default(), |s, _| s.at("AUTH", refusal));
    let server = SmtpServer::start_with(script, Some(Tls::Implicit(authority.acceptor("localhost")))).await;
    let options = MailOptions { hello: None, ca_file: Some(authority.ca_file.path()), domains: None };
    let mailer = Mailer::open(&format!("smtps://user:secret@localhost:{}", server.port), &options).expect("a mailer");
    let sender = Sender::new(ledger.pool.clone(), mailer);
    assert_eq!(send(&sender).await.sent_count, 0);
    let row = "select concat_ws(' ', state, smtp_code, attempt_max - attempt) from vesper.message";
    assert_eq!(look(&ledger.pool, row).await, "pending 535 12");
    assert!(server.accepted().is_empty());
}

#[tokio::test]
async fn a_sender_that_fell_silent_before_the_marker_is_retried_and_after_it_held() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["before", "after"], OnUncertain::Hold).await;
    execute(
        &ledger.pool,
        "update vesper.message set state = 'sending', attempt = 1, lease_owner = gen_random_uuid(), \
         lease_until = clock_timestamp() - interval '1 second', \
         committing_at = case when rcpt like 'after%' then clock_timestamp() end",
    )
    .await;
    let server = SmtpServer::start(Script::default()).await;
    send(&sender(&ledger, &server.url())).await;
    let states = "select string_agg(state, ' ' order by rcpt) from vesper.message";
    assert_eq!(look(&ledger.pool, states).await, "uncertain sent");
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test]
async fn what_has_expired_is_not_sent() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    execute(&ledger.pool, "update vesper.message set expires_at = clock_timestamp()").await;
    let server = SmtpServer::start(Script::default()).await;
    send(&sender(&ledger, &server.url())).await;
    assert!(server.accepted().is_empty());
    assert_eq!(look(&ledger.pool, "select state || ' ' || smtp_text from vesper.message").await, "dead expired");
}

#[tokio::test]
async fn two_senders_share_the_outbox_and_send_each_message_once() {
    let (ledger, claim) = posting_run().await;
    let names: Vec<String> = (0..40).map(|i| format!("u{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    post(&ledger.pool, &claim, &names, OnUncertain::Hold).await;
    let server = SmtpServer::start(Script::default()).await;
    let (a, b) = (sender(&ledger, &server.url()), sender(&ledger, &server.url()));
    let (a, b) = tokio::join!(send(&a), send(&b));
    assert_eq!(a.sent_count + b.sent_count, 40);
    let accepted = server.accepted();
    let recipients: BTreeSet<&str> = accepted.iter().map(|m| m.rcpt.as_str()).collect();
    assert_eq!((accepted.len(), recipients.len()), (40, 40));
    assert!(server.connection_count() <= 8, "four connections a sender: {}", server.connection_count());
}

#[tokio::test]
async fn a_directory_keeps_one_file_a_message_even_when_the_record_was_lost() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a", "b"], OnUncertain::Hold).await;
    let directory = tempfile::tempdir().expect("a directory");
    let sender = sender(&ledger, &format!("file:{}", directory.path().display()));
    assert_eq!(send(&sender).await.sent_count, 2);
    // As if the worker had died between the file and the row.
    execute(&ledger.pool, "update vesper.message set state = 'pending', sent_at = null").await;
    assert_eq!(send(&sender).await.sent_count, 2);
    let entries = std::fs::read_dir(directory.path()).expect("a directory");
    let names: BTreeSet<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    let expected = ["2026-11-22-weekly-a@example.com.eml", "2026-11-22-weekly-b@example.com.eml"];
    assert_eq!(names, expected.map(str::to_owned).into());
}
