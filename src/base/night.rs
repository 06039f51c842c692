//! One night's work: which business date, for which run, started when.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// The business date a run works for, and who asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    /// The last complete day: flows end with it, stocks are as of its end.
    pub business_date: NaiveDate,
    /// The ledger's run, when there is one.
    pub run_id: Option<i64>,
    /// When the work started; stamps what has no time of its own.
    pub started_at: DateTime<Utc>,
}

impl Night {
    /// The first instant after the business date (UTC): stocks hold just before it.
    pub fn as_of(&self) -> DateTime<Utc> {
        let next = self.business_date.checked_add_days(Days::new(1)).expect("business dates end in 2100");
        next.and_time(NaiveTime::MIN).and_utc()
    }
}
