//! How each metric of the catalog is computed from the cubes. Pure.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use polars::prelude::PolarsResult;

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
    pub(super) revenue: DayCube<'c>,
    pub(super) cubes: &'c Cubes,
}

/// One sum of a cube: which, of what, under which conditions.
struct Sum<'m, 'c> {
    cube: &'m DayCube<'c>,
    column: &'static str,
    filters: Vec<Filter>,
    is_stock: bool,
}

/// A metric as sums: one, or one over another.
struct Formula<'m, 'c> {
    numerator: Sum<'m, 'c>,
    denominator: Option<Sum<'m, 'c>>,
}

impl<'c> Measures<'c> {
    /// Indexes the cubes.
    pub fn new(cubes: &'c Cubes) -> PolarsResult<Self> {
        Ok(Self {
            deal_flow: DayCube::new(&cubes.deal_flow)?,
            deal_stock: DayCube::new(&cubes.deal_stock)?,
            deal_cohort: DayCube::new(&cubes.deal_cohort)?,
            customer_flow: DayCube::new(&cubes.customer_flow)?,
            customer_stock: DayCube::new(&cubes.customer_stock)?,
            customer_cohort: DayCube::new(&cubes.customer_cohort)?,
            interaction: DayCube::new(&cubes.interaction)?,
            follow_up: DayCube::new(&cubes.follow_up)?,
            order: DayCube::new(&cubes.order)?,
            subscription_stock: DayCube::new(&cubes.subscription_stock)?,
            revenue: DayCube::new(&cubes.revenue)?,
            cubes,
        })
    }

    /// The first day any flow or stock is known for.
    pub fn first_date(&self) -> Option<NaiveDate> {
        [&self.deal_flow, &self.customer_stock, &self.interaction, &self.order, &self.revenue]
            .into_iter()
            .filter_map(DayCube::first_date)
            .min()
    }

    /// The metrics that are sums or ratios of sums; the others have functions of their own.
    fn formula(&self, metric: &str) -> Option<Formula<'_, 'c>> {
        let sum =
            |cube, column, filters: &[Filter], is_stock| Sum { cube, column, filters: filters.to_vec(), is_stock };
        let whole = |numerator| Some(Formula { numerator, denominator: None });
        let ratio = |numerator, denominator| Some(Formula { numerator, denominator: Some(denominator) });
        let (flow, stock) = (false, true);
        match metric {
            "total_customers" => whole(sum(&self.customer_stock, "customers", &[], stock)),
            "active_customers" => whole(sum(&self.customer_stock, "customers", &[("status", &["customer"])], stock)),
            "new_customers" => whole(sum(&self.customer_flow, "customers", &[("event", &["became_customer"])], flow)),
            "churned_customers" => whole(sum(&self.customer_flow, "customers", &[("event", &["churned"])], flow)),
            "revenue" => whole(sum(&self.revenue, "amount_cents", &[], flow)),
            "deals_won" => whole(sum(&self.deal_flow, "deals", &[WON], flow)),
            "deals_lost" => whole(sum(&self.deal_flow, "deals", &[LOST], flow)),
            "deals_created" => whole(sum(&self.deal_flow, "deals", &[("event", &["created"])], flow)),
            "win_rate" => {
                ratio(sum(&self.deal_flow, "deals", &[WON], flow), sum(&self.deal_flow, "deals", &[CLOSED], flow))
            }
            "avg_deal_value" => {
                ratio(sum(&self.deal_flow, "value_cents", &[WON], flow), sum(&self.deal_flow, "deals", &[WON], flow))
            }
            "avg_days_to_close" => {
                ratio(sum(&self.deal_flow, "days_to_close", &[WON], flow), sum(&self.deal_flow, "deals", &[WON], flow))
            }
            "total_deals" => whole(sum(&self.deal_stock, "deals", &[], stock)),
            "total_deal_value" => whole(sum(&self.deal_stock, "value_cents", &[], stock)),
            "open_deals" => whole(sum(&self.deal_stock, "deals", &[OPEN], stock)),
            "open_value" => whole(sum(&self.deal_stock, "value_cents", &[OPEN], stock)),
            "interactions" => whole(sum(&self.interaction, "interactions", &[], flow)),
            "orders" => whole(sum(&self.order, "orders", &[PLACED], flow)),
            "order_value" => whole(sum(&self.order, "amount_cents", &[PLACED], flow)),
            "avg_order_value" => {
                ratio(sum(&self.order, "amount_cents", &[PLACED], flow), sum(&self.order, "orders", &[PLACED], flow))
            }
            "active_subscriptions" => whole(sum(&self.subscription_stock, "subscriptions", &[], stock)),
            "mrr" => whole(sum(&self.subscription_stock, "mrr_cents", &[], stock)),
            _ => None,
        }
    }

    /// Whether a metric divides one sum by another, so that it is undefined where there is nothing to divide by.
    pub fn is_ratio(&self, metric: &str) -> bool {
        self.formula(metric).map_or(matches!(metric, "avg_lifetime_weeks" | "churn_rate"), |f| f.denominator.is_some())
    }

