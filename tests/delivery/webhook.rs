//! Calls of webhooks: signed, made once, and never lost, whatever the receiver does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::sync::watch;
use url::Url;
use vesper::delivery::webhook::{
    CallFormat, Caller, Calling, Event, EventData, EventKind, SigningKey, Webhook, Webhooks, announce, sync_webhooks,
};
use vesper::delivery::{Mailer, OnUncertain, Resolution, Sender, resolve_message};
use vesper::job::Claim;

use crate::delivery::hook_server::{Answer, HookServer};
use crate::delivery::outbox::post;
use crate::delivery::smtp_server::{Script, SmtpServer};
use crate::schedule::{Ledger, claimed, execute, ledger, look};

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// A hook that listens to everything and may call this machine.
pub fn hook(name: &str, url: &str) -> Webhook {
    Webhook {
        name: name.to_owned(),
        url: Url::parse(url).expect("a URL"),
        events: EventKind::NAMES.iter().map(|(_, kind)| *kind).collect(),
        jobs: Vec::new(),
        keys: vec![SigningKey::parse(std::str::from_utf8(SECRET).expect("text")).expect("a key")],
        format: CallFormat::Json,
        attempt_max: 24,
        expires_after: Duration::from_secs(72 * 3_600),
        on_uncertain: OnUncertain::Resend,
        allow_loopback: true,
        owner: None,
    }
}

/// Hooks with these names, all of them at the server.
pub fn hooks(server: &HookServer, names: &[&str]) -> Webhooks {
    let url = format!("http://127.0.0.1:{}/hook?tenant=a", server.port);
    Webhooks { list: names.iter().map(|name| hook(name, &url)).collect(), ..Webhooks::default() }
}

/// A ledger with a claimed run in which things happen.
pub async fn happening() -> (Ledger, Claim) {
    let ledger = ledger(&[("nightly", "cron = \"0 2 * * *\"")]).await;
    let claim = claimed(&ledger.pool, "nightly").await;
    (ledger, claim)
}

/// Tells the hooks that a snapshot was published; how many calls were new.
pub async fn publish(pool: &PgPool, hooks: &Webhooks, claim: &Claim, snapshot_id: i64) -> u64 {
    let data = EventData::SnapshotPublished {
        snapshot_id,
        published_at: claim.scheduled_for,
        currency: "EUR".to_owned(),
        point_count: 812,
        entities: Vec::new(),
    };
    let (job, business_date) = (claim.job.clone(), claim.business_date);
    let event = Event { at: claim.scheduled_for, run_id: claim.run_id, job, business_date, url: None, data };
    let mut tx = pool.begin().await.expect("a transaction");
    let count = announce(&mut tx, &hooks.list, &event).await.expect("enqueued");
    tx.commit().await.expect("committed");
    count
}

pub async fn call(pool: &PgPool, hooks: &Webhooks) -> Calling {
    let (_word, stop) = watch::channel(false);
    Caller::new(pool.clone()).call_due(hooks, &stop).await.expect("the ledger answers")
}

/// One call through a server that answers so; the row's state, code, attempts spent, and whether it waits.
async fn called_with(answer: Answer, on_uncertain: OnUncertain) -> (Ledger, HookServer, Webhooks, String) {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[answer]).await;
    let mut hooks = hooks(&server, &["crm"]);
    hooks.list[0].on_uncertain = on_uncertain;
    publish(&ledger.pool, &hooks, &claim, 7).await;
    let patient = hooks.outside.call_patience;
    if let Answer::Silence = answer {
        // Enough to write the request on a busy machine.
        hooks.outside.call_patience = Duration::from_secs(2);
    }
    call(&ledger.pool, &hooks).await;
    hooks.outside.call_patience = patient;
    let row = "select concat_ws(' ', state, smtp_code, attempt, case when state = 'pending' and next_at > \
               clock_timestamp() + interval '1 second' then 'later' end) from vesper.message";
    let row = look(&ledger.pool, row).await;
    (ledger, server, hooks, row)
}

async fn words(ledger: &Ledger) -> String {
    look(&ledger.pool, "select smtp_text from vesper.message order by message_id limit 1").await
}

