//! How often a token may ask: so many requests a second in the long run, two seconds' worth of them at once.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The generic cell rate algorithm: one number, the moment at which all that was taken so far is paid for.
#[derive(Debug)]
pub(in crate::http) struct Rate {
    /// What one request costs, in nanoseconds.
    cost_ns: u64,
    /// When the debt is paid, in nanoseconds since the process began to count.
    paid_at_ns: AtomicU64,
}

/// How far ahead of its rate a token may be.
const BURST: Duration = Duration::from_secs(2);

impl Rate {
    pub(super) fn new(per_s: u32) -> Self {
        Self { cost_ns: 1_000_000_000 / u64::from(per_s.max(1)), paid_at_ns: AtomicU64::new(0) }
    }

    /// Takes one request, or says how long to wait for it.
    pub(in crate::http) fn take(&self) -> Result<(), Duration> {
        static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
        self.take_at(EPOCH.elapsed())
    }

    fn take_at(&self, now: Duration) -> Result<(), Duration> {
        let now_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let burst_ns = (BURST.as_nanos() as u64).max(self.cost_ns);
        let taken = self.paid_at_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |paid_at_ns| {
            let next_ns = paid_at_ns.max(now_ns).saturating_add(self.cost_ns);
            (next_ns - now_ns <= burst_ns).then_some(next_ns)
        });
        let wait = |paid_at_ns: u64| Duration::from_nanos(paid_at_ns + self.cost_ns - now_ns - burst_ns);
        taken.map(drop).map_err(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_seconds_of_requests_may_come_at_once_and_then_they_come_at_the_rate() {
        let rate = Rate::new(10);
        let start = Duration::from_secs(100);
        let burst = (0..50).take_while(|_| rate.take_at(start).is_ok()).count();
        assert_eq!(burst, 20);
        let wait = rate.take_at(start).expect_err("used up");
        assert_eq!(wait, Duration::from_millis(100));
        assert!(rate.take_at(start + wait).is_ok());
        assert!(rate.take_at(start + wait).is_err());
        let later = start + Duration::from_secs(60);
        assert_eq!((0..50).take_while(|_| rate.take_at(later).is_ok()).count(), 20);
    }
}
