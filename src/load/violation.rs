//! Which rows of a frame break the contract, and why.

use polars::prelude::*;

use crate::source::copy::DAY_MICROS;
use crate::source::{ColumnType, Entity, Rule};

/// Adds a text column `violation`: null for a sound row, otherwise every broken rule in words.
///
/// The rows stay in the frame; the load moves them to quarantine, so that none is lost silently.
pub fn mark_violations(frame: &mut DataFrame, entity: &Entity) -> PolarsResult<u64> {
    let mut reasons: Vec<Option<String>> = vec![None; frame.height()];
    for column in entity.columns.iter().filter(|c| !c.is_optional) {
        let is_null = frame.column(column.name)?.is_null();
        note(&mut reasons, &is_null, |_| format!("{} is null", column.name));
    }
    for column in entity.columns {
        if is_of_the_calendar(frame, column)? {
            continue;
        }
        let days = days(frame, entity, column.name)?;
        let is_absurd: BooleanChunked = days.iter().map(|d| d.map(|d| !CALENDAR_DAYS.contains(&d))).collect();
        note(&mut reasons, &is_absurd, |row| {
            let day = days.get(row).map_or_else(String::new, day_in_words);
            format!("{} is {day}, expected a day of 1990 to 2100", column.name)
        });
    }
    for rule in entity.rules {
        check_rule(frame, entity, rule, &mut reasons)?;
    }
    let broken = reasons.iter().flatten().count() as u64;
    frame.with_column(
        StringChunked::from_iter_options("violation".into(), reasons.into_iter()).into_series().into_column(),
    )?;
    Ok(broken)
}

fn check_rule(frame: &DataFrame, entity: &Entity, rule: &Rule, reasons: &mut [Option<String>]) -> PolarsResult<()> {
    match *rule {
        Rule::OneOf(name, allowed) => {
            let values = frame.column(name)?.str()?;
            let is_broken: BooleanChunked =
                values.iter().map(|v| Some(v.is_some_and(|v| !allowed.contains(&v)))).collect();
            note(reasons, &is_broken, |row| {
                let value = values.get(row).unwrap_or_default();
                format!("{name} is `{value}`, expected one of {}", allowed.join(", "))
            });
        }
        Rule::AtLeast(name, limit) => {
            let values = whole_numbers(frame, name)?;
            note(reasons, &values.lt(limit), |row| {
                format!("{name} is {}, expected at least {limit}", values.get(row).unwrap_or_default())
            });
        }
        Rule::AtMost(name, limit) => {
            let values = whole_numbers(frame, name)?;
            note(reasons, &values.gt(limit), |row| {
                format!("{name} is {}, expected at most {limit}", values.get(row).unwrap_or_default())
            });
        }
        Rule::NotAbove(first, second) => {
            let is_broken = pairs(&whole_numbers(frame, first)?, &whole_numbers(frame, second)?, |a, b| b > a);
            note(reasons, &is_broken, |_| format!("{second} is above {first}"));
        }
        Rule::NotBefore(first, second) => {
            let is_broken = pairs(&days(frame, entity, first)?, &days(frame, entity, second)?, |a, b| b < a);
            note(reasons, &is_broken, |_| format!("{second} is before {first}"));
        }
        Rule::Before(first, second) => {
            let is_broken = pairs(&days(frame, entity, first)?, &days(frame, entity, second)?, |a, b| b <= a);
            note(reasons, &is_broken, |_| format!("{second} is not after {first}"));
        }
        Rule::Positive(name) => {
            let values = frame.column(name)?.str()?;
            let is_positive = |v: &str| !v.starts_with('-') && v.contains(|c: char| ('1'..='9').contains(&c));
            let is_broken: BooleanChunked = values.iter().map(|v| v.map(|v| !is_positive(v))).collect();
            note(reasons, &is_broken, |row| {
                format!("{name} is {}, expected a number above zero", values.get(row).unwrap_or_default())
            });
        }
        Rule::Code(name) => {
            let values = frame.column(name)?.str()?;
            let is_code = |v: &str| v.len() == 3 && v.chars().all(|c| c.is_ascii_uppercase());
            let is_broken: BooleanChunked = values.iter().map(|v| v.map(|v| !is_code(v))).collect();
            note(reasons, &is_broken, |row| {
                let value = values.get(row).unwrap_or_default();
                format!("{name} is `{value}`, expected an ISO 4217 code such as EUR")
            });
        }
        Rule::Requires(name, value, required) => {
            let values = frame.column(name)?.str()?;
            let is_missing = frame.column(required)?.is_null();
            let is_broken: BooleanChunked =
                values.iter().zip(is_missing.iter()).map(|(v, m)| Some(v == Some(value) && m == Some(true))).collect();
            note(reasons, &is_broken, |_| format!("{required} is null although {name} is {value}"));
        }
    }
    Ok(())
}

/// Where both numbers are there and the test holds.
fn pairs(first: &Int64Chunked, second: &Int64Chunked, is_broken: impl Fn(i64, i64) -> bool) -> BooleanChunked {
    first
        .iter()
        .zip(second.iter())
        .map(|(a, b)| Some(matches!((a, b), (Some(a), Some(b)) if is_broken(a, b))))
        .collect()
}

