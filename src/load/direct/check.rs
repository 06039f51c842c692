//! The contract, asked of a row as it is on the wire: sound beyond doubt, or for the frames to tell what is wrong.

use crate::load::row::{int, long};
use crate::load::violation::CALENDAR_DAYS;
use crate::source::contract::place;
use crate::source::copy::{DAY_MICROS, EPOCH_DAYS, EPOCH_MICROS};
use crate::source::{ColumnType, Entity, Rule};

/// The fields of one row.
pub(super) type Fields<'a> = [Option<&'a [u8]>];

/// What every sound row of an entity satisfies.
pub(super) struct Checks {
    tests: Vec<Test>,
}

enum Test {
    /// Not null.
    There(usize),
    /// Null, or of so many bytes.
    Wide(usize, usize),
    /// Null, or a day of the calendar.
    Date(usize),
    /// Null, or an instant of a day of the calendar.
    Instant(usize),
    OneOf(usize, &'static [&'static str]),
    AtLeast(usize, i64),
    AtMost(usize, i64),
    /// The second day is not before the first.
    NotBefore(usize, usize),
    /// When the first has the value, the second is there.
    Requires(usize, &'static str, usize),
}

impl Checks {
    /// The checks of an entity; none when it has a rule that is not known here.
    pub fn of(entity: &Entity) -> Option<Checks> {
        let mut tests = Vec::new();
        for (at, column) in entity.columns.iter().enumerate() {
            if !column.is_optional {
                tests.push(Test::There(at));
            }
            match column.column_type {
                ColumnType::Bool => tests.push(Test::Wide(at, 1)),
                ColumnType::Int => tests.push(Test::Wide(at, 4)),
                ColumnType::Bigint => tests.push(Test::Wide(at, 8)),
                ColumnType::Date => tests.push(Test::Date(at)),
                ColumnType::Timestamp => tests.push(Test::Instant(at)),
                ColumnType::Text => {}
                ColumnType::Json | ColumnType::Numeric | ColumnType::Decimal => return None,
            }
        }
        for rule in entity.rules {
            tests.push(match *rule {
                Rule::OneOf(column, allowed) => Test::OneOf(place(entity, column), allowed),
                Rule::AtLeast(column, limit) => Test::AtLeast(place(entity, column), limit),
                Rule::AtMost(column, limit) => Test::AtMost(place(entity, column), limit),
                Rule::NotBefore(first, second) => Test::NotBefore(place(entity, first), place(entity, second)),
                Rule::Requires(column, value, required) => {
                    Test::Requires(place(entity, column), value, place(entity, required))
                }
                Rule::NotAbove(..) | Rule::Positive(_) | Rule::Code(_) | Rule::Before(..) => return None,
            });
        }
        Some(Checks { tests })
    }

    /// Whether the row breaks nothing.
    pub fn are_met(&self, row: &Fields<'_>) -> bool {
        self.tests.iter().all(|test| test.is_met(row))
    }
}

impl Test {
    fn is_met(&self, row: &Fields<'_>) -> bool {
        match *self {
            Test::There(at) => row[at].is_some(),
            Test::Wide(at, width) => row[at].is_none_or(|field| field.len() == width),
            Test::Date(at) | Test::Instant(at) => row[at].is_none_or(|field| {
                day_of(field).is_some_and(|day| CALENDAR_DAYS.contains(&(i64::from(day) + i64::from(EPOCH_DAYS))))
            }),
            Test::OneOf(at, allowed) => row[at].is_none_or(|field| allowed.iter().any(|a| a.as_bytes() == field)),
            Test::AtLeast(at, limit) => row[at].is_none_or(|field| number_of(field).is_some_and(|n| n >= limit)),
            Test::AtMost(at, limit) => row[at].is_none_or(|field| number_of(field).is_some_and(|n| n <= limit)),
            Test::NotBefore(first, second) => match (row[first], row[second]) {
                (Some(first), Some(second)) => {
                    matches!((day_of(first), day_of(second)), (Some(first), Some(second)) if second >= first)
                }
                _ => true,
            },
            Test::Requires(at, value, required) => row[at] != Some(value.as_bytes()) || row[required].is_some(),
        }
    }
}

/// The day of a date or an instant on the wire, in days since 2000-01-01; none for any other width and what has no day.
pub(super) fn day_of(field: &[u8]) -> Option<i32> {
    match field.len() {
        4 => Some(int(field, 0)).filter(|day| *day != i32::MIN && *day != i32::MAX),
        8 => i32::try_from(long(field, 0).div_euclid(DAY_MICROS)).ok(),
        _ => None,
    }
}

fn number_of(field: &[u8]) -> Option<i64> {
    match field.len() {
        4 => Some(i64::from(int(field, 0))),
        8 => Some(long(field, 0)),
        _ => None,
    }
}

/// An instant as the wire counts it: microseconds since 2000-01-01.
pub(super) fn wire_micros(at: chrono::DateTime<chrono::Utc>) -> i64 {
    at.timestamp_micros() - EPOCH_MICROS
}
