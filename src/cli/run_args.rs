//! Arguments of the commands about runs: list, show, backfill, cancel.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use crate::cli::args::business_date;
use crate::job::parse_span;

pub(super) const RUNS_EXAMPLES: &str = "\
Examples:
  vesper runs                                  the newest 20
  vesper runs --state dead --since 7d          what failed in a week
  vesper runs --job nightly --since 2026-03-01
  vesper runs show 4711                        one run: its steps, rows, mails, and what went wrong";

/// Arguments of `vesper runs`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RunsArgs {
    /// One run instead of a list.
    #[command(subcommand)]
    pub command: Option<RunsCommand>,
    /// Only of this job
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
    /// Only in this state
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<RunState>,
    /// Only with a slot since then: a span (90m, 6h, 2d) or a date
    #[arg(long, value_name = "WHEN", value_parser = since)]
    pub since: Option<Since>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub limit: i64,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// What else `vesper runs` can do.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Tell everything about one run
    Show(ShowArgs),
}

/// Arguments of `vesper runs show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The run, by its number
    #[arg(value_name = "RUN", value_parser = clap::value_parser!(i64).range(1..))]
    pub run: i64,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// A state of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunState {
    /// It waits
    Queued,
    /// A worker is at it
    Running,
    /// Done
    Succeeded,
    /// Failed for good
    Dead,
    /// A slot that passed and did not run
    Skipped,
    /// Taken back by a person
    Cancelled,
}

impl RunState {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            RunState::Queued => "queued",
            RunState::Running => "running",
            RunState::Succeeded => "succeeded",
            RunState::Dead => "dead",
            RunState::Skipped => "skipped",
            RunState::Cancelled => "cancelled",
        }
    }
}

/// Since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So long before now.
    Span(Duration),
    /// From the beginning of a day (UTC).
    Date(NaiveDate),
}

impl Since {
    /// The instant it means.
    pub fn instant(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Since::Span(span) => now - span,
            Since::Date(date) => date.and_time(NaiveTime::MIN).and_utc(),
        }
    }
}

fn since(text: &str) -> Result<Since, String> {
    if let Ok(span) = parse_span(text) {
        return Ok(Since::Span(span));
    }
    let expected = "expected a span (90m, 6h, 2d) or a date (2026-03-01)";
    business_date(text).map(Since::Date).map_err(|_| expected.to_owned())
}

pub(super) const BACKFILL_EXAMPLES: &str = "\
Examples:
  vesper backfill nightly --from 2026-02-01 --to 2026-02-28                  28 runs for a serving worker
  vesper backfill nightly --from 2026-02-01 --to 2026-02-28 --only-missing   only dates without a succeeded run
  vesper backfill nightly --from 2026-02-01 --to 2026-02-03 --now            here and now, with progress

One run a date, oldest first. Reports are sealed and not mailed, unless --mail says so. Dates that an open
backfill covers already are left to it, so that the same command twice does the work once.";

/// Arguments of `vesper backfill`.
#[derive(Debug, Args)]
pub struct BackfillArgs {
    /// The job: the name of a file in jobs, without .toml
    #[arg(value_name = "JOB")]
    pub job: String,
    /// The first business date
    #[arg(long = "from", value_name = "DATE", value_parser = business_date)]
    pub first_date: NaiveDate,
    /// The last business date
    #[arg(long = "to", value_name = "DATE", value_parser = business_date)]
    pub last_date: NaiveDate,
    /// Mail the reports too
    #[arg(long)]
    pub mail: bool,
    /// Leave out dates that have a succeeded run
    #[arg(long)]
    pub only_missing: bool,
    /// Work here and now instead of leaving the runs to a serving worker
    #[arg(long)]
    pub now: bool,
}

pub(super) const CANCEL_EXAMPLES: &str = "\
Examples:
  vesper cancel 4711                               queued: at once; running: its worker stops in a moment
  vesper cancel 4711 --reason 'wrong date'         says why in the ledger
  vesper cancel --job nightly                      every waiting run of a job; the live one goes on

Nothing of a cancelled run commits any more; steps that are done stay done, and mail in the outbox is sent.";

/// Arguments of `vesper cancel`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("which").required(true).args(["run", "job"])))]
pub struct CancelArgs {
    /// The run, by its number
    #[arg(value_name = "RUN", value_parser = clap::value_parser!(i64).range(1..))]
    pub run: Option<i64>,
    /// Every waiting run of this job
    #[arg(long, value_name = "JOB")]
    pub job: Option<String>,
    /// Why, for whoever reads the ledger
    #[arg(long, value_name = "TEXT", value_parser = one_line)]
    pub reason: Option<String>,
}

/// A reason is a line of a list.
fn one_line(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("expected some words".to_owned()),
        words if words.chars().any(char::is_control) => Err("expected one line without control characters".to_owned()),
        words if words.chars().count() > REASON_LENGTH_MAX => Err(format!("at most {REASON_LENGTH_MAX} characters")),
        words => Ok(words.to_owned()),
    }
}

/// What fits a line of a list.
const REASON_LENGTH_MAX: usize = 200;
