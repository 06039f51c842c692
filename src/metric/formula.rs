//! How each metric of the catalog is computed from the cubes. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{DataFrame, PolarsResult};

use crate::base::Period;
use crate::cube::Cubes;
use crate::metric::snapshot::Figure;
use crate::metric::sums::{DayCube, Filter, day_of};

/// Open stages, in order.
pub const OPEN_STAGES: [&str; 4] = ["lead", "qualified", "proposal", "negotiation"];

const WON: Filter = ("event", &["won"]);
const LOST: Filter = ("event", &["lost"]);
const CLOSED: Filter = ("event", &["won", "lost"]);
const OPEN: Filter = ("stage", &OPEN_STAGES);
const PLACED: Filter = ("status", &["pending", "confirmed", "processing", "fulfilled"]);
const SECONDS_A_WEEK: i64 = 604_800;

/// All cubes, indexed by day.
pub struct Measures<'c> {
    pub(super) deal_flow: DayCube<'c>,
    pub(super) deal_stock: DayCube<'c>,
    pub(super) deal_cohort: DayCube<'c>,
    pub(super) customer_flow: DayCube<'c>,
    pub(super) customer_stock: DayCube<'c>,
    pub(super) customer_cohort: DayCube<'c>,
    pub(super) interaction: DayCube<'c>,
    pub(super) follow_up: DayCube<'c>,
    pub(super) order: DayCube<'c>,
    pub(super) subscription_stock: DayCube<'c>,
    pub(super) mrr_movement: DayCube<'c>,
    pub(super) revenue: DayCube<'c>,
    pub(super) cubes: &'c Cubes,
}

/// One sum of a cube: which, of what, under which conditions, over which days, added or taken away.
struct Sum<'m, 'c> {
    cube: &'m DayCube<'c>,
    column: &'static str,
    filters: Vec<Filter>,
    days: Days,
    sign: i64,
}

/// Which days of a period a sum speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Days {
    /// Those of the period: a flow.
    Within,
    /// All up to its end: a stock.
    UntilEnd,
    /// All before it: a stock at its start.
    UntilStart,
}

/// A metric as sums, or as sums over others.
struct Formula<'m, 'c> {
    numerator: Vec<Sum<'m, 'c>>,
    denominator: Vec<Sum<'m, 'c>>,
}

impl<'c> Measures<'c> {
    /// Indexes the cubes.
    pub fn new(cubes: &'c Cubes) -> PolarsResult<Self> {
        Ok(Self {
            deal_flow: DayCube::new(&cubes.deal_flow)?,
            deal_stock: DayCube::at(&cubes.stock_days, &cubes.deal_stock)?,
            deal_cohort: DayCube::new(&cubes.deal_cohort)?,
            customer_flow: DayCube::new(&cubes.customer_flow)?,
            customer_stock: DayCube::new(&cubes.customer_stock)?,
            customer_cohort: DayCube::new(&cubes.customer_cohort)?,
            interaction: DayCube::new(&cubes.interaction)?,
            follow_up: DayCube::new(&cubes.follow_up)?,
            order: DayCube::new(&cubes.order)?,
            subscription_stock: DayCube::new(&cubes.subscription_stock)?,
            mrr_movement: DayCube::new(&cubes.mrr_movement)?,
            revenue: DayCube::new(&cubes.revenue)?,
            cubes,
        })
    }

