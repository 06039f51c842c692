//! How dates, instants and periods are written for a reader. The only place that does.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::base::{Grain, Period};
use crate::report::locale::Locale;
use crate::report::phrase::say;

impl Locale {
    /// `22 Nov 2026`.
    pub fn date(self, date: NaiveDate) -> String {
        let (day, year) = (date.day().to_string(), date.year().to_string());
        say(self.phrases().date, &[&day, self.month_name(date), &year])
    }

    /// `22 Nov`.
    pub fn date_without_year(self, date: NaiveDate) -> String {
        say(self.phrases().date_without_year, &[&date.day().to_string(), self.month_name(date)])
    }

    /// `Nov`.
    pub fn month_name(self, date: NaiveDate) -> &'static str {
        self.phrases().months[date.month0() as usize]
    }

    /// `Nov 2026`.
    pub fn month(self, date: NaiveDate) -> String {
        say(self.phrases().month, &[self.month_name(date), &date.year().to_string()])
    }

    /// `23 Nov 2026 06:00 UTC`.
    pub fn instant(self, at: DateTime<Utc>) -> String {
        format!("{} {}", self.date(at.date_naive()), at.format("%H:%M UTC"))
    }

    /// The same on the clock of a zone: `23 Nov 2026, 07:00 (Europe/Berlin)`.
    pub fn moment(self, at: DateTime<Utc>, zone: Tz) -> String {
        let local = at.with_timezone(&zone);
        format!("{}, {} ({zone})", self.date(local.date_naive()), local.format("%H:%M"))
    }

    /// A bucket of time in full and where space is short: `Oct 2026`, `Oct`; `names_year` where the short form needs it.
    pub fn bucket(self, from: NaiveDate, grain: Grain, names_year: bool) -> (String, String) {
        let words = self.phrases();
        let year = from.year().to_string();
        match grain {
            Grain::Day => (self.date(from), self.date_without_year(from)),
            Grain::Week => {
                let week = from.iso_week();
                let (number, year) = (week.week().to_string(), week.year().to_string());
                (format!("{} {year}", say(words.week, &[&number])), say(words.week_short, &[&number]))
            }
            Grain::Month => {
                let name = self.month_name(from);
                let short = if names_year { format!("{name} ’{:02}", from.year() % 100) } else { name.to_owned() };
                (self.month(from), short)
            }
            Grain::Quarter => {
                let quarter = (from.month0() / 3 + 1).to_string();
                let label = |phrase: &str| say(phrase, &[&quarter, &year]);
                (label(words.quarter), label(words.quarter_short))
            }
            Grain::Year => (year.clone(), year),
        }
    }

    /// The shortest exact words for a period: `Oct 2026`, `Jul – Sep 2026`, `16–22 Nov 2026`.
    pub fn period(self, period: Period) -> String {
        let (from, last) = (period.from, period.last());
        let whole_months = from.day() == 1 && period.until.day() == 1;
        let same_year = from.year() == last.year();
        match (whole_months, same_year, from.month() == last.month()) {
            (true, true, true) => self.month(from),
            (true, true, false) => format!("{} – {}", self.month_name(from), self.month(last)),
            (true, false, _) => format!("{} – {}", self.month(from), self.month(last)),
            (false, true, true) if from == last => self.date(from),
            (false, true, true) => match self {
                Locale::De => format!("{}.–{}", from.day(), self.date(last)),
                Locale::En | Locale::Uk => format!("{}–{}", from.day(), self.date(last)),
            },
            (false, true, false) => format!("{} – {}", self.date_without_year(from), self.date(last)),
            (false, false, _) => format!("{} – {}", self.date(from), self.date(last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn periods_are_written_as_short_as_they_are_exact() {
        let words = |a, b| Locale::En.period(Period { from: date(a), until: date(b) });
        assert_eq!(words("2026-10-01", "2026-11-01"), "Oct 2026");
        assert_eq!(words("2026-07-01", "2026-10-01"), "Jul – Sep 2026");
        assert_eq!(words("2025-11-01", "2026-11-01"), "Nov 2025 – Oct 2026");
        assert_eq!(words("2026-11-16", "2026-11-23"), "16–22 Nov 2026");
        assert_eq!(words("2026-10-26", "2026-11-02"), "26 Oct – 1 Nov 2026");
        assert_eq!(words("2025-12-29", "2026-01-05"), "29 Dec 2025 – 4 Jan 2026");
    }

    #[test]
    fn each_language_writes_dates_its_own_way() {
        let (de, uk) = (Locale::De, Locale::Uk);
        let week = Period { from: date("2026-11-16"), until: date("2026-11-23") };
        assert_eq!(de.period(week), "16.–22. Nov. 2026");
        assert_eq!(uk.date(date("2026-11-22")), "22 листоп. 2026");
        assert_eq!(uk.bucket(date("2026-10-01"), Grain::Quarter, false).0, "4 кв. 2026");
        let quarter = de.bucket(date("2026-10-01"), Grain::Quarter, false);
        assert_eq!((quarter.0.as_str(), quarter.1.as_str()), ("4. Quartal 2026", "Q4 2026"));
        assert_eq!(Locale::En.bucket(date("2026-01-01"), Grain::Month, true).1, "Jan ’26");
    }

    #[test]
    fn a_moment_is_told_by_the_clock_of_its_zone() {
        let at = "2026-11-22T23:30:00Z".parse().expect("an instant");
        assert_eq!(Locale::De.moment(at, Tz::Europe__Berlin), "23. Nov. 2026, 00:30 (Europe/Berlin)");
        assert_eq!(Locale::En.instant(at), "22 Nov 2026 23:30 UTC");
    }
}
