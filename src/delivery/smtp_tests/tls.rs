//! Encryption and logins against a real TLS server with an authority of its own.

use std::path::Path;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};

use super::authority::Authority;
use super::server::{Answer, Script, SmtpServer as Server, Tls};
use super::*;
use crate::delivery::relay::Security;

/// How the mailer is told to reach the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Implicit,
    StartTls,
}

/// One delivery over TLS to `localhost`; the certificate is for `host`.
async fn deliver_over(way: Way, script: Script, host: &str, is_trusted: bool, login: &str) -> (Verdict, Server) {
    let authority = Authority::new();
    let acceptor = authority.acceptor(host);
    let tls = if way == Way::Implicit { Tls::Implicit(acceptor) } else { Tls::Start(acceptor) };
    let server = Server::start_with(script, Some(tls)).await;
    let verdict = deliver_to(&server, way, is_trusted.then_some(&authority), login).await;
    (verdict, server)
}

async fn deliver_to(server: &Server, way: Way, authority: Option<&Authority>, login: &str) -> Verdict {
    let scheme = if way == Way::Implicit { "smtps" } else { "smtp" };
    let url = format!("{scheme}://{}", login.replace("HOST", &format!("localhost:{}", server.port)));
    let options =
        MailOptions { hello: Some("reports.example.org"), ca_file: authority.map(|a| a.ca_file.path()), domains: None };
    let mut relays = SmtpRelays::parse(&url, &options).expect("a server");
    if way == Way::StartTls {
        // The host is the loopback so that the test reaches it, the rule is the one for any other host.
        relays.servers[0].security = Security::StartTls;
    }
    SmtpLane::new(Arc::new(relays)).deliver(&mail(), async || true).await
}

