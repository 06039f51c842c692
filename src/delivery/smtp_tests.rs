//! Conversations with a real server that answers as a test tells it to.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::delivery::Mailer;
use server::{Answer, Script};

#[path = "../../tests/delivery/authority.rs"]
mod authority;
#[path = "smtp_tests/relays.rs"]
mod relays;
#[path = "../../tests/delivery/smtp_server.rs"]
mod server;
#[path = "smtp_tests/tls.rs"]
mod tls;
#[path = "smtp_tests/wishes.rs"]
mod wishes;

fn mail() -> Mail {
    Mail {
        message_id: 1,
        attempt: 1,
        lease_owner: uuid::Uuid::nil(),
        label: "2026-11-22-weekly".to_owned(),
        rcpt: "a@example.com".to_owned(),
        mail_from: "vesper@example.com".to_owned(),
        head: b"Subject: hi\r\n\r\n".to_vec(),
        body: Arc::from(*b"one\r\n.two\r\n"),
    }
}

/// One delivery; the verdict, whether the mark was set before it, and what the server took.
async fn deliver(script: Script) -> (Verdict, usize, Vec<server::Accepted>) {
    let server = server::SmtpServer::start(script).await;
    let mut lane = Mailer::parse(&server.url()).expect("a mailer").lane();
    let marks = AtomicUsize::new(0);
    let mark = async || {
        marks.fetch_add(1, Ordering::SeqCst);
        true
    };
    let verdict = lane.deliver(&mail(), mark).await;
    lane.close().await;
    (verdict, marks.into_inner(), server.accepted())
}

fn reply(code: u16, text: &str) -> Reply {
    Reply { code: Some(code), text: text.to_owned() }
}

#[tokio::test]
async fn a_message_arrives_as_it_was_written_and_is_marked_before_the_dot() {
    let (verdict, marks, accepted) = deliver(Script::default()).await;
    assert_eq!(verdict, Verdict::Sent(reply(250, "2.0.0 queued as 1")));
    assert_eq!(marks, 1);
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].rcpt, "a@example.com");
    assert!(accepted[0].message.starts_with("Subject: hi\r\n\r\none\r\n.two\r\n"), "{:?}", accepted[0]);
}

#[tokio::test]
async fn four_hundred_is_later_and_five_hundred_is_never_at_every_point_before_the_mark() {
    for point in ["MAIL", "RCPT", "DATA"] {
        let (verdict, marks, _) = deliver(Script::default().at(point, Answer::Say("450 4.2.1 busy"))).await;
        assert!(matches!(verdict, Verdict::Retry(Reply { code: Some(450), .. })), "{point} {verdict:?}");
        assert_eq!(marks, 0, "{point}");
        let (verdict, marks, _) = deliver(Script::default().at(point, Answer::Say("550 5.1.1 nobody"))).await;
        let is_never = match &verdict {
            Verdict::Refused(reply) => reply.code == Some(550) && point != "RCPT",
            Verdict::Bounced(reply) => reply.code == Some(550) && point == "RCPT",
            _ => false,
        };
        assert!(is_never, "{point} {verdict:?}");
        assert_eq!(marks, 0, "{point}");
        let (verdict, marks, _) = deliver(Script::default().at(point, Answer::HangUp)).await;
        assert!(matches!(verdict, Verdict::Retry(Reply { code: None, .. })), "{point} {verdict:?}");
        assert_eq!(marks, 0, "{point}");
    }
}

