//! Sums over a cube: by days, by filter, by member. Everything a formula needs.
//!
//! A snapshot asks for the same sum over a dozen spans. So a sum is added up once, day by day, and each span is the
//! difference of two days: rows are passed once a sum, however many windows and comparisons there are.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use chrono::NaiveDate;
use polars::prelude::*;

use crate::base::Period;

/// A cube's frame, ordered by day, ready to be summed over spans of days.
pub struct DayCube<'c> {
    frame: &'c DataFrame,
    days: Vec<i32>,
    /// The days before which sums are known, where rows stand for more than their day.
    edges: Option<Vec<i32>>,
    words: RefCell<HashMap<String, Rc<Words>>>,
    sums: RefCell<HashMap<Key, Rc<Sums>>>,
}

/// A condition on a text column: the value is one of these.
pub type Filter = (&'static str, &'static [&'static str]);

/// A sum: of which column, under which conditions, by which dimension.
type Key = (String, Vec<Filter>, Option<String>);

/// A text column as numbers of its words.
struct Words {
    words: Vec<String>,
    /// A row's word.
    rows: Vec<u32>,
}

/// The running sums of each member: after which day how much.
type Sums = BTreeMap<String, Vec<(i32, i64)>>;

impl<'c> DayCube<'c> {
    /// Wraps a frame whose column `day` ascends.
    pub fn new(frame: &'c DataFrame) -> PolarsResult<Self> {
        let days = frame.column("day")?.i32()?.iter().flatten().collect();
        Ok(Self { frame, days, edges: None, words: RefCell::default(), sums: RefCell::default() })
    }

    /// Wraps a frame whose rows stand for all days from one of `edges` up to the next: any other span is an error.
    pub fn at(edges: &[NaiveDate], frame: &'c DataFrame) -> PolarsResult<Self> {
        Ok(Self { edges: Some(edges.iter().copied().map(day_of).collect()), ..Self::new(frame)? })
    }

    /// The sum of a flow over a period.
    pub fn flow(&self, column: &str, filters: &[Filter], period: Period) -> PolarsResult<i64> {
        Ok(self.flows(column, filters, None, period)?.into_values().sum())
    }

    /// The sum of a flow over a period, by member of `dimension`; members without rows in it are left out.
    pub fn flow_by(
        &self,
        column: &str,
        filters: &[Filter],
        dimension: &str,
        period: Period,
    ) -> PolarsResult<BTreeMap<String, i64>> {
        self.flows(column, filters, Some(dimension), period)
    }

    /// The stock at the end of a period: all movements before `until`.
    pub fn stock(&self, column: &str, filters: &[Filter], until: NaiveDate) -> PolarsResult<i64> {
        Ok(self.flows(column, filters, None, Period { from: NaiveDate::MIN, until })?.into_values().sum())
    }

    /// The stock at the end of a period, by member of `dimension`.
    pub fn stock_by(
        &self,
        column: &str,
        filters: &[Filter],
        dimension: &str,
        until: NaiveDate,
    ) -> PolarsResult<BTreeMap<String, i64>> {
        self.flows(column, filters, Some(dimension), Period { from: NaiveDate::MIN, until })
    }

    /// One value a day over a period, without gaps.
    pub fn series(&self, column: &str, filters: &[Filter], period: Period) -> PolarsResult<Vec<i64>> {
        if self.edges.is_some() {
            return Err(PolarsError::ComputeError("rows that stand for several days are no daily series".into()));
        }
        let sums = self.sums(column, filters, None)?;
        let mut values = vec![0; period.days().max(0) as usize];
        let (first, mut before) = (day_of(period.from), 0);
        for (day, sum) in sums.values().flatten() {
            if let Some(value) = usize::try_from(day - first).ok().and_then(|at| values.get_mut(at)) {
                *value = sum - before;
            }
            before = *sum;
        }
        Ok(values)
    }

    /// [`DayCube::flow_by`], or the whole under an empty name.
    pub(super) fn flows(
        &self,
        column: &str,
        filters: &[Filter],
        dimension: Option<&str>,
        period: Period,
    ) -> PolarsResult<BTreeMap<String, i64>> {
        let sums = self.sums(column, filters, dimension)?;
        let (from, until) = (day_of(period.from), day_of(period.until));
        [from, until].into_iter().filter(|day| *day != day_of(NaiveDate::MIN)).try_for_each(|day| self.check(day))?;
        let mut flows = BTreeMap::new();
        for (member, days) in sums.iter() {
            let count_before = |day: i32| days.partition_point(|(d, _)| *d < day);
            let (start, end) = (count_before(from), count_before(until));
            if start < end {
                let before = if start == 0 { 0 } else { days[start - 1].1 };
                flows.insert(member.clone(), days[end - 1].1 - before);
            }
        }
        Ok(flows)
    }

    /// Refuses a day in the middle of what a row stands for.
    fn check(&self, day: i32) -> PolarsResult<()> {
        match &self.edges {
            Some(edges) if edges.binary_search(&day).is_err() => {
                let what = format!("what moved before {} is not known apart", date_of(day));
                Err(PolarsError::ComputeError(what.into()))
            }
            _ => Ok(()),
        }
    }

    /// The running sums, added up when they are asked for first.
    fn sums(&self, column: &str, filters: &[Filter], dimension: Option<&str>) -> PolarsResult<Rc<Sums>> {
        let key = (column.to_owned(), filters.to_vec(), dimension.map(str::to_owned));
        if let Some(known) = self.sums.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let values = self.frame.column(column)?.i64()?;
        let conditions = filters.iter().map(|(name, allowed)| {
            let words = self.words(name)?;
            let is_allowed: Vec<bool> = words.words.iter().map(|word| allowed.contains(&word.as_str())).collect();
            Ok((words, is_allowed))
        });
        let conditions: Vec<(Rc<Words>, Vec<bool>)> = conditions.collect::<PolarsResult<_>>()?;
        let members = dimension.map(|name| self.words(name)).transpose()?;
        let mut running: Vec<Vec<(i32, i64)>> = vec![Vec::new(); members.as_ref().map_or(1, |m| m.words.len())];
        for (row, value) in values.iter().enumerate() {
            if !conditions.iter().all(|(words, is_allowed)| is_allowed[words.rows[row] as usize]) {
                continue;
            }
            let days = &mut running[members.as_ref().map_or(0, |m| m.rows[row] as usize)];
            let (day, value) = (self.days[row], value.unwrap_or(0));
            match days.last_mut() {
                Some(last) if last.0 == day => last.1 += value,
                last => {
                    let before = last.map_or(0, |l| l.1);
                    days.push((day, before + value));
                }
            }
        }
        let name_of = |at: usize| members.as_ref().map_or_else(String::new, |m| m.words[at].clone());
        let sums: Sums = running.into_iter().enumerate().map(|(at, days)| (name_of(at), days)).collect();
        let sums = Rc::new(sums);
        self.sums.borrow_mut().insert(key, Rc::clone(&sums));
        Ok(sums)
    }

    fn words(&self, column: &str) -> PolarsResult<Rc<Words>> {
        if let Some(known) = self.words.borrow().get(column) {
            return Ok(Rc::clone(known));
        }
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let texts = self.frame.column(column)?.str()?;
        let mut rows = Vec::with_capacity(texts.len());
        for text in texts.iter() {
            let next = numbers.len() as u32;
            rows.push(*numbers.entry(text.unwrap_or("unknown")).or_insert(next));
        }
        let mut words = vec![String::new(); numbers.len()];
        for (word, at) in numbers {
            words[at as usize] = word.to_owned();
        }
        let words = Rc::new(Words { words, rows });
        self.words.borrow_mut().insert(column.to_owned(), Rc::clone(&words));
        Ok(words)
    }
}

/// Days since 1970-01-01.
pub fn day_of(date: NaiveDate) -> i32 {
    (date - NaiveDate::default()).num_days() as i32
}

/// The date of a day since 1970-01-01.
pub fn date_of(day: i32) -> NaiveDate {
    NaiveDate::default() + chrono::TimeDelta::days(i64::from(day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVENTS: [&str; 3] = ["won", "lost", "created"];
    const TIERS: [&str; 2] = ["pro", "free"];

    proptest! {
        /// Any span of any sum is what adding up its rows gives.
        #[test]
        fn a_span_is_the_sum_of_its_rows(
            rows in prop::collection::vec((0i32..60, 0usize..3, 0usize..2, -50i64..50), 0..80),
            (from, length) in (0i32..70, 0i32..40),
        ) {
            let mut rows = rows;
            rows.sort_unstable();
            let frame = DataFrame::new(rows.len(), vec![
                Column::new("day".into(), rows.iter().map(|r| r.0).collect::<Vec<_>>()),
                Column::new("event".into(), rows.iter().map(|r| EVENTS[r.1]).collect::<Vec<_>>()),
                Column::new("tier".into(), rows.iter().map(|r| TIERS[r.2]).collect::<Vec<_>>()),
                Column::new("deals".into(), rows.iter().map(|r| r.3).collect::<Vec<_>>()),
            ]).expect("a frame");
            let cube = DayCube::new(&frame).expect("a cube");
            let period = Period { from: date_of(from), until: date_of(from + length) };
            let closed: &[Filter] = &[("event", &["won", "lost"])];
            let inside = |r: &&(i32, usize, usize, i64)| r.1 < 2 && from <= r.0 && r.0 < from + length;
            let expected: i64 = rows.iter().filter(inside).map(|r| r.3).sum();
            prop_assert_eq!(cube.flow("deals", closed, period).expect("a sum"), expected);
            prop_assert_eq!(cube.series("deals", closed, period).expect("days").iter().sum::<i64>(), expected);
            let mut by_tier = BTreeMap::new();
            for row in rows.iter().filter(inside) {
                *by_tier.entry(TIERS[row.2].to_owned()).or_insert(0) += row.3;
            }
            prop_assert_eq!(cube.flow_by("deals", closed, "tier", period).expect("sums"), by_tier);
            let stock: i64 = rows.iter().filter(|r| r.0 < from).map(|r| r.3).sum();
            prop_assert_eq!(cube.stock("deals", &[], period.from).expect("a stock"), stock);
        }

        /// Rows that stand for the days up to the next edge give the stock at every edge, and at no day between.
        #[test]
        fn a_stock_at_an_edge_is_the_sum_of_the_rows_before_it(
            rows in prop::collection::vec((0i32..60, 0usize..2, -50i64..50), 0..80),
            edges in prop::collection::btree_set(0i32..60, 1..6),
        ) {
            let edges: Vec<i32> = edges.into_iter().collect();
            let begins = |day: i32| match edges.partition_point(|edge| *edge <= day) {
                0 => edges[0] - 1,
                n => edges[n - 1],
            };
            let mut rows: Vec<_> = rows.into_iter().map(|(day, tier, deals)| (begins(day), day, tier, deals)).collect();
            rows.sort_unstable();
            let frame = DataFrame::new(rows.len(), vec![
                Column::new("day".into(), rows.iter().map(|r| r.0).collect::<Vec<_>>()),
                Column::new("tier".into(), rows.iter().map(|r| TIERS[r.2]).collect::<Vec<_>>()),
                Column::new("deals".into(), rows.iter().map(|r| r.3).collect::<Vec<_>>()),
            ]).expect("a frame");
            let days: Vec<NaiveDate> = edges.iter().copied().map(date_of).collect();
            let cube = DayCube::at(&days, &frame).expect("a cube");
            for day in 0..60 {
                let stock = cube.stock("deals", &[("tier", &["pro"])], date_of(day));
                if edges.contains(&day) {
                    let expected: i64 = rows.iter().filter(|r| r.1 < day && r.2 == 0).map(|r| r.3).sum();
                    prop_assert_eq!(stock.expect("a stock"), expected);
                } else {
                    prop_assert!(stock.is_err(), "day {} lies within what a row stands for", day);
                }
            }
        }
    }
}
