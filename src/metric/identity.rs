//! The identities that must hold before a snapshot becomes visible. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::metric::catalog::{CATALOG, Nature, Unit};
use crate::metric::compute::Computed;
use crate::metric::snapshot::{Reconciliation, Slice, Window};

/// An identity that does not hold, in words with both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which identity.
    pub identity: String,
    /// Both sides.
    pub detail: String,
}

/// What campaigns have touched, counted from their touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credited {
    /// Purchases with a touch in the 90 days up to them.
    pub purchases: i64,
    /// Their gross profit.
    pub profit_cents: i64,
}

/// An identity that holds, and how often it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Which identity.
    pub identity: String,
    /// Sums, days or rows that were compared.
    pub count: usize,
}

/// Checks what was computed against itself and against the source's counts; gives what was checked, or everything that
/// does not hold.
///
/// - the members of every dimension sum to the whole, for counts and amounts at every window;
/// - a daily series summed over a window is the window's figure;
/// - MRR at the start of a window, and what moved it, give MRR at its end, to the cent;
/// - the credits of every rule of attribution sum to the purchases that campaigns touched;
/// - the star holds what the source held: rows by entity, amounts also by currency and day; what differs was
///   `found` by the load, which has both sides.
pub fn check_identities(
    computed: &Computed,
    business_date: NaiveDate,
    (reconciliation, found): (&[Reconciliation], Vec<Violation>),
    credited: Option<Credited>,
) -> Result<Vec<Check>, Vec<Violation>> {
    let (mut violations, mut part_count, mut day_count) = (found, 0, 0);
    for metric in CATALOG.iter().filter(|m| matches!(m.unit, Unit::Count | Unit::Money)) {
        let Some(figures) = computed.points.get(metric.name) else { continue };
        for window in Window::ALL {
            let Some(whole) = figures.get(&Slice::of(window)).filter(|f| f.denominator == 1 || f.denominator == 100)
            else {
                continue;
            };
            for dimension in metric.dimensions.iter().filter(|_| is_partition(metric.name)) {
                let members = computed.members.get(*dimension).into_iter().flatten();
                let parts: i64 = members
                    .filter_map(|m| figures.get(&Slice::of(window).at(dimension, &m.member)))
                    .map(|f| f.numerator)
                    .sum();
                part_count += 1;
                violations.extend(unequal((metric.name, dimension), window, ("parts", parts), whole.numerator));
            }
            if let (Nature::Flow, Some(series)) = (metric.nature, computed.series.get(metric.name)) {
                let sum = series.sum(window.period(business_date, computed.first_date));
                day_count += 1;
                violations.extend(unequal((metric.name, "day"), window, ("days", sum), whole.numerator));
            }
        }
    }
    let bridge_count = check_bridge(computed, &mut violations);
    let credit_count = check_attribution(computed, credited, &mut violations);
    for line in reconciliation.iter().filter(|l| l.difference() != 0) {
        violations.push(Violation {
            identity: format!("{}: source = star", line.entity),
            detail: format!(
                "the source holds {} live rows, the star {} and the quarantine {}",
                line.source_rows, line.star_rows, line.quarantined_rows
            ),
        });
    }
    if !violations.is_empty() {
        return Err(violations);
    }
    let check = |identity: &str, count| Check { identity: identity.to_owned(), count };
    Ok(vec![
        check("the members of a dimension sum to the whole", part_count),
        check("the days of a series sum to the window", day_count),
        check("MRR at the start and its movements give MRR at the end, to the cent", bridge_count),
        check("the credits of every rule of attribution sum to the purchases that campaigns touched", credit_count),
        check("the star holds the rows and amounts of the source, by entity, currency and day", reconciliation.len()),
    ])
}

