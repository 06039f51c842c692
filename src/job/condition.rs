//! When a report has something to say: conditions on published numbers, all of which must hold.

use serde::{Deserialize, Serialize};

use crate::base::strict_toml::Table;
use crate::metric::{Catalog, Compare, Figure, Metric, Slice, Snapshot, Unit, Window};
use crate::report::Scope;

/// One condition of a job file, `[[when]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The metric's name in the catalog.
    pub metric: String,
    /// The window it is read for.
    pub window: Window,
    /// How it is compared.
    pub is: Test,
    /// What with, in thousandths of the unit people read: whole things, currency units, percent.
    pub value_milli: i64,
    /// A rate of fewer things than these fulfils nothing: one won deal of one is no win rate.
    #[serde(default)]
    pub count_min: i64,
}

/// How a number is compared with a condition's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// More than the value.
    Above,
    /// Less than the value.
    Below,
    /// The value or more.
    AtLeast,
    /// The value or less.
    AtMost,
    /// Moved by so many percent or more, up or down, against the window before; a percentage by so many points.
    ChangedBy,
}

const TESTS: [(&str, Test); 5] = [
    ("above", Test::Above),
    ("below", Test::Below),
    ("at_least", Test::AtLeast),
    ("at_most", Test::AtMost),
    ("changed_by", Test::ChangedBy),
];
/// Larger than any number that is published, and exact in thousandths.
const VALUE_MAX: f64 = 1e12;

/// Reads `[[when]]` of a job file.
pub(super) fn read_conditions(top: &Table<'_, '_>, catalog: &Catalog) -> Vec<Condition> {
    top.tables("when").iter().filter_map(|table| read_condition(table, catalog)).collect()
}

fn read_condition(table: &Table<'_, '_>, catalog: &Catalog) -> Option<Condition> {
    let file = table.file();
    let name = table.text("metric");
    let window = table.choice("window", &Window::ALL.map(|w| (w.name(), w)), Window::Week);
    if table.text("is").is_none() {
        table.finish();
        return None;
    }
    let is = table.choice("is", &TESTS, Test::Above);
    let value = table.number_opt("value");
    let count_min = table.integer_or("min_n", 0, 1..=1_000_000_000);
    if !table.has("value") {
        file.problem(&table.span(), "missing key `value` in `when`", Some("expected a number".to_owned()));
    }
    table.finish();
    if let Some(text) = table.text_opt("is").filter(|_| is == Test::ChangedBy && window == Window::All) {
        file.problem(&text.span, "window `all` has nothing before it to have changed from", None);
    }
    if let Some(name) = name.as_ref().filter(|name| catalog.find(&name.value).is_none()) {
        file.unknown_name(&name.span, "metric", &name.value, catalog.names());
    }
    let value = value?;
    let is_too_small = is == Test::ChangedBy && value.value <= 0.0;
    if !value.value.is_finite() || value.value.abs() > VALUE_MAX || is_too_small {
        file.problem(&value.span, format!("`value` is {}, which no number can be compared with", value.value), None);
    }
    let value_milli = (value.value * 1_000.0).round() as i64;
    Some(Condition { metric: name?.value, window, is, value_milli, count_min })
}

/// A number that a snapshot does not hold, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unpublished(pub String);

impl Condition {
    /// Why the condition does not hold on a snapshot, in words; `None` when it does. A number that has no value, as a
    /// rate of nothing, fulfils no condition.
    ///
    /// Within a scope, what is known by the scope's dimension is that member's; everything else is the whole's.
    pub(super) fn complaint(&self, snapshot: &Snapshot, scope: Option<&Scope>) -> Result<Option<String>, Unpublished> {
        let unpublished =
            |what: &str| Unpublished(format!("{} of the window {} {what}", self.metric, self.window.name()));
        let metric = snapshot.catalog.find(&self.metric).ok_or_else(|| unpublished("is no metric of this version"))?;
        let slice = match scope.filter(|scope| metric.dimensions.contains(&scope.dimension.as_str())) {
            Some(scope) => Slice::of(self.window).at(&scope.dimension, &scope.member),
            None => Slice::of(self.window),
        };
        let figure = snapshot.figure(metric.name, &slice).ok_or_else(|| unpublished("is not published"))?;
        let label = format!("{} ({})", metric.label, self.window.name());
        let Some(now) = milli(metric, figure) else { return Ok(Some(format!("{label} has no value"))) };
        if figure.denominator < self.count_min {
            return Ok(Some(format!("{label} rests on {} of at least {}", figure.denominator, self.count_min)));
        }
        let limit = self.value_milli;
        let (holds, wanted) = match self.is {
            Test::Above => (now > limit, "above"),
            Test::Below => (now < limit, "below"),
            Test::AtLeast => (now >= limit, "at least"),
            Test::AtMost => (now <= limit, "at most"),
            Test::ChangedBy => {
                let before = snapshot.figure(metric.name, &slice.compared(Compare::Previous));
                return Ok(self.unchanged(metric, now, before.and_then(|f| milli(metric, f))));
            }
        };
        Ok((!holds).then(|| format!("{label} is {}, not {wanted} {}", decimal(now), decimal(limit))))
    }

    fn unchanged(&self, metric: &Metric, now: i64, before: Option<i64>) -> Option<String> {
        let label = format!("{} ({})", metric.label, self.window.name());
        let Some(before) = before else { return Some(format!("{label} has no value before")) };
        let difference = i128::from(now.abs_diff(before));
        let (is_moved, unit) = match metric.unit {
            Unit::Percent => (difference >= i128::from(self.value_milli), "points"),
            // Anything is infinitely more than nothing.
            _ if before == 0 => (now != 0, "%"),
            _ => (difference * 100_000 >= i128::from(self.value_milli) * i128::from(before.abs()), "%"),
        };
        let (now, before, limit) = (decimal(now), decimal(before), decimal(self.value_milli));
        (!is_moved).then(|| format!("{label} is {now} after {before}, which is no change by {limit} {unit}"))
    }
}