fn away(verdict: Verdict) -> Reply {
    match verdict {
        Verdict::SenderAway(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn mail_goes_out_by_implicit_tls_and_by_starttls() {
    for way in [Way::Implicit, Way::StartTls] {
        let (verdict, server) = deliver_over(way, Script::default(), "localhost", true, "user:secret@HOST").await;
        assert!(matches!(verdict, Verdict::Sent(_)), "{verdict:?}");
        assert_eq!(server.accepted().len(), 1);
        assert!(server.heard().iter().any(|line| line == "EHLO reports.example.org"), "{:?}", server.heard());
    }
}

#[tokio::test]
async fn without_the_offer_of_starttls_neither_login_nor_mail_is_said() {
    let server = Server::start(Script::default()).await;
    let reply = away(deliver_to(&server, Way::StartTls, None, "user:secret@HOST").await);
    assert!(reply.text.contains("STARTTLS is not supported"), "{reply:?}");
    assert!(server.heard().iter().all(|line| line.starts_with("EHLO")), "{:?}", server.heard());
}

#[tokio::test]
async fn a_refused_or_silent_starttls_is_no_reason_to_speak_in_the_clear() {
    for answer in [Answer::Say("454 4.7.0 not now"), Answer::HangUp] {
        let script = Script::default().at("STARTTLS", answer);
        let (verdict, server) = deliver_over(Way::StartTls, script, "localhost", true, "user:secret@HOST").await;
        away(verdict);
        assert!(!server.heard().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }
}

#[tokio::test]
async fn a_certificate_of_another_host_or_of_an_unknown_authority_is_refused() {
    for (host, is_trusted) in [("mail.example.org", true), ("localhost", false)] {
        for way in [Way::Implicit, Way::StartTls] {
            let (verdict, server) = deliver_over(way, Script::default(), host, is_trusted, "user:secret@HOST").await;
            let reply = away(verdict);
            assert!(reply.text.contains("certificate"), "{reply:?}");
            assert!(!server.heard().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
        }
    }
}

#[tokio::test]
async fn each_login_is_said_as_its_mechanism_wants_it() {
    let said = async |offer, login: &str| {
        let script = Script::default().offering(offer);
        let (verdict, server) = deliver_over(Way::Implicit, script, "localhost", true, login).await;
        assert!(matches!(verdict, Verdict::Sent(_)), "{offer}: {verdict:?}");
        let heard = server.heard();
        let at = heard.iter().position(|line| line.starts_with("AUTH")).expect("a login");
        heard[at..].iter().take_while(|line| !line.starts_with("EHLO")).cloned().collect::<Vec<_>>()
    };
    // Written down with `printf '\0user\0p@ss' | base64`.
    assert_eq!(said("AUTH LOGIN PLAIN", "user:p%40ss@HOST").await, ["AUTH PLAIN AHVzZXIAcEBzcw=="]);
    assert_eq!(said("AUTH LOGIN", "user:p%40ss@HOST").await, ["AUTH LOGIN", "dXNlcg==", "cEBzcw=="]);
    assert_eq!(said("AUTH LOGIN PLAIN", "user:p%40ss@HOST?auth=login").await[0], "AUTH LOGIN");

    let mut token = tempfile::NamedTempFile::new().expect("a file");
    std::io::Write::write_all(&mut token, b"ya29.token\n").expect("a token");
    let login = format!("user@HOST?auth=xoauth2&token_file={}", token.path().display());
    // `printf 'user=user\1auth=Bearer ya29.token\1\1' | base64`.
    let expected = "AUTH XOAUTH2 dXNlcj11c2VyAWF1dGg9QmVhcmVyIHlhMjkudG9rZW4BAQ==";
    assert_eq!(said("AUTH XOAUTH2 PLAIN", &login).await, [expected]);
    // The credentials type is the library's; that it is not shown is ours to hold.
    let shown = format!("{:?} {:?}", Mechanism::Xoauth2, Credentials::new("u".to_owned(), "hunter2".to_owned()));
    assert!(!shown.contains("hunter2"));
}

#[tokio::test]
async fn a_token_is_read_anew_at_each_connection_and_an_expired_one_is_told() {
    let token = tempfile::NamedTempFile::new().expect("a file");
    let login = format!("user@HOST?auth=xoauth2&token_file={}", token.path().display());
    let script = Script::default().offering("AUTH XOAUTH2").at("AUTH", Answer::Say("334 eyJzdGF0dXMiOiI0MDEifQ=="));
    let authority = Authority::new();
    let server = Server::start_with(script, Some(Tls::Implicit(authority.acceptor("localhost")))).await;
    let url = format!("smtps://{}", login.replace("HOST", &format!("localhost:{}", server.port)));
    let options = MailOptions { hello: None, ca_file: Some(authority.ca_file.path()), domains: None };
    let relays = Arc::new(SmtpRelays::parse(&url, &options).expect("a server"));
    std::fs::write(token.path(), "old").expect("a token");
    let mut lane = SmtpLane::new(relays.clone());
    let reply = away(lane.deliver(&mail(), async || true).await);
    assert_eq!((reply.code, reply.text.as_str()), (Some(535), "5.7.8 token expired"));
    std::fs::write(token.path(), "new").expect("a token");
    relays.servers[0].rest.end();
    let verdict = lane.deliver(&mail(), async || true).await;
    assert!(matches!(verdict, Verdict::Sent(_)), "{verdict:?}");

    std::fs::remove_file(token.path()).expect("the file");
    let reply = away(SmtpLane::new(relays.clone()).deliver(&mail(), async || true).await);
    assert!(reply.text.contains("No such file"), "{reply:?}");
}

#[tokio::test]
async fn a_file_without_a_certificate_is_told_before_anything_is_sent() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    for (path, reason) in [(file.path(), "it holds no certificate"), (Path::new("/nonexistent.pem"), "No such file")] {
        let options = MailOptions { hello: None, ca_file: Some(path), domains: None };
        let refusal = SmtpRelays::parse("smtps://mail.example.org", &options).expect_err("no certificate");
        assert!(refusal.to_string().contains(reason), "{refusal}");
    }
}