/// Opening + new + expansion + reactivation − contraction − churn = MRR, wherever the five are published; gives how often
/// it was looked at.
fn check_bridge(computed: &Computed, violations: &mut Vec<Violation>) -> usize {
    let at = |metric: &str, slice: &Slice| computed.points.get(metric)?.get(slice).map(|f| f.numerator);
    let openings = computed.points.get("mrr_opening").into_iter().flatten();
    let mut count = 0;
    for (slice, opening) in openings {
        let moved =
            [("mrr_new", 1), ("mrr_expansion", 1), ("mrr_reactivation", 1), ("mrr_contraction", -1), ("mrr_churn", -1)];
        let moved: i64 = moved.iter().filter_map(|(metric, sign)| Some(sign * at(metric, slice)?)).sum();
        let Some(closing) = at("mrr", slice) else { continue };
        count += 1;
        if opening.numerator + moved != closing {
            let compare = slice.compare.map_or_else(String::new, |c| format!(" ({})", c.name()));
            violations.push(Violation {
                identity: "mrr_opening + movements = mrr".to_owned(),
                detail: format!(
                    "window {}{compare}: {} and movements of {moved} cents, MRR is {closing}",
                    slice.window.name(),
                    opening.numerator
                ),
            });
        }
    }
    count
}

/// The last-touch, first-touch and linear credits of all campaigns = the purchases that were touched; gives how many sums
/// were compared.
fn check_attribution(computed: &Computed, credited: Option<Credited>, violations: &mut Vec<Violation>) -> usize {
    let windows = computed.tables.get("campaign_roi");
    let (Some(credited), Some(table)) = (credited, windows.and_then(|w| w.get(&Window::All))) else { return 0 };
    // Of a return the numerator is what was credited less the cost, which is the denominator.
    let sum = |column: &str, credit: fn(i64, i64) -> i64| -> i64 {
        let figures = (0..table.rows.len()).filter_map(|row| table.cell(row, column)?.figure());
        figures.map(|figure| credit(figure.numerator, figure.denominator)).sum()
    };
    let (whole, with_cost) = (|numerator, _| numerator, |numerator, denominator| numerator + denominator);
    // Every campaign is rounded to cents once.
    let slack = table.rows.len() as i64;
    let sums = [
        ("conversions", sum("conversions", whole), credited.purchases, 0),
        ("last-touch profit", sum("profit", whole), credited.profit_cents, slack),
        ("first-touch profit", sum("roi_first", with_cost), credited.profit_cents, slack),
        ("linear profit", sum("roi_linear", with_cost), credited.profit_cents, slack),
    ];
    for (what, ours, theirs, slack) in sums.iter().filter(|(_, ours, theirs, slack)| (ours - theirs).abs() > *slack) {
        violations.push(Violation {
            identity: format!("campaign_roi: {what} = touched purchases"),
            detail: format!("the campaigns sum to {ours}, the purchases to {theirs}, give or take {slack}"),
        });
    }
    sums.len()
}

fn unequal(
    (metric, dimension): (&str, &str),
    window: Window,
    (parts, sum): (&str, i64),
    whole: i64,
) -> Option<Violation> {
    (sum != whole).then(|| Violation {
        identity: format!("{metric} by {dimension} = {metric}"),
        detail: format!("window {}: the {parts} sum to {sum}, the whole is {whole}", window.name()),
    })
}