async fn states(pool: &PgPool) -> String {
    look(pool, "select string_agg(state, ' ' order by message_id) from vesper.message").await
}

async fn make_due(pool: &PgPool) {
    execute(pool, "update vesper.message set next_at = clock_timestamp() where state = 'pending'").await;
}

/// HMAC-SHA256 by its definition (RFC 2104), which is not how the product computes it.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let keyed = |pad: u8| block.map(|byte| byte ^ pad).to_vec();
    let inner = Sha256::digest([keyed(0x36), message.to_vec()].concat());
    Sha256::digest([keyed(0x5c), inner.to_vec()].concat()).into()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = char::from(LETTERS[(bits >> (18 - 6 * i) & 63) as usize]);
            text.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

#[tokio::test]
async fn a_call_is_signed_so_that_its_receiver_can_tell_who_made_it() {
    let (ledger, server, _, row) = called_with(Answer::Say("200 OK", "", "thanks"), OnUncertain::Resend).await;
    assert_eq!(row, "sent 200 1");
    let received = server.received().remove(0);
    assert_eq!(received.request_line, "POST /hook?tenant=a HTTP/1.1");
    let header = |name: &str| received.headers.get(name).cloned().unwrap_or_default();
    assert_eq!(header("host"), format!("127.0.0.1:{}", server.port));
    assert_eq!(header("content-type"), "application/json");
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    assert_eq!(id, look(&ledger.pool, "select rfc_message_id from vesper.message").await);
    let age = format!("{id}.{timestamp}.{}", received.body);
    assert_eq!(header("webhook-signature"), format!("v1,{}", base64(&hmac(SECRET, age.as_bytes()))));
    let now: i64 = look(&ledger.pool, "select extract(epoch from clock_timestamp())::bigint::text")
        .await
        .parse()
        .expect("a number");
    assert!((now - timestamp.parse::<i64>().expect("seconds")).abs() < 60);
}

