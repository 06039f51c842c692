//! What the service manager hears: that the process is ready, that it lives, that it stops.
//!
//! systemd gives a socket (`NOTIFY_SOCKET`); elsewhere nothing is said. The watchdog is fed only while the worker's
//! loop turns: a loop that hangs is a process to be started again, and its runs come back by their leases. A database
//! that is away lets the loop turn, since a new process would not find it either.

use std::time::Duration;

use tokio::sync::watch;

use crate::base::meter::meters;

/// What the process does.
#[derive(Debug, Clone)]
pub struct Duty {
    /// Whether a worker's loop turns in it.
    pub is_scheduling: bool,
    /// What it does, for `systemctl status`.
    pub words: String,
}

/// Tells the service manager until `stop` turns true. Ready is the process when its listener is bound, which the caller
/// has done, and its worker has looked at the ledger once.
pub async fn tell_supervisor(duty: Duty, mut stop: watch::Receiver<bool>) {
    let telling = async {
        if duty.is_scheduling {
            let mut turns = meters().turns();
            // The sender is as old as the process and never dropped.
            let _ = turns.wait_for(|turn| turn.is_some_and(|turn| turn.has_succeeded)).await;
        }
        say(&format!("READY=1\nSTATUS={}", status(&duty)));
        feed_watchdog(&duty).await;
    };
    tokio::select! {
        () = telling => {}
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
    say("STOPPING=1\nSTATUS=stopping: runs under way finish or are handed over");
}

/// Says that the process lives for as long as it does; without a watchdog only the status is kept.
async fn feed_watchdog(duty: &Duty) {
    let watchdog = watchdog_interval();
    let pause = watchdog.map_or(STATUS_PAUSE, |interval| (interval / 3).min(STATUS_PAUSE));
    loop {
        tokio::time::sleep(pause).await;
        // Only a worker's loop can hang: the other parts answer from memory or wait for the database.
        let silence = meters().turns().borrow().filter(|_| duty.is_scheduling).map(|turn| turn.at.elapsed());
        let is_fed = watchdog.is_some_and(|interval| is_alive(silence, interval));
        let pulse = if is_fed { "WATCHDOG=1\n" } else { "" };
        say(&format!("{pulse}STATUS={}", status(duty)));
    }
}

/// Whether a loop that has been silent so long still turns; no loop cannot hang.
fn is_alive(silence: Option<Duration>, interval: Duration) -> bool {
    silence.is_none_or(|silence| silence < interval)
}

fn status(duty: &Duty) -> String {
    let Some(numbers) = meters().ledger() else { return duty.words.clone() };
    let all = |counts: &[(&str, i64)]| {
        counts.iter().map(|(state, count)| format!("{count} {state}")).collect::<Vec<_>>().join(", ")
    };
    let (runs, messages) = (all(&numbers.runs), all(&numbers.messages));
    format!("{}; runs: {runs}; mail: {messages}; {} open alerts", duty.words, numbers.open_alert_count)
}

/// How often systemd wants to hear that the process lives, if it does.
fn watchdog_interval() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    return sd_notify::watchdog_enabled();
    #[cfg(not(target_os = "linux"))]
    None
}

/// Says it to systemd, if that listens; one that does not is no reason to fail.
fn say(words: &str) {
    #[cfg(target_os = "linux")]
    if let Err(error) = sd_notify::notify(&[sd_notify::NotifyState::Custom(words)]) {
        tracing::debug!("the service manager does not listen: {error}");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = words;
}

/// Between two status lines where nobody watches.
const STATUS_PAUSE: Duration = Duration::from_secs(15);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_hangs_for_longer_than_the_interval_starves_the_watchdog() {
        let interval = Duration::from_secs(90);
        assert!(is_alive(Some(Duration::from_secs(89)), interval));
        assert!(!is_alive(Some(Duration::from_secs(90)), interval));
        assert!(is_alive(None, interval), "a process that only answers has no loop");
    }
}
