//! The conductor: what is due, who works on it, what happened.
//!
//! In: job files (`jobs/<kind>/<name>.toml`) and the database's clock. Out: rows of `vesper.job`, `vesper.run` and
//! `vesper.run_step`, and calls of the recipe for every run that is this worker's.
//!
//! The clock only wakes the worker up; rows decide. A tick materialises slots, reaps expired leases and claims runs,
//! and may happen any number of times on any number of machines. A run is claimed under a lease with a fencing token;
//! what it does is cut into steps, and a step is one transaction whose last act is the fence, so that a superseded
//! attempt commits nothing. A person may cancel a run at any instant: it then has another state than the fence demands.
//!
//! A person's `vesper run JOB` in the foreground is [`request_run`] with a head start, then [`claim_run`] and
//! [`run_claimed`]; without a head start a serving worker takes it at once, and [`run_line`] says how it went.
//!
//! The seam: [`Worker::runner`] is the one function the process supplies. It gets a [`RunContext`] (the claim with its
//! frozen [`Spec`], the business date, the pool) and works through [`RunContext::step`]; any error that knows its
//! remedy turns into a [`RunError`] by `?`. [`Remedy::RetryLater`](crate::base::Remedy) is tried again with growing
//! pauses, anything else is dead at once, because the same input would fail the same way. Long sums belong on a
//! blocking thread: the heartbeat shares the runtime's threads with the run.
//!
//! Beside the runs a lookout ([`keep_lookout`]) reads the ledgers' numbers for the meters and compares what trouble is
//! (the view `vesper.trouble`) with the alerts that are open: the owner of a job is told once of its trouble and once of
//! its end; the readers of a report that is not there at its deadline are told why
//! ([`tell_held_editions`]). For people: [`request_backfill`], [`cancel_run`], [`run_lines`], [`stuck_runs`], [`alert_lines`].
//!
//! Never here: what a report says, SQL of the star, the machine's clock.

mod alert;
mod alert_mail;
mod announce;
mod backfill;
mod burst;
mod cancel;
mod catchup;
mod claim;
mod condition;
mod days;
mod error;
mod file;
mod folder;
mod held;
mod lease;
mod ledger;
mod lookout;
mod numbers;
pub mod recipe;
mod relation;
mod schedule;
mod shift;
mod slot;
mod span;
mod status;
mod step;
mod stuck;
mod sync;
mod ticker;
mod upcoming;
mod vigil;
mod webhook;
mod worker;
mod zone;

pub use alert::{AlertLine, AlertPost, Look, alert_lines, look_for_trouble};
pub use backfill::{Backfill, BackfillRun, request_backfill};
pub use burst::{Burst, misfit};
pub use cancel::{Cancelled, cancel_queued, cancel_run};
pub use catchup::{Catchup, CatchupPolicy, DateRule, Plan, PlannedSlot, plan_slots};
pub use claim::{Claim, Failure, Origin, claim, claim_run, fail, finish, hand_over, heartbeat};
pub use condition::{Condition, Test};
pub use days::{Calendars, DayRule, Days, Shift};
pub use error::{JobError, RunError};
pub use file::{Format, Job, Kind, Limits, Spec, read_job};
pub use folder::read_jobs;
pub use held::tell_held_editions;
pub use ledger::{Request, Tick, refuse_unknown_job, request_run, tick};
pub use lookout::keep_lookout;
pub use numbers::note_numbers;
pub use schedule::{Dst, Schedule};
pub use slot::materialise;
pub use span::parse_span;
pub use status::{
    JobLine, RunFilter, RunLine, RunMessages, RunStep, job_lines, run_line, run_lines, run_messages, run_steps,
};
pub use step::step;
pub use stuck::{StuckRun, stuck_runs};
pub use sync::{Synced, foreign_jobs, sync_jobs};
pub use ticker::{Ticker, Wake};
pub use upcoming::{Upcoming, upcoming};
pub use vigil::{Notice, Vigil, keep_vigil};
pub use webhook::{WebhookContext, read_webhook, read_webhooks};
pub use worker::{Ending, RunContext, Runner, Stop, Worker, run_claimed};
pub use zone::{ZoneDifference, zone_differences};

#[cfg(test)]
mod schedule_oracle;
#[cfg(test)]
mod schedule_tests;
