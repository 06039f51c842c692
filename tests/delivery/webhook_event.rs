//! What receivers are told, field by field, and how the ledger is looked at for what happened.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use sqlx::PgPool;
use vesper::base::Remedy;
use vesper::delivery::webhook::{
    Breach, CallFormat, EntityBalance, Event, EventData, EventFile, Webhooks, announce, sync_webhooks,
};
use vesper::delivery::{EditionDraft, Manifest, OnUncertain, OutgoingArtifact, seal_edition};
use vesper::job::{Claim, RunError, fail};

use crate::delivery::NO_MAIL;
use crate::delivery::hook_server::HookServer;
use crate::delivery::outbox::post;
use crate::delivery::webhook::{call, happening, hooks};
use crate::schedule::{execute, look};

fn files() -> Vec<EventFile> {
    vec![EventFile {
        name: "executive-weekly-2026-11-22.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        sha256: "a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e".to_owned(),
        size: 181_234,
    }]
}

/// One event of each kind.
fn happenings(claim: &Claim) -> Vec<EventData> {
    let (report, reason) = ("executive-weekly".to_owned(), "the mail server's last answer was lost".to_owned());
    let sealed_at = claim.scheduled_for;
    vec![
        EventData::SnapshotPublished {
            snapshot_id: 7,
            published_at: sealed_at,
            currency: "EUR".to_owned(),
            point_count: 1_812,
            entities: vec![EntityBalance {
                entity: "deal".to_owned(),
                source_rows: 12_034,
                star_rows: 12_031,
                quarantined_rows: 3,
            }],
        },
        EventData::SnapshotHeld {
            breaches: vec![Breach {
                identity: "revenue by tier".to_owned(),
                detail: "1200 <> 1199 & nothing else".to_owned(),
            }],
        },
        EventData::EditionSealed {
            edition_id: 5,
            report: report.clone(),
            snapshot_id: 7,
            recipient_count: 2,
            files: files(),
        },
        EventData::EditionSent {
            edition_id: 5,
            report: report.clone(),
            sealed_at,
            sent_count: 2,
            dead_count: 1,
            suppressed_count: 0,
            files: files(),
        },
        EventData::EditionHeld { edition_id: 5, report, uncertain_count: 1, reason },
        EventData::RunDead {
            kind: "pipeline".to_owned(),
            scheduled_for: sealed_at,
            attempt_count: 5,
            error: "the source is away".to_owned(),
        },
    ]
}

