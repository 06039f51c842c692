//! When things happen: growth over the years, the seasons, working days and office hours.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::dice::Dice;

/// How much busier each month is than the average: quarters close in a hurry, the summer is quiet.
const SEASON: [f64; 12] = [0.94, 0.97, 1.12, 0.97, 1.00, 1.12, 0.84, 0.74, 1.10, 1.02, 1.06, 1.22];

/// What the business grows by in a year.
const GROWTH_PER_YEAR: f64 = 0.30;

/// How busy a date is, against an average working day of the business's first weeks.
pub(super) fn demand(date: NaiveDate, start: NaiveDate) -> f64 {
    growth(date, start) * season(date) * working(date)
}

/// How many people show up on a date: the demand, and in the first months those who had waited for the opening.
pub(super) fn arrivals(date: NaiveDate, start: NaiveDate) -> f64 {
    let waiting = 0.9 * (-(date - start).num_days() as f64 / 50.0).exp();
    demand(date, start) * (1.0 + waiting)
}

/// The trend alone.
pub(super) fn growth(date: NaiveDate, start: NaiveDate) -> f64 {
    (1.0 + GROWTH_PER_YEAR).powf((date - start).num_days() as f64 / 365.25)
}

/// The season alone.
pub(super) fn season(date: NaiveDate) -> f64 {
    SEASON[date.month0() as usize]
}

/// The weekday alone: some people work on Saturdays.
pub(super) fn working(date: NaiveDate) -> f64 {
    match date.weekday() {
        Weekday::Sat => 0.06,
        Weekday::Sun => 0.03,
        _ => 1.0,
    }
}

/// Midnight at which a date begins.
pub(super) fn midnight(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

/// Some instant in the office hours of a date.
pub(super) fn moment(dice: &mut Dice, date: NaiveDate) -> DateTime<Utc> {
    // The mean of two throws makes midday busier than the edges of the day.
    let share = (dice.between(0.0, 1.0) + dice.between(0.0, 1.0)) / 2.0;
    midnight(date) + TimeDelta::seconds((OFFICE_OPENS_SEC + share * OFFICE_HOURS_SEC) as i64)
}

const OFFICE_OPENS_SEC: f64 = 7.0 * 3600.0;
const OFFICE_HOURS_SEC: f64 = 11.5 * 3600.0;

/// An instant about `days` after `at`, on a working day and in office hours where it can be, never before `at`.
pub(super) fn later(dice: &mut Dice, at: DateTime<Utc>, days: f64) -> DateTime<Utc> {
    let date = workday(dice, (at + TimeDelta::seconds((days * 86_400.0) as i64)).date_naive());
    let then = moment(dice, date);
    if then > at { then } else { at + TimeDelta::seconds(dice.between(300.0, 3_600.0) as i64) }
}

/// The same date, or the next Monday when it falls on a weekend that nobody works on.
pub(super) fn workday(dice: &mut Dice, date: NaiveDate) -> NaiveDate {
    let shift = match date.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => return date,
    };
    if dice.chance(0.06) { date } else { plus(date, shift) }
}

/// The date a deal really closes, given the one it was heading for: many are pulled to the end of the quarter, few
/// close in August.
pub(super) fn closing(dice: &mut Dice, heading_for: NaiveDate) -> NaiveDate {
    let quarter_end = quarter_end(heading_for);
    let days_left = (quarter_end - heading_for).num_days();
    if days_left < 35 && dice.chance(0.45) {
        let early = dice.log_normal(4.0, 0.8) as u64;
        return minus(quarter_end, early.min(21));
    }
    if heading_for.month() == 8 && dice.chance(0.6) {
        return plus(heading_for, 14 + dice.below(16) as u64);
    }
    heading_for
}

fn quarter_end(date: NaiveDate) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1).expect("a quarter has a first day");
    let next = first.checked_add_months(Months::new(3)).expect("dates are of this age");
    next.pred_opt().expect("dates are of this age")
}

/// `date` plus `days`.
pub(super) fn plus(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_add_days(Days::new(days)).expect("dates are of this age")
}

/// `date` minus `days`.
pub(super) fn minus(date: NaiveDate, days: u64) -> NaiveDate {
    date.checked_sub_days(Days::new(days)).expect("dates are of this age")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_ends_on_its_last_day() {
        let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(quarter_end(date("2026-02-10")), date("2026-03-31"));
        assert_eq!(quarter_end(date("2026-12-31")), date("2026-12-31"));
    }

    #[test]
    fn later_is_never_earlier() {
        let mut dice = Dice::of(1, "later", 0);
        let evening = midnight("2026-11-20".parse().expect("a date")) + TimeDelta::hours(18);
        assert!((0..500).all(|n| later(&mut dice, evening, f64::from(n) / 100.0) > evening));
    }
}
