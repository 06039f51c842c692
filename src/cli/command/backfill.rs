//! `vesper backfill JOB --from DATE --to DATE`

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use uuid::Uuid;

use crate::app::App;
use crate::base::Remedy;
use crate::cli::command::run::{CLAIM_PAUSE, HEAD_START, find_job, refuse_future, send_mail, work_claim};
use crate::cli::print::counted;
use crate::cli::{BackfillArgs, Failure};
use crate::config::{Environment, Settings};
use crate::job::{Backfill, BackfillRun, Ending, claim_run, request_backfill, run_line};

/// Queues one run a date and, if asked to, works them here.
///
/// A second run while the first waits adds nothing; one after it has succeeded does the dates again, which changes no
/// row and sends no second mail.
pub(in crate::cli) async fn backfill(
    settings: &Settings,
    environment: &Environment,
    args: &BackfillArgs,
) -> Result<(), Failure> {
    let app = App::build(settings, environment).await?;
    let job = find_job(&app.jobs, &args.job)?;
    refuse_future(job, args.last_date).map_err(|f| f.at("--to").or_hint("a backfill is for days that have passed"))?;
    let request = Backfill {
        job: &args.job,
        first_date: args.first_date,
        last_date: args.last_date,
        is_mailing: args.mail,
        is_missing_only: args.only_missing,
        // Whoever works it now has seen to what it needs, as with `vesper run`.
        is_waiting: !args.now,
        head_start: if args.now { HEAD_START } else { Duration::ZERO },
    };
    let runs = request_backfill(&app.pool, &request).await?;
    println!("{}", told(args, &runs));
    if !args.now || runs.is_empty() {
        return Ok(());
    }
    let failed = work_runs(&app, &runs).await?;
    if args.mail {
        let sent_count = send_mail(&app).await?;
        println!("{} handed to {}", counted(sent_count, "mail"), app.mailer.place());
    }
    match failed.first() {
        None => Ok(()),
        Some((run, remedy, words)) => {
            let message = format!("{} of {} did not succeed", counted(failed.len() as u64, "date"), runs.len());
            Err(Failure::new(*remedy, format!("{message}; the first, {}: {words}", run.business_date))
                .at(format!("run {}", run.run_id))
                .or_hint(format!("`vesper runs --job {}` lists them; --only-missing does only those again", args.job)))
        }
    }
}

/// What the request came to, in a sentence.
fn told(args: &BackfillArgs, runs: &[BackfillRun]) -> String {
    let date_count = (args.last_date - args.first_date).num_days() + 1;
    let left_out = (date_count - runs.len() as i64).unsigned_abs();
    let why = match (left_out, args.only_missing) {
        (0, _) => String::new(),
        (n, false) => format!("; {} left to an earlier backfill that is still open", counted(n, "date")),
        (n, true) => format!("; {} left out: succeeded already, or in an open backfill", counted(n, "date")),
    };
    match runs {
        [] => format!("nothing queued{why}"),
        [first, .., last] => format!(
            "{} of {} queued, for {} to {}{why}",
            counted(runs.len() as u64, "run"),
            args.job,
            first.business_date,
            last.business_date
        ),
        [only] => format!("1 run of {} queued, for {}{why}", args.job, only.business_date),
    }
}

/// A run that did not succeed, the kind of remedy, and why.
type Failed = (BackfillRun, Remedy, String);

/// Works the runs one after another; a date that fails does not keep the others from their turn.
async fn work_runs(app: &App, runs: &[BackfillRun]) -> Result<Vec<Failed>, Failure> {
    let progress = Progress::start(runs.len());
    let mut failed = Vec::new();
    for run in runs {
        progress.begin(run);
        let since = Instant::now();
        match work_run(app, run).await? {
            Ok(()) => {
                progress.tell(&format!("{} succeeded, {:.1} s", run.business_date, since.elapsed().as_secs_f64()))
            }
            Err((remedy, words)) => {
                progress.tell(&format!("{} did not succeed: {words}", run.business_date));
                failed.push((*run, remedy, words));
            }
        }
    }
    progress.end();
    Ok(failed)
}

/// Works one run, or waits for the worker that was faster.
async fn work_run(app: &App, run: &BackfillRun) -> Result<Result<(), (Remedy, String)>, Failure> {
    let owner = Uuid::new_v4();
    loop {
        if let Some(claim) = claim_run(&app.pool, owner, run.run_id).await? {
            match work_claim(app, claim).await {
                Ending::Succeeded => return Ok(Ok(())),
                Ending::Failed { error, .. } => return Ok(Err((error.remedy, error.to_string()))),
                Ending::Cancelled { words } => return Ok(Err((Remedy::FixConfig, words))),
                // Whoever took it over brings it to its end.
                Ending::Superseded | Ending::HandedOver => {}
            }
        }
        let line = run_line(&app.pool, run.run_id).await?;
        let (state, why) = line.map_or(("gone".to_owned(), None), |line| (line.state, line.last_error));
        match state.as_str() {
            "succeeded" => return Ok(Ok(())),
            "queued" | "running" => tokio::time::sleep(CLAIM_PAUSE).await,
            _ => return Ok(Err((Remedy::FixData, why.unwrap_or(state)))),
        }
    }
}

/// A bar on a terminal, plain lines elsewhere.
struct Progress(Option<ProgressBar>);

impl Progress {
    fn start(count: usize) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(count as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len}, {msg} ({elapsed})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(Some(bar))
    }

    fn begin(&self, run: &BackfillRun) {
        if let Some(bar) = &self.0 {
            bar.set_message(run.business_date.to_string());
        }
    }

    fn tell(&self, line: &str) {
        match &self.0 {
            Some(bar) => {
                bar.inc(1);
                bar.suspend(|| println!("{line}"));
            }
            None => println!("{line}"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
