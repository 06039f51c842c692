//! One cell of a CSV file as the contract types it, in the words SQL has for a value.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};

use crate::source::ColumnType;
use crate::source::copy::{write_date, write_field, write_json, write_numeric, write_timestamp};

/// Appends the cell as a field of binary COPY; an empty cell is null. Otherwise what was expected, in words.
pub(super) fn write_cell(bytes: &mut Vec<u8>, column_type: ColumnType, cell: &str) -> Result<(), &'static str> {
    if cell.is_empty() {
        write_field(bytes, None);
        return Ok(());
    }
    match column_type {
        ColumnType::Text if cell.contains('\0') => return Err("text without a zero byte"),
        ColumnType::Text => write_field(bytes, Some(cell.as_bytes())),
        ColumnType::Int => {
            let number: i32 = cell.parse().map_err(|_| "a whole number of at most nine digits")?;
            write_field(bytes, Some(&number.to_be_bytes()));
        }
        ColumnType::Bigint => {
            let number: i64 = cell.parse().map_err(|_| "a whole number, such as 125000")?;
            write_field(bytes, Some(&number.to_be_bytes()));
        }
        ColumnType::Numeric => write_numeric(bytes, Some(scaled(cell).ok_or("a decimal number, such as 1249.50")?)),
        ColumnType::Decimal => {
            let (_, digits) = sign_and_digits(cell);
            is_decimal(digits).then_some(()).ok_or("a decimal number, such as 1.0850")?;
            write_field(bytes, Some(cell.as_bytes()));
        }
        ColumnType::Bool => write_field(bytes, Some(&[u8::from(truth(cell).ok_or("true or false")?)])),
        ColumnType::Date => {
            let date: NaiveDate = cell.parse().map_err(|_| "a date, such as 2025-01-31")?;
            is_of_the_calendar(date).then_some(()).ok_or("a day of 1990 to 2100")?;
            write_date(bytes, Some(date.to_epoch_days()));
        }
        ColumnType::Timestamp => {
            let instant = instant(cell).ok_or("an instant, such as 2025-01-31 17:30:00+01:00; UTC without a zone")?;
            is_of_the_calendar(instant.date_naive()).then_some(()).ok_or("a day of 1990 to 2100")?;
            write_timestamp(bytes, Some(instant.timestamp_micros()));
        }
        ColumnType::Json => {
            serde_json::from_str::<serde::de::IgnoredAny>(cell).map_err(|_| "JSON, such as [\"vip\"]")?;
            write_json(bytes, Some(cell));
        }
    }
    Ok(())
}

fn is_of_the_calendar(date: NaiveDate) -> bool {
    (1990..=2100).contains(&date.year())
}

/// The words Postgres takes for a boolean.
fn truth(cell: &str) -> Option<bool> {
    match cell.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// With its zone, or UTC without one; a day alone is its midnight.
fn instant(cell: &str) -> Option<DateTime<Utc>> {
    let cell = cell.replacen('T', " ", 1).replace('Z', "+00:00");
    const ZONED: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z"];
    const PLAIN: [&str; 2] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let zoned = ZONED.iter().find_map(|form| DateTime::parse_from_str(&cell, form).ok()).map(|at| at.to_utc());
    let plain = || PLAIN.iter().find_map(|form| NaiveDateTime::parse_from_str(&cell, form).ok());
    let midnight = || cell.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0));
    zoned.or_else(|| plain().or_else(midnight).map(|at| at.and_utc()))
}

fn sign_and_digits(cell: &str) -> (i64, &str) {
    match cell.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, cell.strip_prefix('+').unwrap_or(cell)),
    }
}

fn is_decimal(digits: &str) -> bool {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

/// Decimal text × 10⁴, half away from zero.
fn scaled(cell: &str) -> Option<i64> {
    let (sign, digits) = sign_and_digits(cell);
    if !is_decimal(digits) {
        return None;
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let kept: String = fraction.chars().chain("0000".chars()).take(4).collect();
    let is_rounded_up = fraction.as_bytes().get(4).is_some_and(|digit| *digit >= b'5');
    let number = whole.parse::<i64>().ok()?.checked_mul(10_000)?.checked_add(kept.parse().ok()?)?;
    number.checked_add(i64::from(is_rounded_up)).map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_four_decimals_and_round_half_away_from_zero() {
        for (cell, expected) in [("1249.5", 12_495_000), ("-0.00005", -1), ("+7", 70_000), ("0.00004", 0)] {
            assert_eq!(scaled(cell), Some(expected), "{cell}");
        }
        for cell in ["1,5", "1.", ".5", "1e3", "NaN", "12 000", "999999999999999999"] {
            assert_eq!(scaled(cell), None, "{cell}");
        }
    }

    #[test]
    fn an_instant_may_name_its_zone_and_is_utc_otherwise() {
        let micros = |cell| instant(cell).map(|at| at.to_rfc3339());
        for cell in ["2025-01-31 17:30+01", "2025-01-31T16:30:00Z", "2025-01-31 16:30", "2025-01-31 16:30:00.000+00:00"]
        {
            assert_eq!(micros(cell).as_deref(), Some("2025-01-31T16:30:00+00:00"), "{cell}");
        }
        assert_eq!(micros("2025-01-31").as_deref(), Some("2025-01-31T00:00:00+00:00"));
        for cell in ["31.01.2025", "2025-02-30", "tomorrow", "16:30", "infinity"] {
            assert_eq!(micros(cell), None, "{cell}");
        }
    }

    #[test]
    fn what_is_no_value_of_the_type_says_what_was_expected() {
        let told = |column_type, cell| write_cell(&mut Vec::new(), column_type, cell).expect_err(cell);
        assert!(told(ColumnType::Int, "2147483648").contains("whole number"));
        assert!(told(ColumnType::Date, "2025-13-01").contains("2025-01-31"));
        assert!(told(ColumnType::Date, "0001-01-01").contains("1990 to 2100"));
        assert!(told(ColumnType::Timestamp, "9999-01-01 00:00").contains("1990 to 2100"));
        assert!(told(ColumnType::Bool, "perhaps").contains("true or false"));
        assert!(told(ColumnType::Json, "[vip]").contains("JSON"));
        assert!(told(ColumnType::Decimal, "1e-3").contains("decimal"));
        let mut bytes = Vec::new();
        write_cell(&mut bytes, ColumnType::Bigint, "").expect("null");
        assert_eq!(bytes, (-1i32).to_be_bytes());
    }
}
