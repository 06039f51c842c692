//! Sums over a cube: by days, by filter, by member. Everything a formula needs.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use polars::prelude::*;

use crate::base::Period;

/// A cube's frame, ordered by day, ready to be summed over spans of days.
pub struct DayCube<'c> {
    frame: &'c DataFrame,
    days: Vec<i32>,
}

/// A condition on a text column: the value is one of these.
pub type Filter = (&'static str, &'static [&'static str]);

impl<'c> DayCube<'c> {
    /// Wraps a frame whose column `day` ascends.
    pub fn new(frame: &'c DataFrame) -> PolarsResult<Self> {
        let days = frame.column("day")?.i32()?.iter().flatten().collect();
        Ok(Self { frame, days })
    }

    /// The first day with a row.
    pub fn first_date(&self) -> Option<NaiveDate> {
        self.days.first().map(|d| date_of(*d))
    }

    /// Rows before the day `until` begins.
    fn before(&self, until: NaiveDate) -> Range<usize> {
        0..self.days.partition_point(|d| *d < day_of(until))
    }

    fn within(&self, period: Period) -> Range<usize> {
        self.days.partition_point(|d| *d < day_of(period.from))
            ..self.days.partition_point(|d| *d < day_of(period.until))
    }

    fn cut(&self, rows: Range<usize>, filters: &[Filter]) -> PolarsResult<DataFrame> {
        let mut frame = self.frame.slice(rows.start as i64, rows.len());
        for (name, allowed) in filters {
            let values = frame.column(name)?.str()?;
            let mask: BooleanChunked = values.iter().map(|v| Some(v.is_some_and(|v| allowed.contains(&v)))).collect();
            frame = frame.filter(&mask)?;
        }
        Ok(frame)
    }

    /// The sum of a flow over a period.
    pub fn flow(&self, column: &str, filters: &[Filter], period: Period) -> PolarsResult<i64> {
        total(&self.cut(self.within(period), filters)?, column)
    }

    /// The sum of a flow over a period, by member of `dimension`.
    pub fn flow_by(
        &self,
        column: &str,
        filters: &[Filter],
        dimension: &str,
        period: Period,
    ) -> PolarsResult<BTreeMap<String, i64>> {
        totals(&self.cut(self.within(period), filters)?, dimension, column)
    }

    /// The stock at the end of a period: all movements before `until`.
    pub fn stock(&self, column: &str, filters: &[Filter], until: NaiveDate) -> PolarsResult<i64> {
        total(&self.cut(self.before(until), filters)?, column)
    }

    /// The stock at the end of a period, by member of `dimension`.
    pub fn stock_by(
        &self,
        column: &str,
        filters: &[Filter],
        dimension: &str,
        until: NaiveDate,
    ) -> PolarsResult<BTreeMap<String, i64>> {
        totals(&self.cut(self.before(until), filters)?, dimension, column)
    }

    /// One value a day over a period, without gaps.
    pub fn series(&self, column: &str, filters: &[Filter], period: Period) -> PolarsResult<Vec<i64>> {
        let frame = self.cut(self.within(period), filters)?;
        let mut values = vec![0; period.days().max(0) as usize];
        let first = day_of(period.from);
        for (day, value) in frame.column("day")?.i32()?.iter().zip(frame.column(column)?.i64()?.iter()) {
            if let (Some(day), Some(value)) = (day, value) {
                values[(day - first) as usize] += value;
            }
        }
        Ok(values)
    }
}

fn total(frame: &DataFrame, column: &str) -> PolarsResult<i64> {
    Ok(frame.column(column)?.i64()?.sum().unwrap_or(0))
}

fn totals(frame: &DataFrame, dimension: &str, column: &str) -> PolarsResult<BTreeMap<String, i64>> {
    let members = frame.column(dimension)?.str()?;
    let mut totals = BTreeMap::new();
    for (member, value) in members.iter().zip(frame.column(column)?.i64()?.iter()) {
        *totals.entry(member.unwrap_or("unknown").to_owned()).or_insert(0) += value.unwrap_or(0);
    }
    Ok(totals)
}

/// Days since 1970-01-01.
pub fn day_of(date: NaiveDate) -> i32 {
    (date - NaiveDate::default()).num_days() as i32
}

/// The date of a day since 1970-01-01.
pub fn date_of(day: i32) -> NaiveDate {
    NaiveDate::default() + chrono::TimeDelta::days(i64::from(day))
}