/// The bodies that receivers get, by event and format. `VESPER_BLESS=1` writes the file anew.
#[tokio::test]
async fn the_payloads_are_the_documented_ones() {
    let (ledger, claim) = happening().await;
    let server = HookServer::start(&[]).await;
    let mut all = hooks(&server, &["json", "slack"]);
    all.list[1].format = CallFormat::Slack;
    let at = "2026-11-23T02:00:03.25Z".parse().expect("an instant");
    let claim = Claim { scheduled_for: "2026-11-23T02:00:00Z".parse().expect("an instant"), ..claim };
    for data in happenings(&claim) {
        let (job, business_date) = (claim.job.clone(), claim.business_date);
        let url = Some("https://reports.example.org".to_owned());
        let event = Event { at, run_id: claim.run_id, job, business_date, url, data };
        let mut tx = ledger.pool.begin().await.expect("a transaction");
        assert_eq!(announce(&mut tx, &all.list, &event).await.expect("enqueued"), 2);
        tx.commit().await.expect("committed");
    }
    let rows: Vec<(String, String, Vec<u8>)> = sqlx::query_as(
        "select event, hook, bytes from vesper.message join vesper.mail_body on digest = body_digest order by message_id",
    )
    .fetch_all(&ledger.pool)
    .await
    .expect("the calls");
    let mut bodies: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
    for (event, hook, bytes) in rows {
        bodies.entry(event).or_default().insert(hook, serde_json::from_slice(&bytes).expect("JSON"));
    }
    let text = format!("{}\n", serde_json::to_string_pretty(&bodies).expect("JSON"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/delivery/webhook-payloads.json");
    if std::env::var_os("VESPER_BLESS").is_some() {
        std::fs::write(&path, &text).expect("written");
    }
    assert_eq!(text, std::fs::read_to_string(&path).expect("the payloads"));
    let docs = include_str!("../../docs/webhooks.md");
    for (event, formats) in &bodies {
        assert!(docs.contains(&format!("`{event}`")), "docs/webhooks.md says nothing of {event}");
        let data = formats["json"]["data"].as_object().expect("an object");
        for field in data.keys() {
            assert!(docs.contains(&format!("`{field}`")), "docs/webhooks.md says nothing of {field}");
        }
    }
}

async fn calls(pool: &PgPool) -> String {
    let sql = "select coalesce(string_agg(dedupe_key, ', ' order by message_id), '') from vesper.message \
               where channel = 'webhook'";
    look(pool, sql).await
}

/// An edition with two mails in the outbox, known to a hook that was there before.
async fn mailed_edition(pool: &PgPool, all: &Webhooks, claim: &Claim) {
    sync_webhooks(pool, &all.list).await.expect("written");
    let files = [OutgoingArtifact {
        name: "weekly.pdf".to_owned(),
        media_type: "application/pdf".to_owned(),
        bytes: b"pages".to_vec(),
    }];
    let draft = EditionDraft {
        job: &claim.job,
        scheduled_for: claim.scheduled_for,
        scope: "",
        run_id: claim.run_id,
        report: "executive-weekly",
        business_date: claim.business_date,
        manifest: Manifest {
            snapshot_id: 7,
            watermarks: BTreeMap::new(),
            definition_hash: "aa".to_owned(),
            definitions: Vec::new(),
            template_hash: "bb".to_owned(),
            renderer: "vesper 0.1.0".to_owned(),
            files: Vec::new(),
            mail: None,
        },
        artifacts: &files,
        body: &NO_MAIL,
    };
    let mut connection = pool.acquire().await.expect("a connection");
    seal_edition(&mut connection, &draft).await.expect("sealed");
    post(pool, claim, &["a", "b"], OnUncertain::Hold).await;
    execute(pool, "update vesper.message set edition_id = (select max(edition_id) from vesper.edition)").await;
}

#[tokio::test]
async fn an_edition_is_told_of_once_when_all_its_mails_are_settled() {
    let (ledger, claim) = happening().await;
    let pool = &ledger.pool;
    let server = HookServer::start(&[]).await;
    let all = hooks(&server, &["crm"]);
    mailed_edition(pool, &all, &claim).await;
    call(pool, &all).await;
    assert_eq!(calls(pool).await, "", "both mails are still to be sent");
    let settle = "update vesper.message set state = 'sent', sent_at = clock_timestamp() where rcpt like 'a%'";
    execute(pool, settle).await;
    call(pool, &all).await;
    assert_eq!(calls(pool).await, "", "one is still to be sent");
    execute(pool, "update vesper.message set state = 'dead' where rcpt like 'b%'").await;
    for _ in 0..2 {
        call(pool, &all).await;
    }
    assert_eq!(calls(pool).await, "edition.sent|edition 1|crm");
    let received = server.received();
    assert_eq!(received.len(), 1);
    let body: Value = serde_json::from_str(&received[0].body).expect("JSON");
    assert_eq!((&body["data"]["sent_count"], &body["data"]["dead_count"]), (&1.into(), &1.into()));
    assert_eq!(body["data"]["files"][0]["name"], "weekly.pdf");
    assert!(!received[0].body.contains('@'), "no address is told: {}", received[0].body);
}

#[tokio::test]
async fn a_mail_that_waits_for_a_person_is_told_of_once_an_edition() {
    let (ledger, claim) = happening().await;
    let pool = &ledger.pool;
    let server = HookServer::start(&[]).await;
    let all = hooks(&server, &["crm"]);
    mailed_edition(pool, &all, &claim).await;
    execute(pool, "update vesper.message set state = 'uncertain', committing_at = clock_timestamp()").await;
    for _ in 0..2 {
        call(pool, &all).await;
    }
    assert_eq!(calls(pool).await, "edition.held|edition 1|crm");
}

#[tokio::test]
async fn a_dead_run_is_told_of_once_and_only_to_hooks_that_were_there() {
    let (ledger, claim) = happening().await;
    let pool = &ledger.pool;
    let server = HookServer::start(&[]).await;
    let mut all = hooks(&server, &["early", "elsewhere"]);
    all.list[1].jobs = vec!["executive-weekly".to_owned()];
    sync_webhooks(pool, &all.list).await.expect("written");
    fail(pool, &claim, &RunError::new(Remedy::FixConfig, "no such template")).await.expect("recorded");
    all.list.extend(hooks(&server, &["late"]).list);
    for _ in 0..2 {
        call(pool, &all).await;
    }
    assert_eq!(calls(pool).await, format!("run.dead|run {}|early", claim.run_id));
    let body: Value = serde_json::from_str(&server.received()[0].body).expect("JSON");
    assert_eq!(body["data"]["error"], "no such template");
}
