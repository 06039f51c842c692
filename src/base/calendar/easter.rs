//! The date of Easter, from which most movable holidays of Europe are counted.

use chrono::{Days, NaiveDate};

/// Whose Easter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Church {
    /// By the Gregorian calendar.
    Western,
    /// By the Julian calendar.
    Orthodox,
}

/// Easter Sunday of a year, as a date of the Gregorian calendar.
pub fn easter(church: Church, year: i32) -> Option<NaiveDate> {
    match church {
        Church::Western => gregorian(year),
        Church::Orthodox => julian(year),
    }
}

/// The anonymous Gregorian computus (Meeus, Astronomical Algorithms, 1991, chapter 8; after Jones 1922 and Butcher
/// 1876). The letters are his.
fn gregorian(year: i32) -> Option<NaiveDate> {
    let a = year % 19;
    let (b, c) = (year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let f = (b + 8) / 25;
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

/// Meeus's Julian computus (the same chapter), moved from the Julian calendar to ours.
fn julian(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 4, year % 7, year % 19);
    let d = (19 * c + 15) % 30;
    let e = (2 * a + 4 * b - d + 34) % 7;
    let n = d + e + 114;
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)?;
    // Thirteen days from 1900 to 2099.
    let behind = year / 100 - year / 400 - 2;
    date.checked_add_days(Days::new(u64::try_from(behind).ok()?))
}