#[tokio::test]
async fn what_happened_twice_is_told_once_a_hook() {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[]).await;
    let mut hooks = hooks(&server, &["crm", "erp", "other"]);
    hooks.list[1].jobs = vec!["executive-weekly".to_owned()];
    hooks.list[2].events = vec![EventKind::RunDead];
    assert_eq!(publish(&ledger.pool, &hooks, &claim, 7).await, 1, "only one of the three listens to this");
    assert_eq!(publish(&ledger.pool, &hooks, &claim, 7).await, 0);
    assert_eq!(publish(&ledger.pool, &hooks, &claim, 8).await, 1);
    assert_eq!(call(&ledger.pool, &hooks).await, Calling { sent_count: 2, unsent_count: 0 });
    assert_eq!(call(&ledger.pool, &hooks).await, Calling::default());
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn an_answer_decides_what_happens_next() {
    for (status, expected) in [
        ("500 Internal Server Error", "pending 500 1 later"),
        ("503 Service Unavailable", "pending 503 1 later"),
        ("408 Request Timeout", "pending 408 1 later"),
        ("409 Conflict", "pending 409 1 later"),
        ("425 Too Early", "pending 425 1 later"),
        ("400 Bad Request", "dead 400 1"),
        ("404 Not Found", "dead 404 1"),
        ("413 Payload Too Large", "dead 413 1"),
    ] {
        let (ledger, _, _, row) = called_with(Answer::Say(status, "", "the reason"), OnUncertain::Resend).await;
        assert_eq!(row, expected);
        assert!(words(&ledger).await.ends_with("the reason"), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let inner = HookServer::start(&[]).await;
    let place: &'static str = format!("location: http://127.0.0.1:{}/\r\n", inner.port).leak();
    let (ledger, _, _, row) = called_with(Answer::Say("307 Temporary Redirect", place, ""), OnUncertain::Resend).await;
    assert_eq!(row, "dead 307 1");
    assert!(words(&ledger).await.contains("redirects are not followed"));
    assert_eq!(inner.connection_count(), 0);
}

#[tokio::test]
async fn a_receiver_that_asks_for_a_pause_gets_it_within_reason() {
    for (header, at_least, at_most) in [
        ("retry-after: 3600\r\n", "55 minutes", "65 minutes"),
        ("retry-after: 99999999\r\n", "5 hours", "7 hours"),
        (
            "date: Mon, 23 Nov 2026 10:00:00 GMT\r\nretry-after: Mon, 23 Nov 2026 11:00:00 GMT\r\n",
            "55 minutes",
            "65 minutes",
        ),
    ] {
        let (ledger, ..) = called_with(Answer::Say("429 Too Many Requests", header, ""), OnUncertain::Resend).await;
        let within: bool = sqlx::query_scalar(
            "select next_at - clock_timestamp() between $1::interval and $2::interval from vesper.message",
        )
        .bind(sqlx::postgres::types::PgInterval::try_from(duration_of(at_least)).expect("an interval"))
        .bind(sqlx::postgres::types::PgInterval::try_from(duration_of(at_most)).expect("an interval"))
        .fetch_one(&ledger.pool)
        .await
        .expect("a row");
        assert!(within, "{header}");
    }
}

fn duration_of(text: &str) -> Duration {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let seconds = if unit == "hours" { 3_600 } else { 60 };
    Duration::from_secs(number.parse::<u64>().expect("a number") * seconds)
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_nothing_more_until_a_resend_succeeds() {
    let (ledger, claim) = happening().await;
    let pool = &ledger.pool;
    let server = HookServer::start(&[Answer::Say("410 Gone", "", "moved out")]).await;
    let hooks = hooks(&server, &["crm"]);
    sync_webhooks(pool, &hooks.list).await.expect("written");
    for snapshot_id in [7, 8] {
        publish(pool, &hooks, &claim, snapshot_id).await;
    }
    call(pool, &hooks).await;
    assert_eq!(states(pool).await, "dead dead");
    publish(pool, &hooks, &claim, 9).await;
    assert_eq!(states(pool).await, "dead dead suppressed");
    assert_eq!(server.received().len(), 1);
    let first: i64 =
        sqlx::query_scalar("select min(message_id) from vesper.message").fetch_one(pool).await.expect("a row");
    resolve_message(pool, first, Resolution::Resend).await.expect("sent again by hand");
    call(pool, &hooks).await;
    publish(pool, &hooks, &claim, 10).await;
    assert_eq!(states(pool).await, "sent dead suppressed pending");
}

#[tokio::test]
async fn another_url_is_another_receiver() {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[Answer::Say("410 Gone", "", "")]).await;
    let mut hooks = hooks(&server, &["crm"]);
    publish(&ledger.pool, &hooks, &claim, 7).await;
    call(&ledger.pool, &hooks).await;
    hooks.list[0].url.set_path("/new");
    call(&ledger.pool, &hooks).await;
    publish(&ledger.pool, &hooks, &claim, 8).await;
    call(&ledger.pool, &hooks).await;
    assert_eq!(states(&ledger.pool).await, "dead sent");
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_id() {
    for answer in [Answer::HangUp, Answer::Silence, Answer::HalfClose] {
        let (ledger, server, hooks, row) = called_with(answer, OnUncertain::Resend).await;
        assert_eq!(row, "pending 1 later", "{answer:?}");
        make_due(&ledger.pool).await;
        call(&ledger.pool, &hooks).await;
        assert_eq!(states(&ledger.pool).await, "sent");
        let received = server.received();
        let ids: BTreeSet<&str> = received.iter().map(|r| r.headers["webhook-id"].as_str()).collect();
        let bodies: BTreeSet<&str> = received.iter().map(|r| r.body.as_str()).collect();
        assert_eq!((ids.len(), bodies.len()), (1, 1), "{answer:?}");
    }
}

#[tokio::test]
async fn a_hook_that_holds_leaves_a_lost_answer_to_a_person() {
    let (ledger, server, hooks, row) = called_with(Answer::HangUp, OnUncertain::Hold).await;
    assert_eq!(row, "uncertain 1");
    call(&ledger.pool, &hooks).await;
    assert_eq!(server.received().len(), 1, "held: at most once");
}

#[tokio::test]
async fn a_receiver_that_is_away_costs_the_call_one_attempt_and_rests_the_hook() {
    let (ledger, claim) = happening().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    let hooks = Webhooks { list: vec![hook("crm", &format!("http://127.0.0.1:{port}/"))], ..Webhooks::default() };
    for snapshot_id in [7, 8, 9] {
        publish(&ledger.pool, &hooks, &claim, snapshot_id).await;
    }
    assert_eq!(call(&ledger.pool, &hooks).await, Calling { sent_count: 0, unsent_count: 1 });
    let spent = "select string_agg(state || attempt, ' ' order by message_id) from vesper.message";
    assert_eq!(look(&ledger.pool, spent).await, "pending1 pending0 pending0");
    assert!(words(&ledger).await.starts_with("no connection"));
}

#[tokio::test]
async fn a_sent_call_can_be_sent_again_by_hand() {
    let (ledger, server, hooks, _) = called_with(Answer::Say("200 OK", "", ""), OnUncertain::Resend).await;
    let id: i64 =
        sqlx::query_scalar("select message_id from vesper.message").fetch_one(&ledger.pool).await.expect("a row");
    resolve_message(&ledger.pool, id, Resolution::Resend).await.expect("sent again by hand");
    call(&ledger.pool, &hooks).await;
    assert_eq!(states(&ledger.pool).await, "sent");
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
}

#[tokio::test]
async fn a_caller_killed_between_marker_and_answer_follows_the_policy() {
    for (policy, expected, count) in [(OnUncertain::Resend, "sent", 2), (OnUncertain::Hold, "uncertain", 1)] {
        let (ledger, claim) = happening().await;
        let server = HookServer::start(&[Answer::Silence]).await;
        let mut hooks = hooks(&server, &["crm"]);
        hooks.list[0].on_uncertain = policy;
        publish(&ledger.pool, &hooks, &claim, 7).await;
        tokio::select! {
            _ = call(&ledger.pool, &hooks) => panic!("the receiver never answers"),
            // Dropping the future is what the database sees of a killed process.
            () = server.wait_for(1) => {}
        }
        let row = "select state || case when committing_at is null then '' else ' marked' end from vesper.message";
        assert_eq!(look(&ledger.pool, row).await, "sending marked");
        let end_lease = "update vesper.message set lease_until = clock_timestamp() - interval '1 second'";
        execute(&ledger.pool, end_lease).await;
        call(&ledger.pool, &hooks).await;
        assert_eq!(states(&ledger.pool).await, expected);
        assert_eq!(server.received().len(), count);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_callers_share_the_outbox_and_make_each_call_once() {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[]).await;
    let hooks = hooks(&server, &["crm", "erp"]);
    for snapshot_id in 0..20 {
        publish(&ledger.pool, &hooks, &claim, snapshot_id).await;
    }
    let (a, b) = tokio::join!(call(&ledger.pool, &hooks), call(&ledger.pool, &hooks));
    assert_eq!(a.sent_count + b.sent_count, 40);
    let received = server.received();
    let ids: BTreeSet<&str> = received.iter().map(|r| r.headers["webhook-id"].as_str()).collect();
    assert_eq!((received.len(), ids.len()), (40, 40));
}

#[tokio::test]
async fn a_silent_receiver_delays_neither_another_nor_the_mail() {
    let (ledger, claim) = happening().await;
    let (silent, quick) = (HookServer::start(&[Answer::Silence]).await, HookServer::start(&[]).await);
    let mut all = hooks(&silent, &["silent"]);
    all.list.extend(hooks(&quick, &["quick"]).list);
    for snapshot_id in [7, 8] {
        publish(&ledger.pool, &all, &claim, snapshot_id).await;
    }
    post(&ledger.pool, &claim, &["a"], OnUncertain::Hold).await;
    let all = Arc::new(all);
    let (word, stop) = watch::channel(false);
    let caller = Caller::new(ledger.pool.clone());
    let serving = caller.serve(|| all.clone(), stop.clone(), Duration::ZERO);
    let looking = async {
        silent.wait_for(1).await;
        quick.wait_for(2).await;
        let server = SmtpServer::start(Script::default()).await;
        let sender = Sender::new(ledger.pool.clone(), Mailer::parse(&server.url()).expect("a mailer"));
        assert_eq!(sender.send_due(&stop).await.expect("the ledger answers").sent_count, 1);
        assert_eq!(silent.received().len(), 1, "it is still waited for");
        word.send(true).expect("the caller listens");
    };
    tokio::join!(serving, looking);
}