    /// A metric over a period; stocks are taken at its end. `None` where it is not known for the past.
    pub fn figure(&self, metric: &str, period: Period, is_latest: bool) -> PolarsResult<Option<Figure>> {
        if let Some(formula) = self.formula(metric) {
            let numerator = formula.numerator.over(period)?;
            let denominator = formula.denominator.map(|d| d.over(period)).transpose()?.unwrap_or(1);
            return Ok(Some(Figure::ratio(numerator, denominator)));
        }
        Ok(match metric {
            "churn_rate" => Some(self.churn_rate(period)?),
            "stage_reached" => {
                Some(Figure::whole(self.deal_cohort.stock("entered", &[("stage", &["lead"])], period.until)?))
            }
            // Probabilities, lifetimes and follow-ups are kept as they are now: a past one is not known.
            "weighted_value" if is_latest => {
                Some(Figure::ratio(self.deal_stock.stock("weighted_cents", &[OPEN], period.until)?, 100))
            }
            "avg_lifetime_weeks" if is_latest => self.lifetime(period, None)?.remove(""),
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
            let numerators = formula.numerator.by(dimension, period)?;
            let Some(denominator) = formula.denominator else {
                return Ok(numerators.into_iter().map(|(m, n)| (m, Figure::whole(n))).collect());
            };
            let denominators = denominator.by(dimension, period)?;
            let figure = |(m, d): (String, i64)| (numerators.get(&m).copied().unwrap_or(0), m, d);
            return Ok(denominators.into_iter().map(figure).map(|(n, m, d)| (m, Figure::ratio(n, d))).collect());
        }
        match metric {
            "stage_reached" => self.stages_reached(period),
            "weighted_value" if is_latest => {
                let by_member = self.deal_stock.stock_by("weighted_cents", &[OPEN], dimension, period.until)?;
                Ok(by_member.into_iter().map(|(member, cents)| (member, Figure::ratio(cents, 100))).collect())
            }
            "avg_lifetime_weeks" if is_latest => self.lifetime(period, Some(dimension)),
            _ => Ok(BTreeMap::new()),
        }
    }

    /// A metric by day over a period; empty where it has no daily series.
    pub fn series(&self, metric: &str, period: Period) -> PolarsResult<Vec<i64>> {
        match self.formula(metric) {
            Some(f) if f.denominator.is_none() && !f.numerator.is_stock => {
                f.numerator.cube.series(f.numerator.column, &f.numerator.filters, period)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Customers at the start of the period who churned within it / customers at its start.
    pub fn churn_rate(&self, period: Period) -> PolarsResult<Figure> {
        let at_start = self.customer_stock.stock("customers", &[("status", &["customer"])], period.from)?;
        Ok(Figure::ratio(self.churned_of_those_at_start(period)?, at_start))
    }

    fn churned_of_those_at_start(&self, period: Period) -> PolarsResult<i64> {
        let frame = &self.cubes.customer_spell;
        let (days, entries) = (frame.column("day")?.i32()?, frame.column("entered_day")?.i32()?);
        let counts = frame.column("customers")?.i64()?;
        let (from, until) = (day_of(period.from), day_of(period.until));
        let rows = days.iter().zip(entries.iter()).zip(counts.iter());
        Ok(rows
            .filter(|((day, entered), _)| {
                day.is_some_and(|d| from <= d && d < until) && entered.is_some_and(|e| e < from)
            })
            .filter_map(|(_, count)| count)
            .sum())
    }

    /// Deals by the stages they had reached at the end of the period; `closed_won` is reached at the close.
    fn stages_reached(&self, period: Period) -> PolarsResult<BTreeMap<String, Figure>> {
        let mut reached = self.deal_cohort.stock_by("entered", &[], "stage", period.until)?;
        reached.insert("closed_won".to_owned(), self.deal_flow.stock("deals", &[WON], period.until)?);
        Ok(reached.into_iter().map(|(stage, deals)| (stage, Figure::whole(deals))).collect())
    }

    /// Mean active time of all who ever became customer, whole or by tier, as of the end of the period.
    pub fn lifetime(&self, period: Period, dimension: Option<&str>) -> PolarsResult<BTreeMap<String, Figure>> {
        let life = &self.cubes.customer_life;
        let as_of = period.until.and_time(NaiveTime::MIN).and_utc().timestamp();
        let members = dimension.map(|d| life.column(d)?.str()).transpose()?;
        let (seconds, since) = (life.column("active_seconds")?.i64()?, life.column("active_since")?.i64()?);
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for row in 0..life.height() {
            // Who became customer after the as-of instant is none yet.
            let running = since.get(row).map(|micros| as_of - micros / 1_000_000).filter(|seconds| *seconds > 0);
            let ended = seconds.get(row).unwrap_or(0);
            if ended == 0 && running.is_none() {
                continue;
            }
            let member = members.and_then(|m| m.get(row)).unwrap_or_default().to_owned();
            let sum = sums.entry(member).or_default();
            *sum = (sum.0 + ended + running.unwrap_or(0), sum.1 + 1);
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

impl Sum<'_, '_> {
    fn over(&self, period: Period) -> PolarsResult<i64> {
        match self.is_stock {
            true => self.cube.stock(self.column, &self.filters, period.until),
            false => self.cube.flow(self.column, &self.filters, period),
        }
    }

    fn by(&self, dimension: &str, period: Period) -> PolarsResult<BTreeMap<String, i64>> {
        match self.is_stock {
            true => self.cube.stock_by(self.column, &self.filters, dimension, period.until),
            false => self.cube.flow_by(self.column, &self.filters, dimension, period),
        }
    }
}
