//! A rest after the server refused the sender: one wrong password must neither kill the queue nor lock the account.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Pauses that double while nothing succeeds between them.
#[derive(Default)]
pub(super) struct Rest(Mutex<Pause>);

#[derive(Default)]
struct Pause {
    until: Option<Instant>,
    count: u32,
}

const PAUSE_FIRST: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_secs(300);

impl Rest {
    pub(super) fn is_resting(&self) -> bool {
        self.is_resting_at(Instant::now())
    }

    /// Begins a rest and says how long it is; nothing when one is under way, since another lane heard the same a
    /// moment ago.
    pub(super) fn begin(&self) -> Option<Duration> {
        self.begin_at(Instant::now())
    }

    /// All is well again.
    pub(super) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Pause::default();
    }

    fn is_resting_at(&self, now: Instant) -> bool {
        let pause = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pause.until.is_some_and(|until| now < until)
    }

    fn begin_at(&self, now: Instant) -> Option<Duration> {
        let mut pause = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pause.until.is_some_and(|until| now < until) {
            return None;
        }
        let span = PAUSE_MAX.min(PAUSE_FIRST * 2u32.saturating_pow(pause.count));
        *pause = Pause { until: Some(now + span), count: pause.count.saturating_add(1) };
        Some(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_is_longer_each_time_up_to_five_minutes_and_short_again_after_a_success() {
        let (rest, mut now) = (Rest::default(), Instant::now());
        let mut spans = Vec::new();
        for _ in 0..8 {
            let span = rest.begin_at(now).expect("none is under way");
            assert!(rest.is_resting_at(now) && rest.begin_at(now).is_none());
            spans.push(span.as_secs());
            now += span;
            assert!(!rest.is_resting_at(now));
        }
        assert_eq!(spans, [5, 10, 20, 40, 80, 160, 300, 300]);
        rest.end();
        assert_eq!(rest.begin_at(now), Some(PAUSE_FIRST));
    }
}
