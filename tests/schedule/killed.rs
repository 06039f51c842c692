//! Two workers, killed again and again at whatever they are doing; what they leave is checked against the server's
//! own record.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;
use vesper::base::Remedy;
use vesper::delivery::{MailBody, MailDraft, Mailer, OnUncertain, Posting, Recipient, Sender, compose_mail, enqueue};
use vesper::job::{Origin, RunContext, RunError, Runner, Stop, claim, run_claimed, tick};

use super::{execute, ledger, let_leases_expire, look, queued};
use crate::delivery::smtp_server::{Script, SmtpServer};

const RUN_COUNT: usize = 8;
const KILL_COUNT: u64 = 60;

/// Loads something, then mails it to two.
async fn load_and_mail(context: RunContext) -> Result<(), RunError> {
    let claim = &context.claim;
    let load = async |tx: &mut sqlx::PgConnection| {
        let loaded = sqlx::query("insert into effect values ($1)").bind(claim.run_id).execute(tx).await;
        loaded.map(|_| ()).map_err(|e| RunError::new(Remedy::RetryLater, e.to_string()))
    };
    context.step("load", load).await?;
    let mailbox = |name: &str| Recipient { name: None, address: format!("{name}@example.com") };
    let (sender, recipients) = (mailbox("vesper"), [mailbox("a"), mailbox("b")]);
    let body = MailBody { subject: "hi".to_owned(), html: "hi".to_owned(), text: "hi".to_owned(), inline: Vec::new() };
    let label = "weekly";
    let mail = compose_mail(&MailDraft {
        label,
        sender: &sender,
        sent_date: claim.scheduled_for,
        body: &body,
        attachments: &[],
    })?;
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
        on_uncertain: OnUncertain::Hold,
        next_edition_at: None,
    };
    context.step("enqueue", async |tx| Ok(enqueue(tx, &posting).await?)).await.map(|_| ())
}

/// Works until nothing is ready or due. Errors are what a kill elsewhere leaves behind; the next turn meets them again.
async fn work(pool: &PgPool, url: &str) {
    let runner: Runner = Arc::new(|context| Box::pin(load_and_mail(context)));
    let (_word, stop) = watch::channel(false);
    let sender = Sender::new(pool.clone(), Mailer::parse(url).expect("a mailer"));
    let _ = tick(pool).await;
    while let Ok(Some(claim)) = claim(pool, Uuid::new_v4()).await {
        run_claimed(pool, claim, &runner, Stop { stop: stop.clone(), grace: Duration::ZERO }).await;
        let _ = sender.send_due(&stop).await;
    }
    let _ = sender.send_due(&stop).await;
}

/// What time would do: leases end, pauses end, and nobody runs out of attempts before the test is over.
async fn let_time_pass(pool: &PgPool) {
    let_leases_expire(pool).await;
    execute(pool, "update vesper.run set run_after = clock_timestamp(), attempt_max = 100 where state = 'queued'")
        .await;
    execute(
        pool,
        "update vesper.message set lease_until = clock_timestamp() - interval '1 second' where state = 'sending'",
    )
    .await;
    execute(pool, "update vesper.message set next_at = clock_timestamp(), attempt_max = 100 where state = 'pending'")
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_killed_at_any_instant_load_once_and_mail_at_most_once() {
    let ledger = ledger(&[("weekly", "cron = \"0 7 * * mon\"\nattempts = 100")]).await;
    let pool = &ledger.pool;
    execute(pool, "create table effect (run_id bigint)").await;
    for _ in 0..RUN_COUNT {
        queued(pool, "weekly", Origin::Manual).await;
    }
    let server = SmtpServer::start(Script::default()).await;
    let url = server.url();
    for kill in 0..KILL_COUNT {
        // Spread over the length of a run; dropping the future is what the database sees of a killed process.
        let (a, b) = (Duration::from_micros(kill * 7_919 % 23_000), Duration::from_micros(kill * 6_101 % 29_000));
        let _ = tokio::join!(tokio::time::timeout(a, work(pool, &url)), tokio::time::timeout(b, work(pool, &url)));
        let_time_pass(pool).await;
    }
    // What the last of the killed had said may reach the server a moment later.
    let unfinished = "select (select count(*) from vesper.run where state <> 'succeeded') \
        + (select count(*) from vesper.message where state in ('pending', 'sending')) || ''";
    let finished = async {
        while look(pool, unfinished).await != "0" {
            let_time_pass(pool).await;
            work(pool, &url).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), finished).await.expect("what was begun is finished");
    let wrong = "select count(*)::text from vesper.run where (select count(*) from effect where effect.run_id = run.run_id) <> 1";
    assert_eq!(look(pool, wrong).await, "0", "each run loaded once");
    let messages: Vec<(String, String)> =
        sqlx::query_as("select rfc_message_id, state from vesper.message").fetch_all(pool).await.expect("the outbox");
    assert_eq!(messages.len(), 2 * RUN_COUNT, "each recipient has one message a run");
    let mut accepted: BTreeMap<String, usize> = BTreeMap::new();
    for mail in server.accepted() {
        let id = mail.message.lines().find_map(|l| l.strip_prefix("Message-ID: ")).expect("an id").to_owned();
        *accepted.entry(id).or_default() += 1;
    }
    for (id, state) in &messages {
        let count = accepted.get(id).copied().unwrap_or_default();
        match state.as_str() {
            "sent" => assert_eq!(count, 1, "sent is accepted, once"),
            "uncertain" => assert!(count <= 1, "held is accepted at most once"),
            other => panic!("a message ends {other}"),
        }
    }
    assert!(accepted.keys().all(|id| messages.iter().any(|(known, _)| known == id)), "accepted has a row");
}
