//! When a holiday is: `01-01`, `easter -2`, `4 thu nov`, `last mon may`, `2023-05-08`.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Month, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::base::calendar::easter::{Church, easter};

/// How a holiday's date follows from the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum HolidayRule {
    /// The same day each year; 29 February only in leap years.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
    },
    /// Days after Easter Sunday.
    Easter {
        /// Whose.
        church: Church,
        /// Negative before it.
        offset: i16,
    },
    /// A weekday of a month, counted from its start or the last one.
    Weekday {
        /// 1 to 5; `None` is the last.
        nth: Option<u8>,
        /// Which weekday.
        weekday: Weekday,
        /// Of which month.
        month: Month,
    },
    /// One date of one year.
    Once(NaiveDate),
}

/// What a rule looks like, for messages.
pub(super) const FORM: &str = "`01-01`, `easter -2`, `orthodox-easter +1`, `4 thu nov`, `last mon may` or `2023-05-08`";

impl HolidayRule {
    /// The date in a year, if it has one there.
    pub fn date_in(self, year: i32) -> Option<NaiveDate> {
        match self {
            HolidayRule::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            HolidayRule::Easter { church, offset } => {
                let (sunday, days) = (easter(church, year)?, Days::new(u64::from(offset.unsigned_abs())));
                if offset < 0 { sunday.checked_sub_days(days) } else { sunday.checked_add_days(days) }
            }
            HolidayRule::Weekday { nth: Some(nth), weekday, month } => {
                NaiveDate::from_weekday_of_month_opt(year, month.number_from_month(), weekday, nth)
            }
            HolidayRule::Weekday { nth: None, weekday, month } => [5, 4]
                .into_iter()
                .find_map(|n| NaiveDate::from_weekday_of_month_opt(year, month.number_from_month(), weekday, n)),
            HolidayRule::Once(date) => Some(date).filter(|date| date.year() == year),
        }
    }
}

impl FromStr for HolidayRule {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["easter"] => Ok(HolidayRule::Easter { church: Church::Western, offset: 0 }),
            ["orthodox-easter"] => Ok(HolidayRule::Easter { church: Church::Orthodox, offset: 0 }),
            ["easter", offset] => read_easter(Church::Western, offset),
            ["orthodox-easter", offset] => read_easter(Church::Orthodox, offset),
            [nth, weekday, month] => {
                let nth = match *nth {
                    "last" => None,
                    n => Some(n.parse().ok().filter(|n| (1..=5).contains(n)).ok_or(FORM)?),
                };
                let (weekday, month) = (weekday.parse().map_err(|_| FORM)?, month.parse().map_err(|_| FORM)?);
                Ok(HolidayRule::Weekday { nth, weekday, month })
            }
            [date] if date.len() == 5 => {
                // A leap year, so that 29 February is a day.
                let date: NaiveDate = format!("2024-{date}").parse().map_err(|_| FORM)?;
                Ok(HolidayRule::Fixed { month: date.month(), day: date.day() })
            }
            [date] => Ok(HolidayRule::Once(date.parse().map_err(|_| FORM)?)),
            _ => Err(FORM),
        }
    }
}

/// The longest way from Easter that any church counts: less than half a year.
const OFFSET_MAX: u16 = 180;

fn read_easter(church: Church, offset: &str) -> Result<HolidayRule, &'static str> {
    let signed = offset.starts_with(['+', '-']);
    let offset: i16 = offset.parse().map_err(|_| FORM)?;
    if signed && offset.unsigned_abs() <= OFFSET_MAX { Ok(HolidayRule::Easter { church, offset }) } else { Err(FORM) }
}

impl fmt::Display for HolidayRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HolidayRule::Fixed { month, day } => write!(f, "{month:02}-{day:02}"),
            HolidayRule::Easter { church: Church::Western, offset } => write!(f, "easter {offset:+}"),
            HolidayRule::Easter { church: Church::Orthodox, offset } => write!(f, "orthodox-easter {offset:+}"),
            HolidayRule::Weekday { nth, weekday, month } => {
                let nth = nth.map_or("last".to_owned(), |n| n.to_string());
                write!(f, "{nth} {} {}", weekday.to_string().to_lowercase(), month.name()[..3].to_lowercase())
            }
            HolidayRule::Once(date) => write!(f, "{date}"),
        }
    }
}

impl TryFrom<String> for HolidayRule {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<HolidayRule> for String {
    fn from(rule: HolidayRule) -> String {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_as_it_is_written() {
        for text in ["01-01", "02-29", "easter -2", "orthodox-easter +49", "4 thu nov", "last mon may", "2023-05-08"] {
            assert_eq!(text.parse::<HolidayRule>().expect(text).to_string(), text);
        }
        for wrong in ["13-01", "1-1", "easter 2", "easter -200", "6 mon may", "0 mon may", "4 thu", "thu", "2023-02-29"]
        {
            assert_eq!(wrong.parse::<HolidayRule>(), Err(FORM), "{wrong}");
        }
    }

    #[test]
    fn weekdays_of_a_month_are_counted_from_its_start_or_its_end() {
        let date = |rule: &str, year| rule.parse::<HolidayRule>().expect(rule).date_in(year).map(|d| d.to_string());
        assert_eq!(date("4 thu nov", 2026).as_deref(), Some("2026-11-26"));
        assert_eq!(date("last mon may", 2026).as_deref(), Some("2026-05-25"));
        assert_eq!(date("last mon aug", 2026).as_deref(), Some("2026-08-31"));
        assert_eq!(date("5 mon feb", 2026), None);
        assert_eq!(date("02-29", 2026), None);
    }
}
