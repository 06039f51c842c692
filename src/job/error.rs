//! Why the ledger could not be read or written, and why a run failed.

use std::fmt;

use chrono::NaiveDate;

use crate::base::pg::remedy_of;
use crate::base::{Problems, Remedied, Remedy, Told};
use crate::delivery::DeliveryError;

/// A situation of the conductor.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Files the operator wrote are wrong.
    #[error(transparent)]
    Files(#[from] Problems),
    /// A statement on the ledger failed.
    #[error("the ledger of jobs could not {action}")]
    Ledger {
        /// What was being done, as a verb phrase.
        action: &'static str,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
    /// A schedule stored by another version cannot be read by this one.
    #[error("job \"{job}\": the stored schedule cannot be read ({reason})")]
    Schedule {
        /// The job.
        job: String,
        /// What the parser says.
        reason: String,
    },
    /// A step's stored output, or a frozen spec, is not what this version writes.
    #[error("run {run_id}: stored {what} cannot be read")]
    Stored {
        /// The run.
        run_id: i64,
        /// Which value.
        what: String,
        /// The reader's reason.
        #[source]
        source: serde_json::Error,
    },
    /// Nobody knows the job.
    #[error("unknown job \"{name}\"")]
    UnknownJob {
        /// What was asked for.
        name: String,
        /// The job most like it.
        nearest: Option<String>,
    },
    /// A backfill over no date, or over too many.
    #[error("from {first_date} to {last_date} are {date_count} dates, expected 1 to {date_count_max}")]
    Span {
        /// The first date.
        first_date: NaiveDate,
        /// The last date.
        last_date: NaiveDate,
        /// How many they are; less than one when the last stands before the first.
        date_count: i64,
        /// The limit.
        date_count_max: i64,
    },
    /// No run has the number.
    #[error("there is no run {run_id}")]
    UnknownRun {
        /// What was asked for.
        run_id: i64,
    },
    /// A run that has ended cannot be cancelled.
    #[error("run {run_id} is {state} already, there is nothing to cancel")]
    RunOver {
        /// The run.
        run_id: i64,
        /// How it ended.
        state: String,
    },
    /// Another worker holds the run: this attempt was silent for longer than its lease.
    #[error("run {run_id}: attempt {attempt} was superseded, nothing of it was committed")]
    Superseded {
        /// The run.
        run_id: i64,
        /// The attempt that lost.
        attempt: i32,
    },
    /// The mail of an alert could not be put into the outbox.
    #[error("the owner of a job in trouble could not be told")]
    Alert(#[source] DeliveryError),
    /// The ticker did not start.
    #[error("the ticker did not start")]
    Ticker {
        /// The scheduler's reason.
        #[source]
        source: tokio_cron_scheduler::JobSchedulerError,
    },
}

impl JobError {
    /// For `map_err` on a statement.
    pub(super) fn ledger(action: &'static str) -> impl FnOnce(sqlx::Error) -> JobError {
        move |source| JobError::Ledger { action, source }
    }
}

impl Remedied for JobError {
    fn remedy(&self) -> Remedy {
        match self {
            JobError::Files(problems) => problems.remedy(),
            JobError::Ledger { source, .. } => remedy_of(source),
            JobError::Schedule { .. }
            | JobError::UnknownJob { .. }
            | JobError::Span { .. }
            | JobError::UnknownRun { .. }
            | JobError::RunOver { .. } => Remedy::FixConfig,
            JobError::Stored { .. } | JobError::Ticker { .. } => Remedy::FixCode,
            JobError::Alert(source) => source.remedy(),
            JobError::Superseded { .. } => Remedy::RetryLater,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            JobError::UnknownJob { nearest: Some(near), .. } => Some(format!("did you mean \"{near}\"?")),
            JobError::UnknownJob { nearest: None, .. } => Some("`vesper status` lists the jobs".to_owned()),
            JobError::Span { date_count: ..1, .. } => {
                Some("the first date stands first: --from 2026-03-01 --to 2026-03-31".to_owned())
            }
            JobError::Span { .. } => Some("each date is a whole run: ask for one part after another".to_owned()),
            JobError::UnknownRun { .. } => Some("`vesper runs` lists the runs".to_owned()),
            JobError::RunOver { run_id, .. } => Some(format!("`vesper runs show {run_id}` tells how it went")),
            JobError::Schedule { .. } => Some("restart the worker so that it reads the job files again".to_owned()),
            JobError::Alert(source) => source.hint(),
            JobError::Files(_)
            | JobError::Ledger { .. }
            | JobError::Stored { .. }
            | JobError::Superseded { .. }
            | JobError::Ticker { .. } => None,
        }
    }
}

/// Why a run failed. Every room's error becomes one by `?`; the ledger keeps its `Display`.
///
/// It is no [`Remedied`] itself, so that the conversion from those stays unambiguous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    /// [`Remedy::RetryLater`] is tried again, anything else is dead at once.
    pub remedy: Remedy,
    /// The error, its causes, and the problems of files among them.
    pub told: Told,
    /// The operator's next step.
    pub hint: Option<String>,
}

/// More of a file's problems than these are a number on one line; `vesper check` shows them all.
const PROBLEM_COUNT_MAX: usize = 3;

impl RunError {
    /// An error in words.
    pub fn new(remedy: Remedy, message: impl Into<String>) -> Self {
        Self { remedy, told: Told { messages: vec![message.into()], problems: Vec::new() }, hint: None }
    }

    /// The same error with advice.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl<E: Remedied + 'static> From<E> for RunError {
    fn from(error: E) -> Self {
        Self { remedy: error.remedy(), told: Told::of(&error), hint: error.hint() }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Told { messages, problems } = &self.told;
        f.write_str(&messages.join(": "))?;
        for (i, problem) in problems.iter().take(PROBLEM_COUNT_MAX).enumerate() {
            let separator = if i > 0 {
                "; "
            } else if messages.is_empty() {
                ""
            } else {
                ": "
            };
            write!(f, "{separator}{problem}")?;
        }
        if problems.len() > PROBLEM_COUNT_MAX {
            write!(f, "; and {} more", problems.len() - PROBLEM_COUNT_MAX)?;
        }
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RunError {}
