//! A language with its conventions, and how numbers and amounts are written in it. The only place that does.

use serde::{Deserialize, Serialize};

use crate::base::money::divide_round;
use crate::metric::{Figure, Unit};
use crate::report::document::Change;
use crate::report::phrase::say;

/// What stands where there is no value.
pub const NOTHING: &str = "–";

/// A language with its conventions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English: 1,234.5, €1,234 and 22 Nov 2026.
    #[default]
    En,
    /// German: 1.234,5, 1.234 € and 22. Nov. 2026.
    De,
    /// Ukrainian: 1 234,5, 1 234 € and 22 листоп. 2026.
    Uk,
}

/// A blank that does not break.
const BLANK: char = '\u{a0}';

impl Locale {
    /// Every language.
    pub const ALL: [Locale; 3] = [Locale::En, Locale::De, Locale::Uk];

    /// The names a template may use.
    pub const CHOICES: &[(&str, Locale)] = &[("en", Locale::En), ("de", Locale::De), ("uk", Locale::Uk)];

    /// The language tag a PDF and a page carry.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en-GB",
            Locale::De => "de-DE",
            Locale::Uk => "uk-UA",
        }
    }

    /// Between groups of three digits, and before the decimals.
    fn separators(self) -> (char, char) {
        match self {
            Locale::En => (',', '.'),
            Locale::De => ('.', ','),
            Locale::Uk => (BLANK, ','),
        }
    }

    /// `12,408`, with a true minus.
    pub fn integer(self, value: i64) -> String {
        let sign = if value < 0 { "−" } else { "" };
        format!("{sign}{}", self.grouped(&value.unsigned_abs().to_string()))
    }

    fn grouped(self, digits: &str) -> String {
        let mut text = String::with_capacity(digits.len() * 4 / 3);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(self.separators().0);
            }
            text.push(digit);
        }
        text
    }

    /// A size with so many decimals; the sign is the caller's.
    fn decimal(self, size: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", size.abs());
        match text.split_once('.') {
            Some((whole, part)) => format!("{}{}{part}", self.grouped(whole), self.separators().1),
            None => self.grouped(&text),
        }
    }

    /// `1,234.5` from tenths.
    pub fn tenths(self, tenths: i64) -> String {
        let sign = if tenths < 0 { "−" } else { "" };
        format!("{sign}{}{}{}", self.integer((tenths / 10).abs()), self.separators().1, (tenths % 10).abs())
    }

    /// A number of hundredths: `1.04`.
    pub fn hundredths(self, hundredths: i64) -> String {
        let sign = if hundredths < 0 { "−" } else { "" };
        let whole = self.integer((hundredths / 100).abs());
        format!("{sign}{whole}{}{:02}", self.separators().1, (hundredths % 100).abs())
    }

    /// A number that is already written, as a percentage: `66.7%`, `66,7 %`.
    pub fn percent(self, number: &str) -> String {
        match self {
            Locale::De => format!("{number}{BLANK}%"),
            Locale::En | Locale::Uk => format!("{number}%"),
        }
    }

    /// `€`, or the code where no sign is known to everybody.
    pub fn symbol(self, currency: &str) -> &str {
        match currency {
            "EUR" => "€",
            "USD" => "$",
            "GBP" => "£",
            "JPY" => "¥",
            "INR" => "₹",
            "UAH" => "₴",
            code => code,
        }
    }

    /// Whether the currency stands before the number, and whether a blank parts them.
    pub fn currency_place(self, currency: &str) -> (bool, bool) {
        match self {
            Locale::En => (true, self.symbol(currency).len() >= 3 && self.symbol(currency).is_ascii()),
            Locale::De | Locale::Uk => (false, true),
        }
    }

    /// A number that is already written, as an amount; the sign stands before everything.
    fn priced(self, is_negative: bool, number: &str, currency: &str) -> String {
        let (sign, symbol) = (if is_negative { "−" } else { "" }, self.symbol(currency));
        match self.currency_place(currency) {
            (true, false) => format!("{sign}{symbol}{number}"),
            (true, true) => format!("{sign}{symbol}{BLANK}{number}"),
            (false, _) => format!("{sign}{number}{BLANK}{symbol}"),
        }
    }

    /// An amount in whole units: `€184,320`.
    fn amount(self, cents: i64, currency: &str) -> String {
        let whole = divide_round(i128::from(cents), 100).map_or(0, |v| v as i64);
        self.priced(whole < 0, &self.integer(whole.abs()), currency)
    }

    /// A value in full, as a table and a sentence show it: `€184,320`, `66.7%`, `34.2 days`.
    pub fn full(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        let Some(value) = figure.and_then(|f| f.value(unit)) else { return NOTHING.to_owned() };
        let tenths = || self.tenths((value * 10.0).round() as i64);
        let words = self.phrases();
        match unit {
            Unit::Count => self.integer(value as i64),
            Unit::Money => self.amount(value as i64, currency),
            Unit::Percent => self.percent(&tenths()),
            Unit::Days => say(words.days, &[&tenths()]),
            Unit::Weeks => say(words.weeks, &[&tenths()]),
            Unit::Minutes => say(words.minutes, &[&tenths()]),
            Unit::Mean => tenths(),
            Unit::Index => self.hundredths((value * 100.0).round() as i64),
        }
    }

    /// A value in a table's cell, where the heading carries the unit: `34.2`.
    pub fn cell(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        match unit {
            Unit::Days | Unit::Weeks | Unit::Minutes => self.full(figure, Unit::Mean, currency),
            Unit::Count | Unit::Money | Unit::Percent | Unit::Mean | Unit::Index => self.full(figure, unit, currency),
        }
    }

    /// A value large on a tile: amounts of five digits and counts of nine are shortened to `€184.3k`, `€1.84M`.
    pub fn tile(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        match (unit, figure.and_then(|f| f.rounded())) {
            (Unit::Money, Some(cents)) if cents.abs() >= 1_000_000 => {
                self.priced(cents < 0, &self.short(cents.abs() as f64 / 100.0), currency)
            }
            (Unit::Count, Some(count)) if count.abs() >= 100_000_000 => {
                let sign = if count < 0 { "−" } else { "" };
                format!("{sign}{}", self.short(count.abs() as f64))
            }
            _ => self.full(figure, unit, currency),
        }
    }

    /// A value as short as it can be said beside an axis that names the unit: `1.84M`, `66.7%`, `34.2`.
    pub fn bare(self, figure: Option<Figure>, unit: Unit) -> String {
        match (unit, figure.and_then(|f| f.rounded())) {
            (Unit::Money, Some(cents)) if cents.abs() < 100_000 => self.integer(cents / 100),
            (Unit::Money, Some(cents)) => {
                format!("{}{}", if cents < 0 { "−" } else { "" }, self.short(cents.abs() as f64 / 100.0))
            }
            (Unit::Count, Some(count)) if count.abs() >= 10_000 => {
                format!("{}{}", if count < 0 { "−" } else { "" }, self.short(count.abs() as f64))
            }
            _ => self.cell(figure, unit, ""),
        }
    }

    /// A value as a label among many: like on a tile, but never with more than three significant digits.
    pub fn brief(self, figure: Option<Figure>, unit: Unit, currency: &str) -> String {
        match (unit, figure.and_then(|f| f.rounded())) {
            (Unit::Money, Some(cents)) if cents.abs() >= 1_000_000 => {
                self.priced(cents < 0, &self.scaled(cents.abs() as f64 / 100.0, 99.95), currency)
            }
            _ => self.tile(figure, unit, currency),
        }
    }

    /// Three or four significant digits and a magnitude.
    fn short(self, size: f64) -> String {
        self.scaled(size, 999.95)
    }

    /// A size with its magnitude, with a decimal below `whole_from` of it.
    fn scaled(self, size: f64, whole_from: f64) -> String {
        let words = self.phrases();
        let (scaled, suffix) = match size {
            v if v >= 999_500_000_000.0 => (v / 1e12, words.trillion),
            v if v >= 999_500_000.0 => (v / 1e9, words.billion),
            v if v >= 999_500.0 => (v / 1e6, words.million),
            v => (v / 1e3, words.thousand),
        };
        let decimals = if scaled < 9.995 { 2 } else { usize::from(scaled < whole_from) };
        format!("{}{suffix}", self.decimal(scaled, decimals))
    }

    /// A tick of an axis, in the unit's own measure (whole currency units for amounts).
    pub fn tick(self, value: f64, unit: Unit, currency: &str) -> String {
        let words = self.phrases();
        let trimmed = |size: f64, decimals: usize| {
            let fits = |d: &usize| {
                let scale = 10f64.powi(*d as i32);
                ((size * scale).round() / scale - size).abs() < 1e-9 * size.max(1.0)
            };
            self.decimal(size, (0..decimals).find(fits).unwrap_or(decimals))
        };
        let short = match value.abs() {
            m if m >= 1e12 => format!("{}{}", trimmed(m / 1e12, 2), words.trillion),
            m if m >= 1e9 => format!("{}{}", trimmed(m / 1e9, 2), words.billion),
            m if m >= 1e6 => format!("{}{}", trimmed(m / 1e6, 2), words.million),
            m if m >= 1e4 || (m >= 1e3 && unit == Unit::Money) => format!("{}{}", trimmed(m / 1e3, 1), words.thousand),
            m => trimmed(m, 2),
        };
        let sign = if value < 0.0 { "−" } else { "" };
        match unit {
            Unit::Money => self.priced(value < 0.0, &short, currency),
            Unit::Percent => format!("{sign}{}", self.percent(&short)),
            Unit::Count | Unit::Days | Unit::Weeks | Unit::Minutes | Unit::Mean | Unit::Index => {
                format!("{sign}{short}")
            }
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
        match change.in_points {
            true => format!("{sign}{}", say(self.phrases().points, &[&size])),
            false => format!("{sign}{}", self.percent(&size)),
        }
    }

    /// The shares of a whole in whole percent that sum to 100 (largest remainder); `<1%` for what would round away.
    /// Parts below zero have no share.
    pub fn shares(self, parts: &[i64]) -> Vec<String> {
        let percents = shares(parts);
        let text = |(part, percent): (&i64, i64)| match (*part > 0, percent) {
            (false, _) if *part < 0 => NOTHING.to_owned(),
            (true, 0) => format!("<{}", self.percent("1")),
            (_, percent) => self.percent(&percent.to_string()),
        };
        parts.iter().zip(percents).map(text).collect()
    }
}

