//! On which days a job's slots run, by the calendar its file names.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::base::Calendar;
use crate::base::period::{Grain, minus_days, plus_days};
use crate::base::strict_toml::Table;

/// The calendars of the folder by name.
pub type Calendars = BTreeMap<String, Calendar>;

/// A job's days. Stored with the job as it was when its file was read, so that no file is asked when a slot comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayRule {
    /// Which of its slots' days run.
    pub days: Days,
    /// Where a slot on another day goes; without it, it is skipped and says so.
    #[serde(default)]
    pub shift: Option<Shift>,
    /// Which days are business days.
    pub calendar: Calendar,
}

/// Days on which slots run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Days {
    /// Every day.
    All,
    /// Days that are neither weekend nor holiday.
    Business,
    /// Weekends and holidays.
    NonBusiness,
    /// Holidays and the days they are observed on.
    Holidays,
    /// The first business day of each month.
    FirstBusiness,
    /// The last business day of each month.
    LastBusiness,
}

/// The direction in which a slot leaves a day that is no business day, at the same local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shift {
    /// To the next business day.
    Next,
    /// To the one before.
    Previous,
}

const DAYS: [(&str, Days); 6] = [
    ("all", Days::All),
    ("business", Days::Business),
    ("non-business", Days::NonBusiness),
    ("holidays", Days::Holidays),
    ("first-business", Days::FirstBusiness),
    ("last-business", Days::LastBusiness),
];
const SHIFTS: [(&str, Option<Shift>); 2] = [("next", Some(Shift::Next)), ("previous", Some(Shift::Previous))];

impl DayRule {
    /// Why a slot of `date` does not run there, in a sentence; `None` when it runs.
    pub fn off_reason(&self, date: NaiveDate) -> Option<String> {
        // A slot that moves has moved already.
        if self.shift.is_some() {
            return None;
        }
        let calendar = &self.calendar;
        let off = calendar.off_reason(date);
        let complaint = match (self.days, off) {
            (Days::All, _) | (Days::Business, None) | (Days::NonBusiness, Some(_)) => return None,
            (Days::Business | Days::FirstBusiness | Days::LastBusiness, Some(off)) => {
                format!("is no business day: {off}")
            }
            (Days::NonBusiness, None) => "is a business day".to_owned(),
            (Days::Holidays, _) if calendar.holiday(date).is_some() => return None,
            (Days::Holidays, _) => "is no holiday".to_owned(),
            (Days::FirstBusiness, None) => {
                let first = calendar.business_day_from(Grain::Month.floor(date));
                let first = first.filter(|first| *first != date)?;
                format!("is not the first business day of its month, which is the {}", first.day())
            }
            (Days::LastBusiness, None) => {
                let last = calendar.business_day_until(Grain::Month.bucket(date).last());
                let last = last.filter(|last| *last != date)?;
                format!("is not the last business day of its month, which is the {}", last.day())
            }
        };
        Some(format!("{} {complaint} (calendar {})", date.format("%-d %B %Y"), calendar.name))
    }

    /// The business day that a slot of `date` lands on.
    pub(super) fn landing(&self, shift: Shift, date: NaiveDate) -> Option<NaiveDate> {
        match shift {
            Shift::Next => self.calendar.business_day_from(date),
            Shift::Previous => self.calendar.business_day_until(date),
        }
    }

    /// The first and the last date whose slots land on the business day `landing`.
    pub(super) fn sources(&self, shift: Shift, landing: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        Some(match shift {
            Shift::Next => (plus_days(self.calendar.business_day_until(minus_days(landing, 1))?, 1), landing),
            Shift::Previous => (landing, minus_days(self.calendar.business_day_from(plus_days(landing, 1))?, 1)),
        })
    }
}

/// Reads `calendar`, `days` and `shift` of a job file. A calendar alone means its business days.
pub(super) fn read_days(top: &Table<'_, '_>, calendars: &Calendars) -> Option<DayRule> {
    let calendar = top.text_opt("calendar");
    let days = top.choice("days", &DAYS, Days::Business);
    let shift = top.choice("shift", &SHIFTS, None);
    let place = ["days", "shift"].into_iter().find_map(|key| top.text_opt(key).map(|text| (key, text.span)));
    let Some(name) = calendar else {
        if let Some((key, span)) = place {
            let names = calendars.keys().cloned().collect::<Vec<_>>().join(", ");
            top.file().problem(&span, format!("`{key}` needs a `calendar`"), Some(format!("calendars: {names}")));
        }
        return None;
    };
    if let Some(text) = top.text_opt("shift").filter(|_| days != Days::Business) {
        top.file().problem(&text.span, "`shift` moves slots to business days, so `days` can only be `business`", None);
    }
    let Some(calendar) = calendars.get(&name.value) else {
        top.file().unknown_name(&name.span, "calendar", &name.value, calendars.keys().map(String::as_str));
        return None;
    };
    Some(DayRule { days, shift, calendar: calendar.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(days: Days) -> DayRule {
        let text = "weekend = [\"sat\", \"sun\"]\n[[holiday]]\nname = \"Tag der Deutschen Einheit\"\non = \"10-03\"";
        let calendar = crate::base::calendar::read_calendar("de", "de.toml", text).expect("a calendar");
        DayRule { days, shift: None, calendar }
    }

    #[test]
    fn a_day_that_does_not_run_says_why_in_plain_words() {
        let reason = |days, date: &str| rule(days).off_reason(date.parse().expect("a date"));
        let cases = [
            (
                Days::Business,
                "2026-10-03",
                "3 October 2026 is no business day: Tag der Deutschen Einheit (calendar de)",
            ),
            (Days::LastBusiness, "2026-11-07", "7 November 2026 is no business day: Saturday (calendar de)"),
            (Days::NonBusiness, "2026-11-09", "9 November 2026 is a business day (calendar de)"),
            (Days::Holidays, "2026-11-07", "7 November 2026 is no holiday (calendar de)"),
            (
                Days::FirstBusiness,
                "2026-08-04",
                "4 August 2026 is not the first business day of its month, which is the 3 (calendar de)",
            ),
            (
                Days::LastBusiness,
                "2026-10-29",
                "29 October 2026 is not the last business day of its month, which is the 30 (calendar de)",
            ),
        ];
        for (days, date, expected) in cases {
            assert_eq!(reason(days, date).as_deref(), Some(expected));
        }
        for (days, date) in [
            (Days::All, "2026-10-03"),
            (Days::Business, "2026-10-05"),
            (Days::NonBusiness, "2026-10-03"),
            (Days::Holidays, "2026-10-03"),
            (Days::FirstBusiness, "2026-08-03"),
            (Days::LastBusiness, "2026-10-30"),
        ] {
            assert_eq!(reason(days, date), None, "{days:?} {date}");
        }
    }
}