#[tokio::test]
async fn after_the_dot_a_reply_decides_and_silence_is_unknown() {
    let (verdict, ..) = deliver(Script::default().at("dot", Answer::Say("451 4.3.0 later"))).await;
    assert!(matches!(verdict, Verdict::Retry(Reply { code: Some(451), .. })), "{verdict:?}");
    let (verdict, ..) = deliver(Script::default().at("dot", Answer::Say("554 5.7.1 spam"))).await;
    assert!(matches!(verdict, Verdict::Refused(Reply { code: Some(554), .. })), "{verdict:?}");
    let (verdict, _, accepted) = deliver(Script::default().at("dot", Answer::HangUp)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
    assert!(accepted.is_empty());
    let (verdict, _, accepted) = deliver(Script::default().at("dot", Answer::AcceptAndHangUp)).await;
    assert!(matches!(verdict, Verdict::Unknown(_)), "the client cannot tell: {verdict:?}");
    assert_eq!(accepted.len(), 1);
}

#[tokio::test]
async fn a_message_that_is_no_longer_ours_is_not_handed_over() {
    let server = server::SmtpServer::start(Script::default()).await;
    let mut lane = Mailer::parse(&server.url()).expect("a mailer").lane();
    assert_eq!(lane.deliver(&mail(), async || false).await, Verdict::Lost);
    // The next conversation is a new one: the server would take anything said in the old one for the message.
    assert!(matches!(lane.deliver(&mail(), async || true).await, Verdict::Sent(_)));
    assert_eq!(server.accepted().len(), 1);
    assert_eq!(server.connection_count(), 2);
}

#[tokio::test]
async fn a_server_that_refuses_the_sender_is_no_verdict_on_the_message() {
    for script in [
        Script::default().at("greeting", Answer::Say("554 go away")),
        Script::default().at("greeting", Answer::HangUp),
        Script::default().at("EHLO", Answer::Say("550 no")).at("HELO", Answer::Say("550 no")),
    ] {
        let (verdict, ..) = deliver(script).await;
        assert!(matches!(verdict, Verdict::SenderAway(_)), "{verdict:?}");
    }
    let server = server::SmtpServer::start(Script::default().at("AUTH", Answer::Say("535 5.7.8 wrong password"))).await;
    let url = format!("smtp://user:secret@127.0.0.1:{}", server.port);
    let verdict = Mailer::parse(&url).expect("a mailer").lane().deliver(&mail(), async || true).await;
    assert!(matches!(verdict, Verdict::SenderAway(Reply { code: Some(535), .. })), "{verdict:?}");
}

#[tokio::test]
async fn one_connection_carries_many_messages_and_outlives_none_that_failed() {
    let server = server::SmtpServer::start(Script::default()).await;
    let mut lane = Mailer::parse(&server.url()).expect("a mailer").lane();
    for _ in 0..3 {
        assert!(matches!(lane.deliver(&mail(), async || true).await, Verdict::Sent(_)));
    }
    assert_eq!((server.accepted().len(), server.connection_count()), (3, 1));
}

#[tokio::test]
async fn a_phase_in_which_the_server_falls_silent_is_given_up() {
    // Far longer than a busy machine takes for the phases before.
    let short = Duration::from_secs(2);
    let silent = ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "dot"].map(async |point| {
        let server = server::SmtpServer::start(Script::default().at(point, Answer::Silence)).await;
        let url = format!("smtp://user:secret@127.0.0.1:{}", server.port);
        let mut relays = SmtpRelays::parse(&url, &MailOptions::default()).expect("a server");
        let patience = &mut relays.servers[0].patience;
        match point {
            "MAIL" | "RCPT" => patience.command = short,
            "DATA" => patience.data = short,
            "dot" => patience.dot = short,
            _ => patience.connect = short,
        }
        let marks = AtomicUsize::new(0);
        let mark = async || {
            marks.fetch_add(1, Ordering::SeqCst);
            true
        };
        let verdict = SmtpLane::new(Arc::new(relays)).deliver(&mail(), mark).await;
        let is_expected = match (&verdict, point) {
            (Verdict::SenderAway(reply), "greeting" | "EHLO" | "AUTH") => reply.code.is_none(),
            (Verdict::Retry(reply), "MAIL" | "RCPT" | "DATA") => reply.text.contains(point),
            (Verdict::Unknown(reply), "dot") => reply.text.contains("the final dot"),
            _ => false,
        };
        assert!(is_expected, "{point}: {verdict:?}");
        assert_eq!(marks.into_inner(), usize::from(point == "dot"), "{point}");
        assert!(server.accepted().is_empty());
    });
    futures_util::future::join_all(silent).await;
}
