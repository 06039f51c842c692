//! What a person does with messages: look, settle, resend, suppress, allow.

use sqlx::PgPool;
use vesper::delivery::{
    DeliveryError, MessageFilter, MessageLine, OnUncertain, Resolution, allow_inbox, find_message, message_lines,
    resolve_messages, suppress_inbox, suppressions,
};

use crate::delivery::outbox::{post, posting_run, send, sender, sent_through};
use crate::delivery::smtp_server::{Answer, Script, SmtpServer};
use crate::schedule::{execute, look};

async fn lines(pool: &PgPool, state: &str) -> Vec<MessageLine> {
    let filter = MessageFilter { state: Some(state.to_owned()), label: None };
    message_lines(pool, &filter, 10).await.expect("messages")
}

#[tokio::test]
async fn several_messages_are_sent_again_together_or_not_at_all() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a", "b"], OnUncertain::Hold).await;
    execute(&ledger.pool, "update vesper.message set state = 'dead' where rcpt like 'a%'").await;
    let dead = lines(&ledger.pool, "dead").await[0].message_id;
    let pending = lines(&ledger.pool, "pending").await[0].message_id;
    let asked = [dead, pending, 4711];
    let refused = resolve_messages(&ledger.pool, &asked, Resolution::Resend).await.expect_err("two are not open");
    let DeliveryError::NotOpen { messages, .. } = &refused else { panic!("{refused}") };
    assert_eq!(messages, &[(pending, "pending".to_owned()), (4711, "unknown".to_owned())]);
    assert_eq!(lines(&ledger.pool, "dead").await.len(), 1, "nothing half done");
    resolve_messages(&ledger.pool, &[dead], Resolution::Resend).await.expect("settled");
    assert_eq!(lines(&ledger.pool, "pending").await.len(), 2);
}

#[tokio::test]
async fn a_message_keeps_its_history() {
    let script = Script::default().at("RCPT", Answer::Say("450 4.2.1 greylisted"));
    let script = script.at("dot", Answer::AcceptAndHangUp);
    let (ledger, server, _) = sent_through(script, OnUncertain::Hold).await;
    execute(&ledger.pool, "update vesper.message set next_at = clock_timestamp()").await;
    send(&sender(&ledger, &server.url())).await;
    let message_id = lines(&ledger.pool, "uncertain").await[0].message_id;
    resolve_messages(&ledger.pool, &[message_id], Resolution::Sent).await.expect("settled");
    let message = find_message(&ledger.pool, message_id).await.expect("the message");
    let told: Vec<(&str, i32)> = message.changes.iter().map(|c| (c.state.as_str(), c.attempt)).collect();
    assert_eq!(told, [("pending", 1), ("uncertain", 2), ("sent", 2)]);
    assert_eq!(message.changes[0].smtp_code, Some(450));
    assert_eq!(message.subject, "The week");
    assert!(matches!(find_message(&ledger.pool, 4711).await, Err(DeliveryError::NoMessage { message_id: 4711 })));
}

#[tokio::test]
async fn attempts_given_back_while_a_server_is_away_fill_no_history() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    let refusal = Answer::Say("554 go away");
    let server = SmtpServer::start((0..4).fold(Script::default(), |s, _| s.at("greeting", refusal))).await;
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(look(&ledger.pool, "select smtp_code || ' ' || state from vesper.message").await, "554 pending");
    assert_eq!(look(&ledger.pool, "select count(*)::text from vesper.message_change").await, "0");
}

#[tokio::test]
async fn a_suppressed_inbox_gets_no_mail_and_its_messages_say_why() {
    let (ledger, claim) = posting_run().await;
    post(&ledger.pool, &claim, &["early"], OnUncertain::Hold).await;
    for name in ["early", "Late"] {
        let address = format!("{name}@Example.com");
        let held_count = suppress_inbox(&ledger.pool, &address, "left the company").await.expect("suppressed");
        assert_eq!(held_count, u64::from(name == "early"), "what waits is held back too");
    }
    let enqueued = post(&ledger.pool, &claim, &["late", "other"], OnUncertain::Hold).await;
    assert_eq!(enqueued.message_count, 2, "no message is dropped");
    let server = SmtpServer::start(Script::default()).await;
    send(&sender(&ledger, &server.url())).await;
    assert_eq!(server.accepted().iter().map(|m| m.rcpt.as_str()).collect::<Vec<_>>(), ["other@example.com"]);
    let suppressed = lines(&ledger.pool, "suppressed").await;
    assert_eq!(suppressed.len(), 2);
    assert!(suppressed.iter().all(|line| line.smtp_text.as_deref() == Some("left the company")), "{suppressed:?}");
}

#[tokio::test]
async fn a_suppression_is_lifted_before_its_messages_are_sent_again() {
    let (ledger, claim) = posting_run().await;
    suppress_inbox(&ledger.pool, "a@example.com", "bounced").await.expect("suppressed");
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    let message_id = lines(&ledger.pool, "suppressed").await[0].message_id;
    let refused = resolve_messages(&ledger.pool, &[message_id], Resolution::Resend).await.expect_err("suppressed");
    assert!(refused.to_string().contains("to a suppressed inbox"), "{refused}");
    let slip = allow_inbox(&ledger.pool, "b@example.com").await.expect_err("another inbox");
    assert!(matches!(slip, DeliveryError::NotSuppressed { nearest: Some(near), .. } if near == "a@example.com"));
    assert_eq!(allow_inbox(&ledger.pool, "A@example.com").await.expect("lifted"), [message_id]);
    assert_eq!(suppressions(&ledger.pool).await.expect("a list"), []);
    resolve_messages(&ledger.pool, &[message_id], Resolution::Resend).await.expect("queued");
    let server = SmtpServer::start(Script::default()).await;
    assert_eq!(send(&sender(&ledger, &server.url())).await.sent_count, 1);
}
