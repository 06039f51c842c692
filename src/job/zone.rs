//! Two sets of zone rules, ours and the server's, compared where local time jumps.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDateTime, Offset, Utc};
use chrono_tz::Tz;
use sqlx::PgPool;

use crate::job::JobError;

/// How far ahead the rules are compared: governments change them later than that only on paper.
const HORIZON: Duration = Duration::days(2 * 366);
/// Between two looks for a jump that only the server knows.
const SAMPLE_STEP: Duration = Duration::days(14);

/// A zone whose local time is not the same here and on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneDifference {
    /// The zone.
    pub zone: Tz,
    /// The first instant at which the two differ.
    pub at: DateTime<Utc>,
    /// Seconds ahead of UTC by our rules.
    pub ours: i32,
    /// Seconds ahead of UTC by the server's; `None` when it does not know the zone.
    pub theirs: Option<i32>,
}

impl fmt::Display for ZoneDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = |seconds: i32| -> NaiveDateTime { self.at.naive_utc() + Duration::seconds(seconds.into()) };
        let Self { zone, at, ours, theirs } = self;
        match theirs {
            None => write!(f, "the server does not know the zone {zone}"),
            Some(theirs) => write!(
                f,
                "at {at} it is {} in {zone} by this program's zone data and {} by the server's",
                local(*ours),
                local(*theirs)
            ),
        }
    }
}

/// Compares our rules with the server's for two years from `from`: on both sides of every jump we know and every
/// fortnight between. Only reads.
pub async fn zone_differences(
    pool: &PgPool,
    zones: &[Tz],
    from: DateTime<Utc>,
) -> Result<Vec<ZoneDifference>, JobError> {
    let asked: Vec<(Tz, DateTime<Utc>)> =
        zones.iter().flat_map(|zone| instants(*zone, from).into_iter().map(|at| (*zone, at))).collect();
    let names: Vec<&str> = asked.iter().map(|(zone, _)| zone.name()).collect();
    let at: Vec<DateTime<Utc>> = asked.iter().map(|(_, at)| *at).collect();
    let offsets: Vec<Option<i32>> = sqlx::query_scalar(include_str!("zone_offsets.sql"))
        .bind(&names)
        .bind(&at)
        .fetch_all(pool)
        .await
        .map_err(JobError::ledger("compare zone data"))?;
    let mut differences: Vec<ZoneDifference> = Vec::new();
    for ((zone, at), theirs) in asked.into_iter().zip(offsets) {
        let ours = offset(zone, at);
        if theirs != Some(ours) && differences.last().is_none_or(|d| d.zone != zone) {
            differences.push(ZoneDifference { zone, at, ours, theirs });
        }
    }
    Ok(differences)
}

/// Instants that tell two sets of rules apart, ascending.
fn instants(zone: Tz, from: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let mut instants = Vec::new();
    let mut at = DateTime::from_timestamp(from.timestamp(), 0).expect("an instant that exists, without its fraction");
    let until = at + HORIZON;
    while at < until {
        instants.push(at);
        let next = at + SAMPLE_STEP;
        let mut hour = at;
        while hour < next {
            if offset(zone, hour) != offset(zone, hour + Duration::hours(1)) {
                let jump =
                    (1..=3_600).map(|s| hour + Duration::seconds(s)).find(|i| offset(zone, *i) != offset(zone, hour));
                instants.extend(jump.into_iter().flat_map(|jump| [jump - Duration::seconds(1), jump]));
            }
            hour += Duration::hours(1);
        }
        at = next;
    }
    instants
}

fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    at.with_timezone(&zone).offset().fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_every_jump_are_asked() {
        let from = "2026-01-01T12:00:00Z".parse().expect("an instant");
        let asked = instants(Tz::Europe__Berlin, from);
        for jump in ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2027-03-28T01:00:00Z", "2027-10-31T01:00:00Z"] {
            let jump: DateTime<Utc> = jump.parse().expect("an instant");
            assert!(asked.contains(&jump) && asked.contains(&(jump - Duration::seconds(1))), "{jump}");
        }
        assert!(asked.is_sorted());
        assert_eq!(instants(Tz::UTC, from).len(), 53);
    }
}