    /// The metrics that are sums or ratios of sums; the others have functions of their own.
    fn formula(&self, metric: &str) -> Option<Formula<'_, 'c>> {
        let deals = |column, filter| flow(&self.deal_flow, column, &[filter]);
        let order = |column| flow(&self.order, column, &[PLACED]);
        let held = |column, filters: &[Filter]| stock(&self.deal_stock, column, filters);
        let customers = |filters: &[Filter]| stock(&self.customer_stock, "customers", filters);
        let events = |event: &'static [&'static str]| flow(&self.customer_flow, "customers", &[("event", event)]);
        let whole = |numerator| Some(Formula { numerator: vec![numerator], denominator: Vec::new() });
        let ratio =
            |numerator, denominator| Some(Formula { numerator: vec![numerator], denominator: vec![denominator] });
        match metric {
            "total_customers" => whole(customers(&[])),
            "active_customers" => whole(customers(&[("status", &["customer"])])),
            "new_customers" => whole(events(&["became_customer"])),
            "reactivated_customers" => whole(events(&["reactivated"])),
            "churned_customers" => whole(events(&["churned"])),
            "revenue" => whole(flow(&self.revenue, "amount_cents", &[])),
            "deals_won" => whole(deals("deals", WON)),
            "deals_lost" => whole(deals("deals", LOST)),
            "deals_created" => whole(deals("deals", ("event", &["created"]))),
            "win_rate" => ratio(deals("deals", WON), deals("deals", CLOSED)),
            "win_rate_value" => ratio(deals("value_cents", WON), deals("value_cents", CLOSED)),
            "avg_deal_value" => ratio(deals("value_cents", WON), deals("deals", WON)),
            "avg_days_to_close" => ratio(deals("days_to_close", WON), deals("deals", WON)),
            "total_deals" => whole(held("deals", &[])),
            "total_deal_value" => whole(held("value_cents", &[])),
            "open_deals" => whole(held("deals", &[OPEN])),
            "open_value" => whole(held("value_cents", &[OPEN])),
            "interactions" => whole(flow(&self.interaction, "interactions", &[])),
            "orders" => whole(order("orders")),
            "order_value" => whole(order("amount_cents")),
            "avg_order_value" => ratio(order("amount_cents"), order("orders")),
            "active_subscriptions" => whole(stock(&self.subscription_stock, "subscriptions", &[])),
            "mrr" => whole(stock(&self.subscription_stock, "mrr_cents", &[])),
            _ => self.mrr_formula(metric),
        }
    }

    /// The bridge of MRR and what follows from it. Contraction and churn are kept below zero.
    fn mrr_formula(&self, metric: &str) -> Option<Formula<'_, 'c>> {
        let cube = &self.mrr_movement;
        let gained = |kinds: &'static [&'static str]| flow(cube, "net_cents", &[("movement", kinds)]);
        let lost = |kinds| gained(kinds).negative();
        let opening = || Sum { days: Days::UntilStart, ..stock(cube, "net_cents", &[]) };
        let paying = || {
            let began = stock(cube, "customers", &[("movement", &["new", "reactivation"])]);
            vec![began, stock(cube, "customers", &[("movement", &["churn"])]).negative()]
        };
        let (numerator, denominator) = match metric {
            "mrr_opening" => (vec![opening()], Vec::new()),
            "mrr_new" => (vec![gained(&["new"])], Vec::new()),
            "mrr_expansion" => (vec![gained(&["expansion"])], Vec::new()),
            "mrr_reactivation" => (vec![gained(&["reactivation"])], Vec::new()),
            "mrr_contraction" => (vec![lost(&["contraction"])], Vec::new()),
            "mrr_churn" => (vec![lost(&["churn"])], Vec::new()),
            "paying_customers" => (paying(), Vec::new()),
            "arpa" => (vec![stock(cube, "net_cents", &[])], paying()),
            "gross_mrr_churn" => (vec![lost(&["contraction", "churn"])], vec![opening()]),
            "net_mrr_churn" => (vec![lost(&["contraction", "churn", "expansion", "reactivation"])], vec![opening()]),
            "nrr" => (vec![opening(), gained(&["expansion", "contraction", "churn"])], vec![opening()]),
            "grr" => (vec![opening(), gained(&["contraction", "churn"])], vec![opening()]),
            "quick_ratio" => {
                (vec![gained(&["new", "expansion", "reactivation"])], vec![lost(&["contraction", "churn"])])
            }
            _ => return None,
        };
        Some(Formula { numerator, denominator })
    }

    /// Whether a metric divides one sum by another, so that it is undefined where there is nothing to divide by.
    pub fn is_ratio(&self, metric: &str) -> bool {
        let own = matches!(metric, "avg_lifetime_weeks" | "churn_rate" | "logo_churn");
        self.formula(metric).map_or(own, |f| f.is_ratio())
    }

    /// A metric over a period; stocks are taken at its end. `None` where it is not known for the past.
    pub fn figure(&self, metric: &str, period: Period, is_latest: bool) -> PolarsResult<Option<Figure>> {
        if let Some(formula) = self.formula(metric) {
            let denominator = if formula.is_ratio() { over(&formula.denominator, period)? } else { 1 };
            return Ok(Some(Figure::ratio(over(&formula.numerator, period)?, denominator)));
        }
        Ok(match metric {
            "churn_rate" => Some(self.churn_rate(period)?),
            "logo_churn" => {
                let lost = ended_of_those_at_start(&self.cubes.mrr_movement, "paying_since", period)?;
                let at_start = Period { from: NaiveDate::MIN, until: period.from };
                let paying = self.figure("paying_customers", at_start, false)?.map_or(0, |f| f.numerator);
                Some(Figure::ratio(lost, paying))
            }
            "stage_reached" => {
                Some(Figure::whole(self.deal_cohort.stock("entered", &[("stage", &["lead"])], period.until)?))
            }
            // Probabilities, lifetimes and follow-ups are kept as they are now: a past one is not known.
            "weighted_value" if is_latest => {
                Some(Figure::ratio(self.deal_stock.stock("weighted_cents", &[OPEN], period.until)?, 100))
            }
            "avg_lifetime_weeks" if is_latest => self.lifetime(None)?.remove(""),
            "follow_ups_pending" if is_latest => {
                Some(Figure::whole(self.follow_up.stock("follow_ups", &[], NaiveDate::MAX)?))
            }
            "follow_ups_overdue" if is_latest => {
                Some(Figure::whole(self.follow_up.stock("follow_ups", &[], period.until)?))
            }
            _ => None,
        })
    }

    /// A metric over a period by member of a dimension. Members without rows are left out.
    pub fn figures_by(
        &self,
        metric: &str,
        dimension: &str,
        period: Period,
        is_latest: bool,
    ) -> PolarsResult<BTreeMap<String, Figure>> {
        if let Some(formula) = self.formula(metric) {
            let numerators = by(&formula.numerator, dimension, period)?;
            if !formula.is_ratio() {
                return Ok(numerators.into_iter().map(|(m, n)| (m, Figure::whole(n))).collect());
            }
            let denominators = by(&formula.denominator, dimension, period)?;
            let figure = |(m, d): (String, i64)| (numerators.get(&m).copied().unwrap_or(0), m, d);
            return Ok(denominators.into_iter().map(figure).map(|(n, m, d)| (m, Figure::ratio(n, d))).collect());
        }
        match metric {
            "stage_reached" => self.stages_reached(period),
            "weighted_value" if is_latest => {
                let by_member = self.deal_stock.stock_by("weighted_cents", &[OPEN], dimension, period.until)?;
                Ok(by_member.into_iter().map(|(member, cents)| (member, Figure::ratio(cents, 100))).collect())
            }
            "avg_lifetime_weeks" if is_latest => self.lifetime(Some(dimension)),
            _ => Ok(BTreeMap::new()),
        }
    }

    /// A metric by day over a period; empty where it has no daily series.
    pub fn series(&self, metric: &str, period: Period) -> PolarsResult<Vec<i64>> {
        let formula = self.formula(metric).filter(|f| !f.is_ratio());
        match formula.as_ref().map(|f| f.numerator.as_slice()) {
            Some([sum]) if sum.days == Days::Within => {
                let values = sum.cube.series(sum.column, &sum.filters, period)?;
                Ok(values.into_iter().map(|value| sum.sign * value).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Customers at the start of the period who churned within it / customers at its start.
    pub fn churn_rate(&self, period: Period) -> PolarsResult<Figure> {
        let at_start = self.customer_stock.stock("customers", &[("status", &["customer"])], period.from)?;
        Ok(Figure::ratio(ended_of_those_at_start(&self.cubes.customer_spell, "entered_day", period)?, at_start))
    }

    /// Deals by the stages they had reached at the end of the period; `closed_won` is reached at the close.
    fn stages_reached(&self, period: Period) -> PolarsResult<BTreeMap<String, Figure>> {
        let mut reached = self.deal_cohort.stock_by("entered", &[], "stage", period.until)?;
        reached.insert("closed_won".to_owned(), self.deal_flow.stock("deals", &[WON], period.until)?);
        Ok(reached.into_iter().map(|(stage, deals)| (stage, Figure::whole(deals))).collect())
    }

    /// Mean active time of all who ever became customer, whole or by tier, as of the instant that the cubes were read for.
    pub fn lifetime(&self, dimension: Option<&str>) -> PolarsResult<BTreeMap<String, Figure>> {
        let life = &self.cubes.customer_life;
        let members = dimension.map(|d| life.column(d)?.str()).transpose()?;
        let (seconds, converted) = (life.column("active_seconds")?.i64()?, life.column("converted")?.i64()?);
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (row, (seconds, n)) in seconds.iter().zip(converted.iter()).enumerate() {
            let (seconds, n) = (seconds.unwrap_or(0), n.unwrap_or(0));
            if n > 0 {
                let member = members.and_then(|m| m.get(row)).unwrap_or_default().to_owned();
                let sum = sums.entry(member).or_default();
                *sum = (sum.0 + seconds, sum.1 + n);
            }
        }
        if dimension.is_none() {
            sums.entry(String::new()).or_default();
        }
        Ok(sums
            .into_iter()
            .map(|(member, (seconds, n))| (member, Figure::ratio(seconds, n * SECONDS_A_WEEK)))
            .collect())
    }
}

fn flow<'m, 'c>(cube: &'m DayCube<'c>, column: &'static str, filters: &[Filter]) -> Sum<'m, 'c> {
    Sum { cube, column, filters: filters.to_vec(), days: Days::Within, sign: 1 }
}

fn stock<'m, 'c>(cube: &'m DayCube<'c>, column: &'static str, filters: &[Filter]) -> Sum<'m, 'c> {
    Sum { days: Days::UntilEnd, ..flow(cube, column, filters) }
}

fn over(sums: &[Sum<'_, '_>], period: Period) -> PolarsResult<i64> {
    sums.iter().map(|sum| sum.over(period)).sum()
}

fn by(sums: &[Sum<'_, '_>], dimension: &str, period: Period) -> PolarsResult<BTreeMap<String, i64>> {
    let mut totals = BTreeMap::new();
    for sum in sums {
        for (member, value) in sum.cube.flows(sum.column, &sum.filters, Some(dimension), sum.span(period))? {
            *totals.entry(member).or_insert(0) += sum.sign * value;
        }
    }
    Ok(totals)
}

/// What ended within the period of all that had begun before it, by the rows' column `since`.
fn ended_of_those_at_start(frame: &DataFrame, since: &str, period: Period) -> PolarsResult<i64> {
    let (days, begun) = (frame.column("day")?.i32()?, frame.column(since)?.i32()?);
    let counts = frame.column("customers")?.i64()?;
    let (from, until) = (day_of(period.from), day_of(period.until));
    let rows = days.iter().zip(begun.iter()).zip(counts.iter());
    Ok(rows
        .filter(|((day, begun), _)| {
            day.is_some_and(|d| from <= d && d < until) && begun.is_some_and(|began| began < from)
        })
        .filter_map(|(_, count)| count)
        .sum())
}

impl Formula<'_, '_> {
    fn is_ratio(&self) -> bool {
        !self.denominator.is_empty()
    }
}

impl Sum<'_, '_> {
    fn negative(self) -> Self {
        Sum { sign: -self.sign, ..self }
    }

    fn over(&self, period: Period) -> PolarsResult<i64> {
        Ok(self.sign * self.cube.flow(self.column, &self.filters, self.span(period))?)
    }

    fn span(&self, period: Period) -> Period {
        match self.days {
            Days::Within => period,
            Days::UntilEnd => Period { from: NaiveDate::MIN, until: period.until },
            Days::UntilStart => Period { from: NaiveDate::MIN, until: period.from },
        }
    }
}
