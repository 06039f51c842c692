//! Follows the files of jobs, sources and templates while the process works.
//!
//! A change is taken when two looks in a row saw the same, so that nothing is read half written and a file that is
//! replaced is never missing; SIGHUP takes what is there at once. Files with problems change nothing: all problems are
//! logged once, and work goes on with what was read before. Settings are not read again.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tracing::{debug, error, info, warn};

use crate::app::build::{Look, give_links, sync_files};
use crate::app::{App, AppError};
use crate::base::{Remedied, Told};
use crate::job::{Job, Synced, foreign_jobs};

/// Between two looks at the folders.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Looks between two comparisons with the ledger: a minute, far longer than two workers take to see the same change.
const LOOKS_PER_COMPARISON: u64 = 12;

/// Comparisons that find the same before it is said: the other worker may only have been faster.
const FOREIGN_COUNT: u64 = 2;

/// Takes every change of the files until `stop` turns true: the jobs go to the ledger, the recipes to the runs claimed
/// from then on. A run under way keeps what it started with.
///
/// Any number of workers may do so at once. The ledger holds what was written last; a worker whose files are others for
/// longer than a minute says so.
pub async fn follow_files(app: &App, mut stop: watch::Receiver<bool>) {
    let mut follower =
        Follower { app, taken: app.look.clone(), seen: app.look.clone(), jobs: None, foreign: (Vec::new(), 0) };
    let mut hangup = signal(SignalKind::hangup()).ok();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut count = 0;
    info!("following the files of jobs and templates: an edit takes effect within seconds, with SIGHUP at once");
    loop {
        tokio::select! {
            _ = looks.tick() => {
                follower.look().await;
                count += 1;
                if count % LOOKS_PER_COMPARISON == 0 {
                    follower.compare().await;
                }
            }
            () = hung_up(&mut hangup) => {
                info!("told to read the files again");
                follower.take().await;
            }
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        }
    }
}

async fn hung_up(hangup: &mut Option<Signal>) {
    match hangup {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

struct Follower<'a> {
    app: &'a App,
    /// How the files looked when they were read, with or without problems.
    taken: Look,
    /// How they looked last.
    seen: Look,
    /// The jobs in force, once they are others than at the start.
    jobs: Option<Vec<Job>>,
    /// Jobs that the ledger has had from other files, and at how many comparisons in a row.
    foreign: (Vec<String>, u64),
}

impl Follower<'_> {
    async fn look(&mut self) {
        let found = self.app.files.look();
        let is_settled = found == self.seen;
        self.seen = found;
        if is_settled && self.seen != self.taken {
            self.take().await;
        }
    }

    /// Reads everything anew and puts it in force.
    async fn take(&mut self) {
        let look = self.app.files.look();
        // A database that is away takes nothing, so that the next look tries again.
        match self.read_and_sync().await {
            Ok(synced) => {
                self.taken = look;
                tell_taken(&synced);
            }
            Err(error @ (AppError::Ledger(_) | AppError::Outbox(_))) => {
                self.taken = Err("not in force yet".to_owned());
                error!("the changed files are read but not in force yet: {}", text_of(&error));
            }
            Err(error) => {
                self.taken = look;
                tell_refused(&error);
            }
        }
    }

    async fn read_and_sync(&mut self) -> Result<Synced, AppError> {
        let (jobs, mut recipes, _) = self.app.files.read()?;
        give_links(&mut recipes, &self.app.link_key);
        // The recipes first: a run of a new job must not meet recipes that do not know its report.
        let recipes = Arc::new(recipes);
        let before = self.app.recipes.send_replace(recipes.clone());
        match sync_files(&self.app.pool, &jobs, &recipes).await {
            Ok(synced) => {
                self.jobs = Some(jobs);
                Ok(synced)
            }
            Err(error) => {
                self.app.recipes.send_replace(before);
                Err(error)
            }
        }
    }

    /// Warns once when the ledger's jobs were written from other files for longer than a change takes to go round.
    async fn compare(&mut self) {
        let jobs = self.jobs.as_ref().unwrap_or(&self.app.jobs);
        let found = match foreign_jobs(&self.app.pool, jobs).await {
            Ok(found) => found,
            Err(error) => return debug!("the job files cannot be compared with the ledger: {error}"),
        };
        let (known, count) = &mut self.foreign;
        *count = if found.is_empty() || found != *known { 1 } else { *count + 1 };
        *known = found;
        if !known.is_empty() && *count == FOREIGN_COUNT {
            warn!(
                job.count = known.len(),
                "another worker wrote {} from other files than this one's, and what was written last is in force: give \
                 all workers the same files and the same version",
                known.join(", ")
            );
        }
    }
}

fn tell_taken(synced: &Synced) {
    let Synced { changed, removed, slot_count } = synced;
    let named = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    info!(
        job.changed = changed.len(),
        job.removed = removed.len(),
        slot.count = slot_count,
        "the changed files are in force from now on; jobs that say something else: {}; jobs without a file: {}",
        named(changed),
        named(removed)
    );
}

fn tell_refused(error: &AppError) {
    let told = Told::of(error);
    error!(
        problem.count = told.problems.len(),
        "the changed files are not taken, work goes on with what was read before: {}",
        text_of(error)
    );
    for problem in &told.problems {
        error!("{problem}");
    }
}

fn text_of<E: Remedied + std::error::Error + 'static>(error: &E) -> String {
    let text = Told::of(error).messages.join(": ");
    match error.hint() {
        Some(hint) => format!("{text} ({hint})"),
        None => text,
    }
}