/// Whole percents of the positive parts that sum to 100: each is rounded down, and what is left goes to the largest
/// remainders (to the larger part, then to the first, where remainders are equal).
pub fn shares(parts: &[i64]) -> Vec<i64> {
    let size = |part: &i64| i128::from(*part).max(0) * 100;
    let whole: i128 = parts.iter().map(|part| i128::from(*part).max(0)).sum();
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let mut percents: Vec<i64> = parts.iter().map(|part| (size(part) / whole) as i64).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|at| (-(size(&parts[*at]) % whole), -parts[*at], *at));
    let left = 100 - percents.iter().sum::<i64>();
    order.into_iter().take(left as usize).for_each(|at| percents[at] += 1);
    percents
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::base::Period;
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

    #[test]
    fn each_language_writes_numbers_and_amounts_its_own_way() {
        let money = Some(Figure::whole(-18_432_050));
        let (de, uk) = (Locale::De, Locale::Uk);
        assert_eq!(de.full(money, Unit::Money, "EUR"), "−184.321\u{a0}€");
        assert_eq!(de.tile(Some(Figure::whole(184_250_000)), Unit::Money, "EUR"), "1,84\u{a0}Mio.\u{a0}€");
        assert_eq!(de.full(Some(Figure::ratio(20, 30)), Unit::Percent, "EUR"), "66,7\u{a0}%");
        assert_eq!(de.tick(2_500_000.0, Unit::Money, "EUR"), "2,5\u{a0}Mio.\u{a0}€");
        assert_eq!(uk.full(money, Unit::Money, "UAH"), "−184\u{a0}321\u{a0}₴");
        assert_eq!(uk.full(Some(Figure::ratio(342, 10)), Unit::Days, "UAH"), "34,2\u{a0}дн.");
        assert_eq!(Locale::En.tile(Some(Figure::whole(123_456_789_012_345)), Unit::Money, "USD"), "$1.23T");
    }

    proptest::proptest! {
        #[test]
        fn shares_sum_to_a_hundred_and_none_is_a_percent_off(parts in proptest::collection::vec(-5i64..1_000_000_000_000, 1..12)) {
            let whole: i64 = parts.iter().filter(|p| **p > 0).sum();
            let percents = shares(&parts);
            proptest::prop_assert_eq!(percents.iter().sum::<i64>(), if whole == 0 { 0 } else { 100 });
            for (part, percent) in parts.iter().zip(percents) {
                let exact = if whole == 0 { 0.0 } else { (*part).max(0) as f64 * 100.0 / whole as f64 };
                proptest::prop_assert!((percent as f64 - exact).abs() < 1.0);
            }
        }
    }
}