/// Adds a reason to each row the mask names.
fn note(reasons: &mut [Option<String>], mask: &BooleanChunked, tell: impl Fn(usize) -> String) {
    if !mask.any() {
        return;
    }
    for (row, is_broken) in mask.iter().enumerate() {
        if is_broken == Some(true) {
            let told = tell(row);
            match &mut reasons[row] {
                Some(reason) => *reason = format!("{reason}; {told}"),
                empty => *empty = Some(told),
            }
        }
    }
}

fn whole_numbers(frame: &DataFrame, name: &str) -> PolarsResult<Int64Chunked> {
    Ok(frame.column(name)?.cast(&DataType::Int64)?.i64()?.clone())
}

/// Days since 1970 of a date or timestamptz column.
fn days(frame: &DataFrame, entity: &Entity, name: &str) -> PolarsResult<Int64Chunked> {
    let numbers = whole_numbers(frame, name)?;
    let is_timestamp = entity.columns.iter().any(|c| c.name == name && c.column_type == ColumnType::Timestamp);
    Ok(if is_timestamp { numbers.apply_values(|micros| micros.div_euclid(DAY_MICROS)) } else { numbers })
}

/// Whether no value of the column lies outside the calendar. One pass over plain numbers: nearly every frame ends here.
fn is_of_the_calendar(frame: &DataFrame, column: &crate::source::Column) -> PolarsResult<bool> {
    let (from, until) = (CALENDAR_DAYS.start, CALENDAR_DAYS.end);
    Ok(match column.column_type {
        ColumnType::Date => {
            let days = frame.column(column.name)?.i32()?;
            days.downcast_iter().all(|a| a.iter().flatten().all(|d| (from..until).contains(&i64::from(*d))))
        }
        ColumnType::Timestamp => {
            let instants = frame.column(column.name)?.i64()?;
            let (from, until) = (from * DAY_MICROS, until * DAY_MICROS);
            instants.downcast_iter().all(|a| a.iter().flatten().all(|m| (from..until).contains(m)))
        }
        _ => true,
    })
}

/// 1990-01-01 until 2101-01-01 in days since 1970: what the calendar of the star holds.
pub(super) const CALENDAR_DAYS: std::ops::Range<i64> = 7_305..47_847;

fn day_in_words(day: i64) -> String {
    let date = i32::try_from(day).ok().and_then(chrono::NaiveDate::from_epoch_days);
    date.map_or_else(|| if day > 0 { "infinity" } else { "-infinity" }.to_owned(), |date| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::contract;

    #[test]
    fn a_row_says_everything_that_is_wrong_with_it() {
        let deal = contract::find("deal").expect("an entity");
        let mut columns: Vec<Column> = Vec::new();
        for column in deal.columns {
            let name = PlSmallStr::from_static(column.name);
            columns.push(match (column.name, column.column_type) {
                ("stage", _) => Column::new(name, ["closed_won", "won", "lead"]),
                ("value_cents", _) => Column::new(name, [Some(1i64), Some(-5), None]),
                ("created_at", _) => {
                    Column::new(name, [DAY_MICROS * 20_000, 0, 0].map(|m: i64| m.max(DAY_MICROS * 10_000)))
                }
                ("actual_close_date", _) => Column::new(name, [Some(19_999i32), None, None]),
                (_, ColumnType::Int | ColumnType::Date) => Column::new(name, [None::<i32>; 3]),
                (_, ColumnType::Bigint | ColumnType::Timestamp) => Column::new(name, [None::<i64>; 3]),
                _ => Column::new(name, ["x"; 3]),
            });
        }
        let mut frame = DataFrame::new(3, columns).expect("a frame");
        assert_eq!(mark_violations(&mut frame, deal).expect("checked"), 3);
        let reasons = frame.column("violation").expect("added").str().expect("texts").clone();
        assert_eq!(reasons.get(0), Some("actual_close_date is before created_at"));
        let second = reasons.get(1).expect("broken");
        assert!(
            second.contains("stage is `won`, expected one of lead")
                && second.contains("value_cents is -5, expected at least 0")
        );
        assert_eq!(reasons.get(2), Some("value_cents is null"));
    }

    #[test]
    fn the_calendar_of_the_star_has_ends_and_infinity_lies_beyond() {
        let words = |(y, m, d)| {
            let date = chrono::NaiveDate::from_ymd_opt(y, m, d).expect("a date");
            CALENDAR_DAYS.contains(&i64::from(date.to_epoch_days()))
        };
        assert!([(1990, 1, 1), (2100, 12, 31)].into_iter().all(words));
        assert!(![(1989, 12, 31), (2101, 1, 1), (1, 1, 1), (9999, 12, 31)].into_iter().any(words));
        assert_eq!(day_in_words(i64::from(i32::MAX)), "infinity");
        assert_eq!(day_in_words(i64::MIN.div_euclid(DAY_MICROS)), "-infinity");
    }
}
