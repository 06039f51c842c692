//! What is said along with MAIL and RCPT when the server offers it: SIZE, DSN, SMTPUTF8.

use super::server::{Script, SmtpServer as Server};
use super::*;

async fn deliver_offered(offers: &[&'static str], mail: &Mail) -> (Verdict, Vec<String>) {
    let server = Server::start(offers.iter().fold(Script::default(), |script, offer| script.offering(offer))).await;
    let verdict = Mailer::parse(&server.url()).expect("a mailer").lane().deliver(mail, async || true).await;
    let said = server.heard().into_iter().filter(|line| line.starts_with("MAIL") || line.starts_with("RCPT"));
    (verdict, said.collect())
}

#[tokio::test]
async fn what_is_not_offered_is_not_asked_for() {
    let (verdict, said) = deliver_offered(&[], &mail()).await;
    assert!(matches!(verdict, Verdict::Sent(_)), "{verdict:?}");
    assert_eq!(said, ["MAIL FROM:<vesper@example.com>", "RCPT TO:<a@example.com>"]);
}

#[tokio::test]
async fn a_server_with_delivery_reports_is_asked_for_failures_and_delays() {
    let plus = Mail { rcpt: "a+b=c@example.com".to_owned(), ..mail() };
    let (verdict, said) = deliver_offered(&["DSN", "SIZE"], &plus).await;
    assert!(matches!(verdict, Verdict::Sent(_)), "{verdict:?}");
    let expected = [
        "MAIL FROM:<vesper@example.com> SIZE=28 RET=HDRS ENVID=vesper-1",
        "RCPT TO:<a+b=c@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@example.com",
    ];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_message_larger_than_the_server_takes_is_given_up_before_it_is_said() {
    let (verdict, said) = deliver_offered(&["SIZE 27"], &mail()).await;
    let Verdict::Refused(reply) = verdict else { panic!("{verdict:?}") };
    assert_eq!(reply.text, "the message has 28 bytes, 127.0.0.1 takes at most 27");
    assert!(said.is_empty());
    for offer in ["SIZE 28", "SIZE 0", "SIZE"] {
        let (verdict, said) = deliver_offered(&[offer], &mail()).await;
        assert!(matches!(verdict, Verdict::Sent(_)), "{offer}: {verdict:?}");
        assert!(said[0].ends_with(" SIZE=28"), "{said:?}");
    }
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let beyond = Mail { rcpt: "jürgen@example.com".to_owned(), ..mail() };
    let (verdict, said) = deliver_offered(&["SMTPUTF8", "DSN"], &beyond).await;
    assert!(matches!(verdict, Verdict::Sent(_)), "{verdict:?}");
    assert!(said[0].contains(" SMTPUTF8"), "{said:?}");
    assert_eq!(said[1], "RCPT TO:<jürgen@example.com> NOTIFY=FAILURE,DELAY");
    let (verdict, said) = deliver_offered(&["DSN"], &beyond).await;
    let Verdict::Refused(reply) = verdict else { panic!("{verdict:?}") };
    assert!(reply.text.contains("SMTPUTF8") && said.is_empty(), "{reply:?}");
}
