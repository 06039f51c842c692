//! `vesper run JOB [--for DATE]`

use std::time::Duration;

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::{PgPool, Row};
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::App;
use crate::base::{Remedy, clock, nearest};
use crate::cli::print::counted;
use crate::cli::summary::count_table;
use crate::cli::{Failure, RunArgs};
use crate::config::{Environment, Settings};
use crate::delivery::Sender;
use crate::delivery::webhook::Caller;
use crate::job::recipe::runner;
use crate::job::{Claim, Ending, Job, Kind, Origin, Request, Stop, claim_run, request_run, run_claimed, run_line};
use crate::load::EntityCount;

/// Runs one job now, in this process, and sends the mail it posted.
pub(in crate::cli) async fn run(settings: &Settings, environment: &Environment, args: &RunArgs) -> Result<(), Failure> {
    let app = App::build(settings, environment).await?;
    let job = find_job(&app.jobs, &args.job)?;
    let date = args.business_date.unwrap_or_else(|| job.spec.date.business_date(&job.schedule, clock::now()));
    refuse_future(job, date).map_err(|f| f.at("--for").or_hint("leave --for out for the last complete day"))?;
    let run_id = run_now(&app, &args.job, date).await?;
    match job.spec.kind {
        Kind::Pipeline => println!("{}", count_table(&read_counts(&app.pool, run_id).await?)),
        Kind::Report | Kind::Upkeep => {}
    }
    let sent_count = send_mail(&app).await?;
    call_webhooks(&app).await;
    if let Some(note) = run_line(&app.pool, run_id).await?.and_then(|line| line.note) {
        println!("{} for {date}: {note}", args.job);
    }
    if job.spec.kind == Kind::Report {
        println!("{} for {date}: {} handed to {}", args.job, counted(sent_count, "mail"), app.mailer.place());
    }
    Ok(())
}

/// The job of that name, or a failure with the nearest one.
pub(in crate::cli) fn find_job<'a>(jobs: &'a [Job], name: &str) -> Result<&'a Job, Failure> {
    jobs.iter().find(|j| j.name == name).ok_or_else(|| {
        let names: Vec<&str> = jobs.iter().map(|j| j.name.as_str()).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("jobs: {}", names.join(", ")),
        };
        Failure::new(Remedy::FixConfig, format!("unknown job `{name}`")).or_hint(hint)
    })
}

/// Refuses a date that has not begun: its numbers would be served as the newest, and every real night would look older.
pub(in crate::cli) fn refuse_future(job: &Job, date: NaiveDate) -> Result<(), Failure> {
    match date > job.schedule.local_date(clock::now()) {
        true => Err(Failure::new(Remedy::FixConfig, format!("{date} has not come yet in {}", job.zone))),
        false => Ok(()),
    }
}

/// Queues a run by hand, works it to its end and tells how it ended.
pub(in crate::cli) async fn run_now(app: &App, job: &str, business_date: NaiveDate) -> Result<i64, Failure> {
    let run_id =
        request_run(&app.pool, &Request { job, business_date, origin: Origin::Manual, head_start: HEAD_START }).await?;
    let Some(claim) = wait_for_claim(app, run_id).await? else {
        let message = format!("another worker is running {job}; run {run_id} is queued and follows it");
        return Err(Failure::new(Remedy::RetryLater, message).or_hint("`vesper status` shows what runs"));
    };
    match work_claim(app, claim).await {
        Ending::Succeeded => Ok(run_id),
        Ending::Failed { error, failure } => {
            let place = match failure {
                crate::job::Failure::Retried => format!("run {run_id}, which a running `vesper serve` tries again"),
                crate::job::Failure::Dead => format!("run {run_id}"),
            };
            Err(Failure::of_run(format!("{job} for {business_date} failed"), error).at(place))
        }
        Ending::Cancelled { words } => {
            Err(Failure::new(Remedy::FixConfig, format!("{job} for {business_date} ended: {words}"))
                .at(format!("run {run_id}")))
        }
        Ending::Superseded | Ending::HandedOver => {
            Err(Failure::new(Remedy::RetryLater, format!("run {run_id} of {job} was taken over by another worker")))
        }
    }
}

/// Works a claimed run to its end in this process.
pub(in crate::cli) async fn work_claim(app: &App, claim: Claim) -> Ending {
    let (_keep_open, stop) = watch::channel(false);
    run_claimed(&app.pool, claim, &runner(app.recipes.subscribe()), Stop { stop, grace: Duration::ZERO }).await
}

/// Claims the run just made, which waits only for a live run of the same job.
async fn wait_for_claim(app: &App, run_id: i64) -> Result<Option<Claim>, Failure> {
    let owner = Uuid::new_v4();
    for _ in 0..CLAIM_TRIES {
        if let Some(claim) = claim_run(&app.pool, owner, run_id).await? {
            return Ok(Some(claim));
        }
        tokio::time::sleep(CLAIM_PAUSE).await;
    }
    Ok(None)
}

/// Sends what is due and returns how many messages went out.
pub(in crate::cli) async fn send_mail(app: &App) -> Result<u64, Failure> {
    let sender = Sender::new(app.pool.clone(), app.mailer.clone());
    let (_keep_open, stop) = watch::channel(false);
    let sending = sender.send_due(&stop).await?;
    if sending.unsent_count > 0 {
        let message = format!("{} could not be sent to {}", counted(sending.unsent_count, "mail"), app.mailer.place());
        return Err(Failure::new(Remedy::RetryLater, message)
            .or_hint("nothing is lost: `vesper status` says why, and a running `vesper serve` tries again"));
    }
    Ok(sending.sent_count)
}

/// Makes the webhooks' calls that are due. One that fails is tried again by a running `vesper serve`; the log says so.
async fn call_webhooks(app: &App) {
    let (_keep_open, stop) = watch::channel(false);
    let webhooks = app.recipes.borrow().webhooks.clone();
    if let Err(error) = Caller::new(app.pool.clone()).call_due(&webhooks, &stop).await {
        tracing::error!("{error}");
    }
}

/// One entity of a run's loads, or their sum.
#[derive(Debug, Clone, Serialize)]
pub(in crate::cli) struct LoadedRows {
    /// What happened to its rows.
    #[serde(flatten)]
    pub count: EntityCount,
    /// How much of the entity was read, and why; nothing for the sum.
    pub reach: Option<String>,
}

/// The counts of a run's loads, their sum last.
pub(in crate::cli) async fn read_counts(pool: &PgPool, run_id: i64) -> Result<Vec<LoadedRows>, Failure> {
    let rows = sqlx::query(include_str!("load_counts.sql")).bind(run_id).fetch_all(pool).await;
    let rows =
        rows.map_err(|e| Failure::new(Remedy::RetryLater, format!("the counts of the load cannot be read: {e}")))?;
    let line = |r: &sqlx::postgres::PgRow| LoadedRows {
        count: EntityCount {
            entity: r.get(0),
            read: r.get(1),
            loaded: r.get(2),
            unchanged: r.get(3),
            quarantined: r.get(4),
            deleted: r.get(5),
        },
        reach: r.get(6),
    };
    Ok(rows.iter().map(line).collect())
}

const CLAIM_TRIES: u32 = 50;
/// Between two looks at a run that another worker holds.
pub(in crate::cli) const CLAIM_PAUSE: Duration = Duration::from_millis(200);
/// How long serving workers leave a run to the command that asked for it.
pub(in crate::cli) const HEAD_START: Duration = Duration::from_secs(30);
