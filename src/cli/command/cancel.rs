//! `vesper cancel RUN | --job JOB`

use crate::cli::ledger::open_ledger;
use crate::cli::print::counted;
use crate::cli::{CancelArgs, Failure};
use crate::config::{Environment, Settings};
use crate::job::{cancel_queued, cancel_run, run_messages};

/// Takes back one run, or every waiting run of a job, and says so in the ledger.
pub(in crate::cli) async fn cancel(
    settings: &Settings,
    environment: &Environment,
    args: &CancelArgs,
) -> Result<(), Failure> {
    let pool = open_ledger(settings).await?;
    let words = words(environment, args.reason.as_deref());
    if let Some(run_id) = args.run {
        let cancelled = cancel_run(&pool, run_id, &words).await?;
        let next = if cancelled.was_running { "its worker stops in a moment" } else { "it had not started" };
        println!("run {run_id} of {} for {} is cancelled: {next}", cancelled.job, cancelled.business_date);
        // A mail is a fact of its own once it is in the outbox.
        let posted = run_messages(&pool, run_id).await?;
        let waiting: i64 = posted.iter().filter(|m| m.state == "pending").map(|m| m.message_count).sum();
        if waiting > 0 {
            let mails = counted(waiting.unsigned_abs(), "message");
            println!("{mails} that it had posted still go out; `vesper outbox` lists them");
        }
    }
    if let Some(job) = &args.job {
        let count = cancel_queued(&pool, job, &words).await?;
        println!("{} of {job} cancelled", counted(count, "waiting run"));
    }
    Ok(())
}

/// Who and why, as the ledger keeps it.
fn words(environment: &Environment, reason: Option<&str>) -> String {
    // Behind sudo the person is another than the user.
    let who = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| environment.get(name));
    // A name comes from outside: what would break a line is left out.
    let who: String = who.unwrap_or("somebody").chars().filter(|c| !c.is_control()).take(64).collect();
    match reason {
        Some(reason) => format!("cancelled by {who}: {reason}"),
        None => format!("cancelled by {who}"),
    }
}
