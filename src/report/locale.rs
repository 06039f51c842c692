//! How numbers, amounts and dates are written for a reader. The only place that does.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::base::Period;
use crate::base::money::divide_round;
use crate::metric::{Figure, Unit};
use crate::report::document::Change;

/// What stands where there is no value.
pub const NOTHING: &str = "–";

/// A language with its conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English: 1,234.5 and 22 Nov 2026.
    En,
}

impl Locale {
    /// The names a template may use.
    pub const CHOICES: &[(&str, Locale)] = &[("en", Locale::En)];

    /// The language tag a PDF and a page carry.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en-GB",
        }
    }

    /// `12,408`, with a true minus.
    pub fn integer(self, value: i64) -> String {
        let digits = value.unsigned_abs().to_string();
        let mut text = String::from(if value < 0 { "−" } else { "" });
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }

    /// `1,234.5` from tenths.
    pub fn tenths(self, tenths: i64) -> String {
        let sign = if tenths < 0 { "−" } else { "" };
        format!("{sign}{}.{}", self.integer((tenths / 10).abs()), (tenths % 10).abs())
    }

    /// `€`, or the code with a space that does not break.
    pub fn symbol(self, currency: &str) -> String {
        match currency {
            "EUR" => "€".to_owned(),
            "USD" => "$".to_owned(),
            "GBP" => "£".to_owned(),
            "JPY" => "¥".to_owned(),
            "INR" => "₹".to_owned(),
            code => format!("{code}\u{a0}"),
        }
    }

    /// An amount in whole units: `€184,320`.
    fn amount(self, cents: i64, currency: &str) -> String {
        let whole = divide_round(i128::from(cents), 100).map_or(0, |v| v as i64);
        let sign = if whole < 0 { "−" } else { "" };
        format!("{sign}{}{}", self.symbol(currency), self.integer(whole.abs()))
    }

    /// A value in full, as a table and a sentence show it: `€184,320`, `66.7%`, `34.2 days`.
    pub fn full(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        let Some(value) = figure.and_then(|f| f.value(unit)) else { return NOTHING.to_owned() };
        let tenths = || self.tenths((value * 10.0).round() as i64);
        match unit {
            Unit::Count => self.integer(value as i64),
            Unit::Money => self.amount(value as i64, currency),
            Unit::Percent => format!("{}%", tenths()),
            Unit::Days => format!("{} days", tenths()),
            Unit::Weeks => format!("{} weeks", tenths()),
            Unit::Minutes => format!("{} min", tenths()),
            Unit::Mean => tenths(),
        }
    }

    /// A value in a table's cell, where the heading carries the unit: `34.2`.
    pub fn cell(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        match unit {
            Unit::Days | Unit::Weeks | Unit::Minutes => self.full(figure, Unit::Mean, currency),
            Unit::Count | Unit::Money | Unit::Percent | Unit::Mean => self.full(figure, unit, currency),
        }
    }

    /// A value large on a tile: amounts of five digits and more are shortened to `€184.3k`, `€1.84M`.
    pub fn tile(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        match (unit, figure.and_then(|f| f.rounded())) {
            (Unit::Money, Some(cents)) if cents.abs() >= 1_000_000 => self.short_amount(cents, currency),
            _ => self.full(figure, unit, currency),
        }
    }

    /// Three significant digits and a magnitude.
    fn short_amount(self, cents: i64, currency: &str) -> String {
        let value = cents.abs() as f64 / 100.0;
        let (scaled, suffix) = match value {
            v if v >= 999_500_000.0 => (v / 1e9, "B"),
            v if v >= 999_500.0 => (v / 1e6, "M"),
            v => (v / 1e3, "k"),
        };
        let decimals = if scaled < 9.995 { 2 } else { usize::from(scaled < 999.95) };
        let sign = if cents < 0 { "−" } else { "" };
        format!("{sign}{}{scaled:.decimals$}{suffix}", self.symbol(currency))
    }

    /// A tick of an axis, in the unit's own measure (whole currency units for amounts).
    pub fn tick(self, value: f64, unit: Unit, currency: &str) -> String {
        let magnitude = value.abs();
        let trim = |text: String| match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
        let short = match magnitude {
            m if m >= 1e9 => format!("{}B", trim(format!("{:.2}", m / 1e9))),
            m if m >= 1e6 => format!("{}M", trim(format!("{:.2}", m / 1e6))),
            m if m >= 1e4 || (m >= 1e3 && unit == Unit::Money) => format!("{}k", trim(format!("{:.1}", m / 1e3))),
            m if m.fract() == 0.0 => self.integer(m as i64),
            m => trim(format!("{m:.2}")),
        };
        let sign = if value < 0.0 { "−" } else { "" };
        match unit {
            Unit::Money => format!("{sign}{}{short}", self.symbol(currency)),
            Unit::Percent => format!("{sign}{short}%"),
            Unit::Count | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean => format!("{sign}{short}"),
        }
    }

    /// A change with its sign: `+7.3%`, `−1.2 pts`, `–` when it cannot be said.
    pub fn change(self, change: &Change) -> String {
        let Some(tenths) = change.tenths else { return NOTHING.to_owned() };
        let sign = match tenths.signum() {
            1 => "+",
            -1 => "−",
            _ => "±",
        };
        // A tile has no room for the 12,345.6% of a metric that started near zero.
        let size = match tenths.abs() {
            t if t >= 10_000 => self.integer(t / 10),
            t => self.tenths(t),
        };
        format!("{sign}{size}{}", if change.in_points { " pts" } else { "%" })
    }

    /// A share of a whole, in whole percent: `46%`; `<1%` for what would round away.
    pub fn share(self, part: i64, whole: i64) -> String {
        match divide_round(i128::from(part) * 100, i128::from(whole)) {
            None => NOTHING.to_owned(),
            Some(0) if part > 0 => "<1%".to_owned(),
            Some(percent) => format!("{percent}%"),
        }
    }

    /// `22 Nov 2026`.
    pub fn date(self, date: NaiveDate) -> String {
        date.format("%-d %b %Y").to_string()
    }

    /// `23 Nov 2026 06:00 UTC`.
    pub fn instant(self, at: DateTime<Utc>) -> String {
        at.format("%-d %b %Y %H:%M UTC").to_string()
    }

    /// The shortest exact words for a period: `Oct 2026`, `Jul – Sep 2026`, `16–22 Nov 2026`.
    pub fn period(self, period: Period) -> String {
        let (from, last) = (period.from, period.last());
        let whole_months = from.day() == 1 && period.until.day() == 1;
        let same_year = from.year() == last.year();
        match (whole_months, same_year, from.month() == last.month()) {
            (true, true, true) => from.format("%b %Y").to_string(),
            (true, true, false) => format!("{} – {}", from.format("%b"), last.format("%b %Y")),
            (true, false, _) => format!("{} – {}", from.format("%b %Y"), last.format("%b %Y")),
            (false, true, true) if from == last => self.date(from),
            (false, true, true) => format!("{}–{}", from.day(), self.date(last)),
            (false, true, false) => format!("{} – {}", from.format("%-d %b"), self.date(last)),
            (false, false, _) => format!("{} – {}", self.date(from), self.date(last)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Judgment;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    #[test]
    fn amounts_keep_three_digits_on_tiles_and_all_in_tables() {
        let en = Locale::En;
        let money = |cents| Some(Figure::whole(cents));
        assert_eq!(en.tile(money(184_250_000), Unit::Money, "EUR"), "€1.84M");
        assert_eq!(en.tile(money(99_949_000), Unit::Money, "EUR"), "€999.5k");
        assert_eq!(en.tile(money(99_996_000), Unit::Money, "EUR"), "€1.00M");
        assert_eq!(en.tile(money(999_999), Unit::Money, "USD"), "$10,000");
        assert_eq!(en.full(money(-18_432_050), Unit::Money, "CHF"), "−CHF\u{a0}184,321");
        assert_eq!(en.full(None, Unit::Money, "EUR"), NOTHING);
        assert_eq!(en.full(Some(Figure::ratio(20, 30)), Unit::Percent, "EUR"), "66.7%");
        assert_eq!(en.full(Some(Figure::ratio(20, 0)), Unit::Percent, "EUR"), NOTHING);
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
    fn a_change_carries_its_sign_and_never_a_hyphen() {
        let period = Period { from: date("2026-11-09"), until: date("2026-11-16") };
        let change = |tenths, in_points| Change {
            figure: None,
            tenths,
            in_points,
            judgment: Judgment::Neutral,
            against: String::new(),
            period,
        };
        assert_eq!(Locale::En.change(&change(Some(73), false)), "+7.3%");
        assert_eq!(Locale::En.change(&change(Some(-12), true)), "−1.2 pts");
        assert_eq!(Locale::En.change(&change(Some(123_456), false)), "+12,345%");
        assert_eq!(Locale::En.change(&change(None, false)), NOTHING);
    }
}
