//! Words of a cell as a reader sees them.

use chrono::NaiveDate;

use crate::base::{Grain, Period};
use crate::metric::Cell;
use crate::metric::table::Kind;
use crate::report::document::Category;
use crate::report::locale::{Locale, NOTHING};
use crate::report::phrase::say;
use crate::report::words::heading;

/// A cell of words, or of a whole number that names its row.
pub(super) fn name_cell(cell: &Cell, kind: Kind, locale: Locale, currency: &str) -> String {
    match (cell, kind) {
        (Cell::Nothing, _) => NOTHING.to_owned(),
        (Cell::Text(text), Kind::Word) => locale.term(&heading(text)),
        (Cell::Text(text), Kind::Date) => {
            name_date(text, locale, true).map_or_else(|| text.clone(), |category| category.label)
        }
        (Cell::Text(text), Kind::Band) => name_band(text, locale, currency),
        (Cell::Text(text), _) if text == "none" => locale.term("None"),
        (Cell::Text(text), _) => text.clone(),
        (Cell::Ratio(..), kind) => {
            locale.cell(cell.figure(), kind.unit().unwrap_or(crate::metric::Unit::Count), currency)
        }
    }
}

/// The same as a place on an axis; the first of the axis names its year.
pub(super) fn name_category(cell: &Cell, (kind, is_first): (Kind, bool), locale: Locale, currency: &str) -> Category {
    let date = match (cell, kind) {
        (Cell::Text(text), Kind::Date) => name_date(text, locale, is_first || text.ends_with("-01")),
        _ => None,
    };
    date.unwrap_or_else(|| Category::named(name_cell(cell, kind, locale, currency)))
}

/// `2026-03-14`, `2026-03`, `2026-Q1`, `2026`, or the month `03` of any year.
fn name_date(text: &str, locale: Locale, names_year: bool) -> Option<Category> {
    if text.len() == 2 {
        let from = format!("2000-{text}-01").parse::<NaiveDate>().ok()?;
        return Some(Category::named(locale.month_name(from)));
    }
    let (from, grain) = bucket(text)?;
    let (label, short) = locale.bucket(from, grain, names_year);
    Some(Category { short, ..Category::named(label) })
}

/// The days that such a date covers; the month of any year covers none.
pub(super) fn date_period(text: &str) -> Option<Period> {
    let (from, grain) = bucket(text)?;
    Some(grain.bucket(from))
}

fn bucket(text: &str) -> Option<(NaiveDate, Grain)> {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    Some(match (text.len(), text.split_once("-Q")) {
        (2, _) => return None,
        (_, Some((year, quarter))) => {
            let month = quarter.parse::<u32>().ok()?.checked_sub(1)? * 3 + 1;
            (NaiveDate::from_ymd_opt(year.parse().ok()?, month, 1)?, Grain::Quarter)
        }
        (4, _) => (day(&format!("{text}-01-01"))?, Grain::Year),
        (7, _) => (day(&format!("{text}-01"))?, Grain::Month),
        _ => (day(text)?, Grain::Day),
    })
}

/// `1000–5000` → `€1k–€5k`; a band that is no amounts is a word.
fn name_band(text: &str, locale: Locale, currency: &str) -> String {
    let amount = |digits: &str| {
        let whole: i64 = digits.replace(',', "").trim().parse().ok()?;
        Some(locale.tick(whole as f64, crate::metric::Unit::Money, currency))
    };
    let words = locale.phrases();
    let named = if let Some(digits) = text.strip_suffix('+') {
        amount(digits).map(|from| say(words.and_above, &[&from]))
    } else if let Some(digits) = text.strip_prefix("up to ") {
        amount(digits).map(|to| say(words.up_to, &[&to]))
    } else {
        text.split_once('–').and_then(|(from, to)| Some(format!("{}–{}", amount(from)?, amount(to)?)))
    };
    named.unwrap_or_else(|| locale.term(&heading(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str, kind: Kind, locale: Locale) -> String {
        name_cell(&Cell::Text(text.to_owned()), kind, locale, "EUR")
    }

    #[test]
    fn keys_dates_and_bands_are_said_in_the_readers_language_and_names_as_they_are() {
        assert_eq!(name("closed_won", Kind::Word, Locale::De), "Gewonnen");
        assert_eq!(name("2026-03", Kind::Date, Locale::En), "Mar 2026");
        assert_eq!(name("2026-Q3", Kind::Date, Locale::En), "Q3 2026");
        assert_eq!(name("03", Kind::Date, Locale::En), "Mar");
        assert_eq!(name("2026-03-14", Kind::Date, Locale::De), "14. März 2026");
        assert_eq!(name("spring", Kind::Date, Locale::En), "spring");
        assert_eq!(name("1000–5000", Kind::Band, Locale::En), "€1k–€5k");
        assert_eq!(name("250,000+", Kind::Band, Locale::En), "€250k and above");
        assert_eq!(name("up to 10,000", Kind::Band, Locale::De), "bis 10\u{a0}Tsd.\u{a0}€");
        assert_eq!(name("nothing", Kind::Band, Locale::En), "Nothing");
        assert_eq!(name("closed_won", Kind::Text, Locale::De), "closed_won");
        assert_eq!(name_cell(&Cell::Nothing, Kind::Text, Locale::En, "EUR"), "–");
    }

    #[test]
    fn the_first_month_of_an_axis_and_every_january_name_their_year() {
        let short = |text: &str, is_first| {
            name_category(&Cell::Text(text.to_owned()), (Kind::Date, is_first), Locale::En, "EUR").short
        };
        assert_eq!((short("2025-11", true).as_str(), short("2025-12", false).as_str()), ("Nov ’25", "Dec"));
        assert_eq!(short("2026-01", false), "Jan ’26");
    }
}
