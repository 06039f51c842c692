//! Clocks and zones: what nobody sees until a slot comes at the wrong time.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;
use tokio::sync::watch;

use crate::base::clock;
use crate::job::{JobError, RunError, zone_differences};

/// Between two looks at the clocks.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// Clocks of two machines that are kept right differ by far less.
const CLOCK_DIFFERENCE_MAX: TimeDelta = TimeDelta::seconds(5);

/// Looks until `stop` turns true: once at the zones in use, each minute at the clocks. It says what is wrong when it
/// begins and when it ends, and changes nothing.
pub async fn keep_vigil(pool: PgPool, mut stop: watch::Receiver<bool>) {
    if let Err(error) = tell_zones(&pool).await {
        tracing::warn!("{}", RunError::from(error));
    }
    let mut vigil = Vigil::default();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => match vigil.look(&pool).await {
                Ok(notices) => notices.iter().for_each(Notice::log),
                // The worker says that the database is away.
                Err(error) => tracing::debug!("{error}"),
            },
            _ = stop.wait_for(|is_stopping| *is_stopping) => return,
        }
    }
}

async fn tell_zones(pool: &PgPool) -> Result<(), JobError> {
    let names: Vec<String> = sqlx::query_scalar("select distinct tz from vesper.job where enabled order by tz")
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("list zones"))?;
    let zones: Vec<_> = names.iter().filter_map(|name| name.parse().ok()).collect();
    for difference in zone_differences(pool, &zones, clock::now()).await? {
        tracing::warn!(
            "{difference}: slots come by this program's; update the older of the two so that people and reports agree"
        );
    }
    Ok(())
}

/// What was wrong at the last look.
#[derive(Debug, Default)]
pub struct Vigil {
    ahead: Vec<String>,
    is_clock_apart: bool,
}

/// Something that became wrong, or right again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Jobs whose slots are missed until the clock has passed their cursors.
    CursorsAhead(Vec<String>),
    /// No job's cursor is ahead any more.
    CursorsRight,
    /// The database's clock is ahead of this machine's by so much; behind when it is negative.
    ClocksApart(TimeDelta),
    /// The clocks agree again.
    ClocksRight,
}

impl Vigil {
    /// What changed since the last look.
    pub async fn look(&mut self, pool: &PgPool) -> Result<Vec<Notice>, JobError> {
        let ahead = sqlx::query_scalar(include_str!("ahead_jobs.sql")).fetch_all(pool).await;
        let ahead: Vec<String> = ahead.map_err(JobError::ledger("look at the cursors"))?;
        let difference = clock_difference(pool).await?;
        Ok(self.compare(ahead, difference))
    }

    fn compare(&mut self, ahead: Vec<String>, difference: TimeDelta) -> Vec<Notice> {
        let mut notices = Vec::new();
        if ahead != self.ahead {
            notices.push(match ahead.is_empty() {
                true => Notice::CursorsRight,
                false => Notice::CursorsAhead(ahead.clone()),
            });
            self.ahead = ahead;
        }
        let is_apart = difference.abs() > CLOCK_DIFFERENCE_MAX;
        if is_apart != self.is_clock_apart {
            notices.push(if is_apart { Notice::ClocksApart(difference) } else { Notice::ClocksRight });
            self.is_clock_apart = is_apart;
        }
        notices
    }
}

/// How far the database's clock is ahead of this machine's, give or take half a round trip.
async fn clock_difference(pool: &PgPool) -> Result<TimeDelta, JobError> {
    let before = clock::now();
    let theirs: DateTime<Utc> = sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(pool)
        .await
        .map_err(JobError::ledger("read the database's clock"))?;
    let after = clock::now();
    // Within the round trip nothing is known.
    Ok(if theirs < before {
        theirs - before
    } else if theirs > after {
        theirs - after
    } else {
        TimeDelta::zero()
    })
}

impl Notice {
    fn log(&self) {
        match self {
            Notice::CursorsAhead(jobs) => tracing::error!(job.count = jobs.len(), "{self}"),
            Notice::ClocksApart(_) => tracing::warn!("{self}"),
            Notice::CursorsRight | Notice::ClocksRight => tracing::info!("{self}"),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::CursorsAhead(jobs) => write!(
                f,
                "the database's clock went back, or was wrong before: no slot of {} comes until it has passed their \
                 cursors (set its clock right; an edit of a job's `cron` lets it start now)",
                jobs.join(", ")
            ),
            Notice::CursorsRight => f.write_str("the database's clock has passed every cursor: slots come again"),
            Notice::ClocksApart(difference) => write!(
                f,
                "the database's clock and this machine's are {:.1} s apart: slots come by the database's",
                difference.as_seconds_f64().abs()
            ),
            Notice::ClocksRight => f.write_str("the database's clock and this machine's agree again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_said_once() {
        let (mut vigil, right) = (Vigil::default(), TimeDelta::zero());
        let ahead = || vec!["nightly".to_owned()];
        assert_eq!(vigil.compare(vec![], right), []);
        assert_eq!(vigil.compare(ahead(), right), [Notice::CursorsAhead(ahead())]);
        assert_eq!(vigil.compare(ahead(), TimeDelta::seconds(-7)), [Notice::ClocksApart(TimeDelta::seconds(-7))]);
        assert_eq!(vigil.compare(ahead(), TimeDelta::seconds(8)), []);
        assert_eq!(vigil.compare(vec![], TimeDelta::seconds(5)), [Notice::CursorsRight, Notice::ClocksRight]);
    }
}