/// `stage_reached` is cumulative and the mean of means is none: their members do not partition the whole.
fn is_partition(metric: &str) -> bool {
    !matches!(metric, "stage_reached" | "avg_deal_value")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::metric::snapshot::{DaySeries, Figure, Member};
    use crate::metric::table::{Cell, Table, TableColumn, Tables};

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Two reps who won three deals, and a bridge from 10 to 13 cents, all of it right.
    fn computed() -> Computed {
        let all = || Slice::of(Window::All);
        let won = [
            (all(), 3),
            (all().at("sales_rep", "a"), 1),
            (all().at("sales_rep", "b"), 2),
            (all().at("tier", "pro"), 3),
        ];
        let mut points = BTreeMap::from([("deals_won".to_owned(), figures(won))]);
        for (metric, cents) in [("mrr_opening", 10), ("mrr_new", 5), ("mrr_churn", 2), ("mrr", 13)] {
            points.insert(metric.to_owned(), figures([(all(), cents)]));
        }
        let member = |name: &str| Member { member: name.into(), label: name.into() };
        Computed {
            first_date: date("2025-01-01"),
            points,
            series: BTreeMap::from([(
                "deals_won".to_owned(),
                DaySeries { start_date: date("2025-01-01"), values: vec![1, 0, 2] },
            )]),
            members: BTreeMap::from([
                ("sales_rep".to_owned(), vec![member("a"), member("b")]),
                ("tier".to_owned(), vec![member("pro")]),
            ]),
            documents: BTreeMap::new(),
            tables: Tables::new(),
            warnings: Vec::new(),
        }
    }

    fn figures(values: impl IntoIterator<Item = (Slice, i64)>) -> BTreeMap<Slice, Figure> {
        values.into_iter().map(|(slice, value)| (slice, Figure::whole(value))).collect()
    }

    fn broken(computed: &Computed, lines: &[Reconciliation]) -> Vec<String> {
        let checked = check_identities(computed, date("2025-01-03"), (lines, Vec::new()), None);
        checked.err().unwrap_or_default().into_iter().map(|v| format!("{}: {}", v.identity, v.detail)).collect()
    }

    #[test]
    fn each_identity_that_does_not_hold_is_named_with_both_sides() {
        assert!(broken(&computed(), &[]).is_empty(), "what is right is published");
        let change = |metric: &str, slice: Slice, value: i64| {
            let mut computed = computed();
            computed.points.get_mut(metric).expect("a metric").insert(slice, Figure::whole(value));
            broken(&computed, &[])
        };
        let all = Slice::of(Window::All);
        assert_eq!(
            change("deals_won", all.clone().at("sales_rep", "b"), 1),
            ["deals_won by sales_rep = deals_won: window all: the parts sum to 2, the whole is 3"]
        );
        assert_eq!(
            change("mrr", all, 14),
            ["mrr_opening + movements = mrr: window all: 10 and movements of 3 cents, MRR is 14"]
        );
        let mut gap = computed();
        gap.series.get_mut("deals_won").expect("a series").values[1] = 4;
        assert_eq!(broken(&gap, &[]), ["deals_won by day = deals_won: window all: the days sum to 7, the whole is 3"]);
        let line = Reconciliation {
            entity: "deal".into(),
            source_rows: 9,
            star_rows: 7,
            quarantined_rows: 1,
            amount_cents: None,
        };
        let unequal = "deal: source = star: the source holds 9 live rows, the star 7 and the quarantine 1";
        assert_eq!(broken(&computed(), &[line]), [unequal]);
    }

    #[test]
    fn credits_that_lose_a_purchase_or_double_a_profit_are_named() {
        let named = |name: &str| TableColumn { name: name.to_owned(), label: String::new(), unit: Some(Unit::Count) };
        let columns = ["conversions", "profit", "roi_first", "roi_linear"].map(named).to_vec();
        // Two campaigns that cost 30 cents each: 100 and 50 by the last touch, 50 and 100 by the first, 75 each by both.
        let row = |conversions, last, first: i64, linear: i64| {
            [(conversions, 1), (last, 1), (first - 30, 30), (linear - 30, 30)].map(|(n, d)| Cell::Ratio(n, d)).to_vec()
        };
        let table = Table { version: 1, columns, rows: vec![row(1, 100, 50, 75), row(1, 50, 100, 75)] };
        let mut computed = computed();
        computed.tables.insert("campaign_roi".to_owned(), BTreeMap::from([(Window::All, table)]));
        let told = |purchases, profit_cents| {
            let credited = Some(Credited { purchases, profit_cents });
            let checked = check_identities(&computed, date("2025-01-03"), (&[], Vec::new()), credited);
            checked.err().unwrap_or_default().into_iter().map(|v| v.identity).collect::<Vec<_>>()
        };
        assert!(told(2, 150).is_empty() && told(2, 152).is_empty(), "each of two campaigns may round a cent");
        assert_eq!(told(3, 150), ["campaign_roi: conversions = touched purchases"]);
        let profits =
            ["last-touch", "first-touch", "linear"].map(|r| format!("campaign_roi: {r} profit = touched purchases"));
        assert_eq!(told(2, 153), profits);
    }
}
