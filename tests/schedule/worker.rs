use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::Datelike;
use tokio::sync::{oneshot, watch};
use vesper::base::Remedy;
use vesper::delivery::{
    MailBody, MailDraft, Mailer, MemoryMailer, OnUncertain, Posting, Recipient, compose_mail, enqueue,
};
use vesper::job::{Ending, Failure, Origin, RunContext, RunError, Runner, Stop, Worker, claim, run_claimed};

use super::{claimed, execute, ledger, let_leases_expire, look, queued};

const NIGHTLY: &str = "cron = \"0 2 * * *\"\nattempts = 2";

/// Nobody says stop.
fn forever() -> Stop {
    let (sender, stop) = watch::channel(false);
    std::mem::forget(sender);
    Stop { stop, grace: Duration::ZERO }
}

fn runner(result: Result<(), RunError>) -> Runner {
    Arc::new(move |_| Box::pin(std::future::ready(result.clone())))
}

/// Work that never ends; the flag turns true when it is dropped.
fn endless() -> (Runner, Arc<AtomicBool>) {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let is_dropped = Arc::new(AtomicBool::new(false));
    let flag = is_dropped.clone();
    let runner: Runner = Arc::new(move |_| {
        let guard = Dropped(flag.clone());
        Box::pin(async move {
            let _guard = guard;
            std::future::pending().await
        })
    });
    (runner, is_dropped)
}

#[tokio::test]
async fn an_ending_is_recorded_as_it_was() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let pool = &ledger.pool;
    let claim = claimed(pool, "nightly").await;
    assert_eq!(run_claimed(pool, claim, &runner(Ok(())), forever()).await, Ending::Succeeded);
    let error = RunError::new(Remedy::FixData, "two currencies");
    let failed = run_claimed(pool, claimed(pool, "nightly").await, &runner(Err(error.clone())), forever()).await;
    assert_eq!(failed, Ending::Failed { error, failure: Failure::Dead });
    let states = "select string_agg(state || coalesce(': ' || last_error, ''), ', ' order by run_id) from vesper.run";
    assert_eq!(look(pool, states).await, "succeeded, dead: two currencies");
}

#[tokio::test]
async fn a_panic_is_a_failure_like_another() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let claim = claimed(&ledger.pool, "nightly").await;
    let panics: Runner = Arc::new(|_| Box::pin(async { panic!("an index out of range") }));
    let ending = run_claimed(&ledger.pool, claim, &panics, forever()).await;
    let Ending::Failed { error, failure: Failure::Dead } = ending else { panic!("{ending:?}") };
    assert!(error.to_string().contains("the run broke off"), "{error}");
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_ended_and_tried_again() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let mut claim = claimed(&ledger.pool, "nightly").await;
    claim.timeout = Duration::from_millis(1);
    let (work, is_dropped) = endless();
    let ending = run_claimed(&ledger.pool, claim, &work, forever()).await;
    assert!(matches!(ending, Ending::Failed { failure: Failure::Retried, .. }), "{ending:?}");
    assert!(is_dropped.load(Ordering::SeqCst));
}

#[tokio::test]
async fn a_lost_lease_ends_the_work() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let mut lost = claimed(&ledger.pool, "nightly").await;
    lost.lease = Duration::from_millis(3);
    let_leases_expire(&ledger.pool).await;
    vesper::job::tick(&ledger.pool).await.expect("a tick");
    let taken = claim(&ledger.pool, uuid::Uuid::new_v4()).await.expect("an answer").expect("the run is back");
    let (work, is_dropped) = endless();
    assert_eq!(run_claimed(&ledger.pool, lost, &work, forever()).await, Ending::Superseded);
    assert!(is_dropped.load(Ordering::SeqCst));
    vesper::job::finish(&ledger.pool, &taken).await.expect("the other's run is untouched");
}

#[tokio::test]
async fn the_word_to_stop_hands_a_run_over_when_the_grace_is_over() {
    let ledger = ledger(&[("nightly", NIGHTLY)]).await;
    let claim = claimed(&ledger.pool, "nightly").await;
    let (_sender, stop) = watch::channel(true);
    let (work, is_dropped) = endless();
    let ending = run_claimed(&ledger.pool, claim, &work, Stop { stop, grace: Duration::ZERO }).await;
    assert_eq!(ending, Ending::HandedOver);
    assert!(is_dropped.load(Ordering::SeqCst));
    assert_eq!(look(&ledger.pool, "select state || ' ' || attempt_max from vesper.run").await, "queued 3");
}

/// A run in two steps: the second puts a mail into the outbox.
async fn mail_report(context: RunContext) -> Result<(), RunError> {
    let year: i32 = context.step("render", async |_| Ok(2026)).await?;
    let claim = &context.claim;
    let sender = Recipient { name: None, address: "vesper@example.com".to_owned() };
    let recipients = [Recipient { name: None, address: "a@example.com".to_owned() }];
    let body = MailBody {
        subject: format!("{year} to {}", claim.business_date.year()),
        html: "<p>hi</p>".to_owned(),
        text: "hi".to_owned(),
        inline: Vec::new(),
    };
    let label = "2026-11-22-weekly";
    let draft = MailDraft { label, sender: &sender, sent_date: claim.scheduled_for, body: &body, attachments: &[] };
    let mail = compose_mail(&draft)?;
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
        next_edition_at: claim.next_slot_at,
    };
    context.step("enqueue", async |tx| Ok(enqueue(tx, &posting).await?)).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_takes_a_slot_to_the_mailbox_and_stops_when_told() {
    let ledger = ledger(&[("weekly", NIGHTLY)]).await;
    let memory = MemoryMailer::default();
    let (finished, is_finished) = oneshot::channel();
    let finished = Arc::new(std::sync::Mutex::new(Some(finished)));
    let runner: Runner = Arc::new(move |context| {
        let finished = finished.clone();
        Box::pin(async move {
            let result = mail_report(context).await;
            if let Some(finished) = finished.lock().expect("nobody panics").take() {
                finished.send(()).expect("the test waits");
            }
            result
        })
    });
    let worker = Worker {
        pool: ledger.pool.clone(),
        runner,
        mailer: Mailer::Memory(memory.clone()),
        run_max: 2,
        grace: Duration::from_secs(60),
    };
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(worker.serve(stopping));
    queued(&ledger.pool, "weekly", Origin::Manual).await;
    is_finished.await.expect("the run happened");
    let mut look_again = tokio::time::interval(Duration::from_millis(20));
    while memory.mails().is_empty() {
        look_again.tick().await;
    }
    stop.send(true).expect("the worker listens");
    serving.await.expect("no panic").expect("an orderly end");
    let mails = memory.mails();
    assert_eq!(mails.len(), 1);
    assert!(String::from_utf8_lossy(&mails[0]).contains("Subject: 2026 to 2026"));
    assert_eq!(look(&ledger.pool, "select state from vesper.message").await, "sent");
    assert_eq!(look(&ledger.pool, "select state from vesper.run").await, "succeeded");
    assert_eq!(execute(&ledger.pool, "delete from vesper.run_step").await, 2, "each step left its memo");
}
