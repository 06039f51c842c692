//! Business days: which days of a year a country works, by a calendar an operator wrote.
//!
//! Pure: a calendar is a value, the date is an argument. The files are `jobs/calendar/<name>.toml`.

mod easter;
mod file;
mod rule;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

pub use easter::{Church, easter};
pub use file::read_calendar;
pub use rule::HolidayRule;

use crate::base::Period;
use crate::base::period::{minus_days, plus_days};

/// The days a country, or a company, does not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The file's stem: `de`.
    pub name: String,
    /// Days of the week off.
    pub weekend: Vec<Weekday>,
    /// Days of the year off.
    pub holidays: Vec<Holiday>,
}

/// One holiday by its rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holiday {
    /// What people call it.
    pub name: String,
    /// When it is.
    pub on: HolidayRule,
    /// What happens when that is a weekend.
    pub observed: Observed,
    /// The first year that has it.
    pub from: Option<i32>,
    /// The last year that has it.
    pub until: Option<i32>,
}

/// Which day off a holiday on a weekend brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Observed {
    /// None.
    Never,
    /// The nearest weekday, as in the United States: Friday for a Saturday, Monday for a Sunday.
    Nearest,
    /// The next day that is not off already, as in the United Kingdom.
    Next,
}

/// Days looked at for the next working one: a calendar without any in a year has none.
const DAY_MAX: usize = 366;

impl Calendar {
    /// Whether people work on `date`.
    pub fn is_business_day(&self, date: NaiveDate) -> bool {
        self.off_reason(date).is_none()
    }

    /// Why nobody works on `date`: the holiday's name, or the weekday's.
    pub fn off_reason(&self, date: NaiveDate) -> Option<String> {
        self.holiday(date).or_else(|| self.is_weekend(date).then(|| date.format("%A").to_string()))
    }

    /// The holiday on `date`, or the one whose day off it is.
    pub fn holiday(&self, date: NaiveDate) -> Option<String> {
        self.holidays_around(date.year()).remove(&date)
    }

    /// How many days of `period` people work.
    pub fn business_day_count(&self, period: Period) -> usize {
        let mut around = (0, BTreeMap::new());
        let dates = period.from.iter_days().take_while(|date| *date < period.until);
        dates
            .filter(|date| {
                if around.0 != date.year() {
                    around = (date.year(), self.holidays_around(date.year()));
                }
                !self.is_weekend(*date) && !around.1.contains_key(date)
            })
            .count()
    }

    /// The first business day on or after `date`; `None` when a year has none.
    pub fn business_day_from(&self, date: NaiveDate) -> Option<NaiveDate> {
        (0..DAY_MAX as u64).map(|days| plus_days(date, days)).find(|day| self.is_business_day(*day))
    }

    /// The last business day on or before `date`; `None` when a year has none.
    pub fn business_day_until(&self, date: NaiveDate) -> Option<NaiveDate> {
        (0..DAY_MAX as u64).map(|days| minus_days(date, days)).find(|day| self.is_business_day(*day))
    }

    fn is_weekend(&self, date: NaiveDate) -> bool {
        self.weekend.contains(&date.weekday())
    }

    /// The holidays of a year and its neighbours, from where a day off may come over, with the days they are observed.
    fn holidays_around(&self, year: i32) -> BTreeMap<NaiveDate, String> {
        let mut own: Vec<(NaiveDate, &Holiday)> = Vec::new();
        for holiday in &self.holidays {
            let years = (year - 1..=year + 1).filter(|y| {
                holiday.from.is_none_or(|from| from <= *y) && holiday.until.is_none_or(|until| *y <= until)
            });
            own.extend(years.filter_map(|y| holiday.on.date_in(y)).map(|date| (date, holiday)));
        }
        // Of two on one date the first in the file gives the name.
        own.sort_by_key(|(date, _)| *date);
        let mut days: BTreeMap<NaiveDate, String> = BTreeMap::new();
        for (date, holiday) in &own {
            days.entry(*date).or_insert_with(|| holiday.name.clone());
        }
        // In order of their dates: Christmas takes its day off before Boxing Day does.
        for (date, holiday) in own.iter().filter(|(date, _)| self.is_weekend(*date)) {
            let observed = match holiday.observed {
                Observed::Never => None,
                Observed::Nearest if date.weekday() == Weekday::Sat => Some(minus_days(*date, 1)),
                Observed::Nearest => Some(plus_days(*date, 1)),
                Observed::Next => (1..DAY_MAX as u64)
                    .map(|n| plus_days(*date, n))
                    .find(|day| !self.is_weekend(*day) && !days.contains_key(day)),
            };
            if let Some(day) = observed {
                days.entry(day).or_insert_with(|| format!("{} (observed)", holiday.name));
            }
        }
        days
    }
}

#[cfg(test)]
mod tests;
