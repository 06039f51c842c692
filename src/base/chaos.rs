//! Named places between two steps where the crash tests kill the process, and switches that take a safeguard out so
//! that those tests can show that they would notice.
//!
//! All of it is nothing without the feature `chaos`, which is off by default and in no release.

use std::future::poll_fn;
use std::pin::pin;

/// Every place, in the order of the flow. Each is passed in exactly one line of `src`; a house test compares.
pub const POINTS: &[&str] = &[
    "slots.inserted",
    "slots.advanced",
    "slots.committed",
    "run.claimed",
    "run.renewed",
    "step.opened",
    "load.staged",
    "load.versions",
    "load.dimensions",
    "load.vanished",
    "load.facts",
    "load.marked",
    "cube.replaced",
    "cube.refreshed",
    "publish.written",
    "publish.moved",
    "edition.sealed",
    "edition.stored",
    "mail.stored",
    "mail.enqueued",
    "step.worked",
    "step.noted",
    "step.committed",
    "run.finished",
    "run.failed",
    "run.reaped",
    "run.handed_over",
    "mail.claimed",
    "mail.connected",
    "mail.introduced",
    "mail.marked",
    "mail.written",
    "mail.accepted",
    "mail.recorded",
    "mail.reaped",
    "mail.closing",
    "webhook.announced",
    "webhook.claimed",
    "webhook.marked",
    "webhook.answered",
    "webhook.recorded",
    "alert.opened",
    "alert.told",
];

/// Every safeguard that can be taken out: the marker before the final dot, the memo of a step, the fence at its end,
/// the cursor that moves together with its slots.
pub const MUTANTS: &[&str] = &["marker", "memo", "fence", "cursor"];

/// Where to die: `mail.marked:3` is the third time that place is passed.
const CRASH_AT: &str = "VESPER_CRASH_AT";
/// Which safeguard is out.
const MUTANT: &str = "VESPER_MUTANT";

/// Variables that only this build reads; they are no settings.
pub const VARIABLES: &[&str] = if cfg!(feature = "chaos") { &[CRASH_AT, MUTANT] } else { &[] };

/// Passes a place: the process dies here, as by `kill -9`, when this is the time that was asked for.
#[cfg(not(feature = "chaos"))]
#[inline(always)]
pub fn point(_: &'static str) {}

/// Whether a safeguard is out.
#[cfg(not(feature = "chaos"))]
#[inline(always)]
pub const fn is_mutant(_: &'static str) -> bool {
    false
}

#[cfg(feature = "chaos")]
pub use armed::{is_mutant, point};

/// Passes a place where `future` first has to wait: between what it says and what it hears.
pub async fn at_first_pause<T>(name: &'static str, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut has_paused = false;
    poll_fn(|context| {
        let polled = future.as_mut().poll(context);
        if polled.is_pending() && !std::mem::replace(&mut has_paused, true) {
            point(name);
        }
        polled
    })
    .await
}

#[cfg(feature = "chaos")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::process::{Signal, getpid, kill_process};

    use super::{CRASH_AT, MUTANT, MUTANTS, POINTS};

    /// Passes a place: the process dies here, as by `kill -9`, when this is the time that was asked for.
    pub fn point(name: &'static str) {
        static PASSED: AtomicU32 = AtomicU32::new(0);
        let Some((crash_at, count)) = crash() else { return };
        if crash_at != name || PASSED.fetch_add(1, Ordering::SeqCst) + 1 != *count {
            return;
        }
        eprintln!("chaos: died at {name}, passed {count} times");
        let _ = kill_process(getpid(), Signal::KILL);
        // Reached only where a process may not kill itself.
        std::process::abort();
    }

    /// Whether a safeguard is out.
    pub fn is_mutant(name: &'static str) -> bool {
        static CHOSEN: OnceLock<Option<String>> = OnceLock::new();
        let chosen = CHOSEN.get_or_init(|| {
            let chosen = std::env::var(MUTANT).ok()?;
            assert!(MUTANTS.contains(&chosen.as_str()), "{MUTANT}={chosen}: expected one of {MUTANTS:?}");
            Some(chosen)
        });
        chosen.as_deref() == Some(name)
    }

    fn crash() -> Option<&'static (String, u32)> {
        static CRASH: OnceLock<Option<(String, u32)>> = OnceLock::new();
        let crash = CRASH.get_or_init(|| {
            let text = std::env::var(CRASH_AT).ok()?;
            let parsed = text.split_once(':').and_then(|(name, count)| Some((name.to_owned(), count.parse().ok()?)));
            let known = parsed.filter(|(name, _)| POINTS.contains(&name.as_str()));
            assert!(known.is_some(), "{CRASH_AT}={text}: expected POINT:COUNT with one of {POINTS:?}");
            known
        });
        crash.as_ref()
    }
}
