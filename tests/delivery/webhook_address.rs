//! Where calls may go: looked up once, checked, and connected to what was checked.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use url::Url;
use vesper::delivery::webhook::{Allowed, MemoryResolver, Resolver, Webhooks};

use crate::delivery::hook_server::HookServer;
use crate::delivery::webhook::{call, happening, hook, hooks, publish};
use crate::schedule::{Ledger, execute, look};

/// Publishes, calls, and gives what the row says then.
async fn told(ledger: &Ledger) -> String {
    look(&ledger.pool, "select concat_ws(' ', state, smtp_text) from vesper.message order by message_id desc limit 1")
        .await
}

/// Hooks at a name that resolves to these addresses, one list a look-up.
fn named(url: &str, answers: &[&[&str]]) -> (Webhooks, MemoryResolver) {
    let parse = |text: &&str| text.parse::<IpAddr>().expect("an address");
    let memory = MemoryResolver::of(answers.iter().map(|list| list.iter().map(parse).collect()));
    let mut all = Webhooks { list: vec![hook("crm", url)], ..Webhooks::default() };
    all.list[0].allow_loopback = false;
    all.outside.resolver = Resolver::Memory(memory.clone());
    (all, memory)
}

#[tokio::test]
async fn a_name_that_points_inside_is_refused_before_anything_is_connected() {
    let inner = HookServer::start(&[]).await;
    let url = format!("https://crm.example.com:{}/", inner.port);
    for (addresses, why) in [
        (&["127.0.0.1"][..], "127.0.0.1, which is a loopback address"),
        (&["10.0.0.7"], "a private address"),
        (&["169.254.169.254"], "a cloud's metadata service"),
        (&["fd00:ec2::254"], "a cloud's metadata service"),
        (&["::ffff:127.0.0.1"], "a loopback address"),
        (&["93.184.216.34", "127.0.0.1"], "a loopback address"),
    ] {
        let (ledger, claim) = happening().await;
        let (all, memory) = named(&url, &[addresses]);
        publish(&ledger.pool, &all, &claim, 7).await;
        call(&ledger.pool, &all).await;
        let told = told(&ledger).await;
        assert!(told.starts_with("dead") && told.contains(why), "{addresses:?}: {told}");
        assert_eq!(memory.count(), 1);
    }
    assert_eq!(inner.connection_count(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_looked_up_once_and_called_where_it_was_checked() {
    let outer = HookServer::start_at(Ipv4Addr::new(127, 0, 0, 2), &[]).await;
    let (ledger, claim) = happening().await;
    // Allowed stands for the public internet here; 127.0.0.1 is what the name points to a moment later.
    let (mut all, memory) =
        named(&format!("https://crm.example.com:{}/", outer.port), &[&["127.0.0.2"], &["127.0.0.1"]]);
    all.outside.allowed = Allowed::parse("127.0.0.2").expect("an address");
    all.outside.connect_patience = Duration::from_secs(2);
    publish(&ledger.pool, &all, &claim, 7).await;
    call(&ledger.pool, &all).await;
    assert_eq!(
        (memory.count(), outer.connection_count()),
        (1, 1),
        "one look-up, and the connection went where it said"
    );
    assert!(told(&ledger).await.starts_with("pending no"), "it speaks no TLS");
    execute(&ledger.pool, "update vesper.message set next_at = clock_timestamp()").await;
    call(&ledger.pool, &all).await;
    assert_eq!((memory.count(), outer.connection_count()), (2, 1), "the next attempt looks again, and refuses");
    assert!(told(&ledger).await.starts_with("dead the name points to 127.0.0.1"));
}

#[tokio::test]
async fn http_goes_to_this_machine_and_nowhere_else_whatever_is_allowed() {
    let (ledger, claim) = happening().await;
    let (mut all, _) = named("http://localhost:9/", &[&["10.0.0.7"]]);
    all.list[0].allow_loopback = true;
    all.outside.allowed = Allowed::parse("10.0.0.0/8").expect("a network");
    publish(&ledger.pool, &all, &claim, 7).await;
    call(&ledger.pool, &all).await;
    assert!(told(&ledger).await.starts_with("dead the name points to 10.0.0.7, which is not this machine"));
}

#[tokio::test]
async fn a_certificate_must_be_of_the_name_and_of_an_authority_that_is_trusted() {
    let (server, pem) = HookServer::start_tls("crm.example.com").await;
    for (name, is_trusted, expected) in [
        ("crm.example.com", true, "sent"),
        ("crm.example.com", false, "pending no TLS"),
        ("erp.example.com", true, "pending no TLS"),
    ] {
        let (ledger, claim) = happening().await;
        let (mut all, _) = named(&format!("https://{name}:{}/", server.port), &[&["127.0.0.1"]]);
        all.outside.allowed = Allowed::parse("127.0.0.1").expect("an address");
        if is_trusted {
            all.outside.trust(pem.as_bytes()).expect("an authority");
        }
        publish(&ledger.pool, &all, &claim, 7).await;
        call(&ledger.pool, &all).await;
        let told = told(&ledger).await;
        assert!(told.starts_with(expected), "{name}: {told}");
    }
    assert_eq!(server.received().len(), 1, "what is not trusted hears nothing");
}

#[tokio::test]
async fn a_file_without_certificates_is_no_authority() {
    let mut all = Webhooks::default();
    assert!(all.outside.trust(b"hello").is_err());
    assert!(all.outside.trust(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
}

#[tokio::test]
async fn neither_rows_nor_words_hold_the_url() {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[]).await;
    let mut all = hooks(&server, &["crm"]);
    all.list[0].url = Url::parse("http://127.0.0.1:9/T0SECRET").expect("a URL");
    publish(&ledger.pool, &all, &claim, 7).await;
    call(&ledger.pool, &all).await;
    let row = look(&ledger.pool, "select message::text || webhook::text from vesper.message, vesper.webhook").await;
    assert!(!row.contains("T0SECRET") && row.contains("webhook:crm"), "{row}");
}