/// The value as it is published, in thousandths of the unit people read.
fn milli(metric: &Metric, figure: Figure) -> Option<i64> {
    let thousandths = if metric.unit == Unit::Money { 10.0 } else { 1_000.0 };
    figure.value(metric.unit).map(|value| (value * thousandths).round() as i64)
}

/// Thousandths as people write them: `0`, `12.5`.
fn decimal(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let (whole, rest) = (milli.unsigned_abs() / 1_000, milli.unsigned_abs() % 1_000);
    match rest {
        0 => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{}", format!("{rest:03}").trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::{Kind, read_job};
    use crate::report::fixture::snapshot;

    fn read(when: &str) -> Result<Vec<Condition>, String> {
        let text = format!("cron = \"0 7 * * *\"\nreport = \"r\"\n{when}");
        let job = read_job(Kind::Report, "r", "r.toml", &text).map_err(|problems| problems.to_string())?;
        Ok(job.spec.when)
    }

    fn complaint(when: &str, now: Figure, before: Figure) -> Option<String> {
        let condition = read(&format!("[[when]]\n{when}")).expect("a condition").remove(0);
        let mut snapshot = snapshot();
        let points = snapshot.points.get_mut(&condition.metric).expect("a metric that is published");
        points.insert(Slice::of(condition.window), now);
        points.insert(Slice::of(condition.window).compared(Compare::Previous), before);
        condition.complaint(&snapshot, None).expect("published")
    }

    #[test]
    fn a_condition_compares_what_people_read() {
        let whole = Figure::whole;
        let new = |is: &str, now| complaint(&format!("metric = \"new_customers\"\n{is}"), whole(now), whole(4));
        assert_eq!(new("is = \"above\"\nvalue = 0", 1), None);
        let said = new("is = \"above\"\nvalue = 0", 0);
        assert_eq!(said.as_deref(), Some("New customers (week) is 0, not above 0"));
        assert_eq!(new("is = \"at_least\"\nvalue = 5", 5), None);
        assert_eq!(new("is = \"at_most\"\nvalue = 5", 5), None);
        assert_eq!(new("is = \"below\"\nvalue = 5", 5).as_deref(), Some("New customers (week) is 5, not below 5"));
        // Cents in the ledger, currency in the file; percentages by points.
        let revenue = "metric = \"revenue\"\nwindow = \"month\"\nis = \"above\"\nvalue = 1000.5";
        assert_eq!(complaint(revenue, whole(100_051), whole(0)), None);
        assert!(complaint(revenue, whole(100_050), whole(0)).is_some());
        let rate = "metric = \"win_rate\"\nis = \"changed_by\"\nvalue = 10";
        assert_eq!(complaint(rate, Figure::ratio(6, 10), Figure::ratio(5, 10)), None);
        assert!(complaint(rate, Figure::ratio(0, 0), Figure::ratio(5, 10)).is_some());
        let of_many = "metric = \"win_rate\"\nis = \"below\"\nvalue = 50\nmin_n = 5";
        assert_eq!(complaint(of_many, Figure::ratio(1, 5), Figure::ratio(5, 10)), None);
        let of_few = complaint(of_many, Figure::ratio(1, 4), Figure::ratio(5, 10));
        assert_eq!(of_few.as_deref(), Some("Win rate (week) rests on 4 of at least 5"));
    }

    #[test]
    fn a_change_counts_up_and_down_and_from_nothing() {
        let change = |now, before| {
            complaint(
                "metric = \"orders\"\nis = \"changed_by\"\nvalue = 12.5",
                Figure::whole(now),
                Figure::whole(before),
            )
        };
        assert_eq!((change(9, 8), change(7, 8), change(1, 0)), (None, None, None));
        assert_eq!(change(108, 100).as_deref(), Some("Orders (week) is 108 after 100, which is no change by 12.5 %"));
        assert!(change(0, 0).is_some());
    }

    #[test]
    fn a_number_that_is_not_published_is_no_silence() {
        let condition =
            read("[[when]]\nmetric = \"orders\"\nis = \"above\"\nvalue = 0").expect("a condition").remove(0);
        let mut snapshot = snapshot();
        snapshot.points.remove("orders");
        let Unpublished(said) = condition.complaint(&snapshot, None).expect_err("nothing to read");
        assert_eq!(said, "orders of the window week is not published");
    }

    #[test]
    fn every_problem_of_a_condition_comes_at_once_with_its_place() {
        let found = read(
            "[[when]]\nmetric = \"revnue\"\nis = \"over\"\nvalue = \"1\"\n[[when]]\nmetric = \"orders\"\nwindow = \"all\"\n\
             is = \"changed_by\"\nvalue = -1\nvalu = 2\n[[when]]\nmetric = \"orders\"",
        )
        .expect_err("problems");
        for expected in [
            "r.toml:4:10: unknown metric `revnue` (did you mean `revenue`?)",
            "r.toml:5:6: unknown is `over`",
            "r.toml:6:9: `value` is a string, expected a number",
            "r.toml:10:6: window `all` has nothing before it",
            "r.toml:11:9: `value` is -1",
            "r.toml:12:1: unknown key `valu` (did you mean `value`?)",
            "missing key `is` in `when`",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
    }
}
