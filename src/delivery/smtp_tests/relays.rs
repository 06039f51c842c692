//! Several servers in their order.

use super::server::{Answer, Script, SmtpServer as Server};
use super::*;

async fn two(first: Script, second: Script) -> (Server, Server, Arc<SmtpRelays>) {
    let (first, second) = (Server::start(first).await, Server::start(second).await);
    let urls = format!("{}, {}", first.url(), second.url());
    let relays = SmtpRelays::parse(&urls, &MailOptions::default()).expect("servers");
    (first, second, Arc::new(relays))
}

#[tokio::test]
async fn the_next_server_is_asked_when_one_refuses_the_sender_or_breaks_off_before_the_mark() {
    for (point, answer) in [
        ("greeting", Answer::Say("554 go away")),
        ("greeting", Answer::HangUp),
        ("MAIL", Answer::HangUp),
        ("MAIL", Answer::Say("421 4.3.2 closing")),
        ("MAIL", Answer::Say("530 5.7.0 log in first")),
        ("MAIL", Answer::Say("550 5.7.1 not from you")),
        ("DATA", Answer::HangUp),
    ] {
        let (first, second, relays) = two(Script::default().at(point, answer), Script::default()).await;
        let verdict = SmtpLane::new(relays).deliver(&mail(), async || true).await;
        assert!(matches!(verdict, Verdict::Sent(_)), "{point}: {verdict:?}");
        assert_eq!((first.accepted().len(), second.accepted().len()), (0, 1), "{point}");
    }
}

#[tokio::test]
async fn what_a_server_says_of_the_recipient_is_asked_of_no_other() {
    for line in ["450 4.2.1 greylisted", "550 5.1.1 nobody"] {
        let (_, second, relays) = two(Script::default().at("RCPT", Answer::Say(line)), Script::default()).await;
        let verdict = SmtpLane::new(relays).deliver(&mail(), async || true).await;
        assert!(matches!(verdict, Verdict::Retry(_) | Verdict::Bounced(_)), "{verdict:?}");
        assert_eq!(second.connection_count(), 0);
    }
}

#[tokio::test]
async fn after_the_mark_no_second_server_sees_the_message() {
    for answer in [Answer::HangUp, Answer::AcceptAndHangUp, Answer::Say("451 4.3.0 later"), Answer::Say("554 spam")] {
        let (_, second, relays) = two(Script::default().at("dot", answer), Script::default()).await;
        let verdict = SmtpLane::new(relays).deliver(&mail(), async || true).await;
        assert!(!matches!(verdict, Verdict::Sent(_) | Verdict::SenderAway(_)), "{verdict:?}");
        assert_eq!(second.connection_count(), 0, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_refused_rests_on_its_own_and_is_preferred_again_afterwards() {
    let (first, second, relays) = two(Script::default().at("greeting", Answer::HangUp), Script::default()).await;
    let mut lane = SmtpLane::new(relays.clone());
    for _ in 0..2 {
        assert!(matches!(lane.deliver(&mail(), async || true).await, Verdict::Sent(_)));
    }
    assert_eq!((first.connection_count(), second.accepted().len()), (1, 2), "a resting server is not knocked at");
    assert!(!relays.is_resting(), "the other one works");
    relays.servers[0].rest.end();
    assert!(matches!(lane.deliver(&mail(), async || true).await, Verdict::Sent(_)));
    assert_eq!((first.accepted().len(), second.accepted().len()), (1, 2));
}

#[tokio::test]
async fn when_every_server_is_away_no_message_is_the_matter() {
    let away = || Script::default().at("greeting", Answer::HangUp);
    let (_, second, relays) = two(away(), away()).await;
    let mut lane = SmtpLane::new(relays.clone());
    assert!(matches!(lane.deliver(&mail(), async || true).await, Verdict::SenderAway(_)));
    assert!(relays.is_resting());
    let Verdict::SenderAway(reply) = lane.deliver(&mail(), async || true).await else { panic!("they rest") };
    assert_eq!(reply, Reply::default(), "nobody was asked");
    assert_eq!(second.connection_count(), 1);
}
