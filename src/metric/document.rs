//! The bodies of the HTTP routes, exactly in the published shape. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::PolarsResult;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::base::money::tenths;
use crate::base::{Grain, Money, Period, percent};
use crate::metric::Unit;
use crate::metric::formula::{Measures, OPEN_STAGES};
use crate::metric::snapshot::{Figure, Member, Window};

/// What the bodies are about.
pub(super) struct Context<'a> {
    pub business_date: NaiveDate,
    pub first_date: NaiveDate,
    pub currency: &'a str,
    pub members: &'a BTreeMap<String, Vec<Member>>,
}

impl Context<'_> {
    fn money(&self, cents: i64) -> Money {
        Money::new(cents, self.currency)
    }

    fn all(&self) -> Period {
        Window::All.period(self.business_date, self.first_date)
    }

    /// Member → value for every member of a dimension, zero where there is none.
    fn partition(&self, dimension: &str, values: &BTreeMap<String, i64>) -> Map<String, Value> {
        let members = self.members.get(dimension).into_iter().flatten();
        members.map(|m| (m.member.clone(), json!(values.get(&m.member).copied().unwrap_or(0)))).collect()
    }
}

/// Every route's body, and the warnings that belong to the snapshot.
pub(super) fn documents(
    measures: &Measures<'_>,
    context: &Context<'_>,
) -> PolarsResult<(BTreeMap<String, Value>, Vec<String>)> {
    let mut bodies = BTreeMap::new();
    let performance = performance(measures, context)?;
    bodies.insert("customers/overview".to_owned(), overview(measures, context, &performance)?);
    for grain in [Grain::Week, Grain::Month, Grain::Quarter] {
        bodies.insert(format!("customers/lifecycle?period={}", grain.name()), lifecycle(measures, context, grain)?);
    }
    bodies.insert("customers/segmentation".to_owned(), segmentation(measures, context)?);
    bodies.insert("deals/pipeline".to_owned(), pipeline(measures, context)?);
    let conversions = conversions(measures, context)?;
    let mut warnings = Vec::new();
    if conversions.get("basis").and_then(Value::as_str) == Some("inferred") {
        warnings.push(INFERRED_STAGES.to_owned());
    }
    bodies.insert("deals/conversions".to_owned(), conversions);
    bodies.insert("sales-reps/performance".to_owned(), value(&performance));
    bodies.insert("interactions/insights".to_owned(), insights(measures, context)?);
    Ok((bodies, warnings))
}

/// The warning of a snapshot whose history of stages was inferred.
pub const INFERRED_STAGES: &str =
    "stage conversions rest on inferred history: the source kept no stage changes before the first load";

fn value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("bodies have text keys and finite numbers")
}

fn weeks(figure: Option<&Figure>) -> Value {
    json!(figure.and_then(|f| f.value(Unit::Weeks)))
}

fn overview(measures: &Measures<'_>, context: &Context<'_>, performance: &[RepPerformance]) -> PolarsResult<Value> {
    let until = context.all().until;
    let stock = &measures.customer_stock;
    let month = Period::inclusive(Grain::Month.floor(context.business_date), context.business_date);
    let flow = |event: &'static [&'static str]| measures.customer_flow.flow("customers", &[("event", event)], month);
    let top: Vec<Value> = performance
        .iter()
        .filter(|r| r.sales_rep_id != "unassigned")
        .take(TOP_SALES_REPS)
        .map(|r| {
            json!({"sales_rep_id": r.sales_rep_id, "sales_rep_name": r.sales_rep_name, "active_customers": r.active_customers,
                "deals_won": r.deals_won, "total_revenue": r.total_revenue})
        })
        .collect();
    Ok(json!({
        "total_customers": stock.stock("customers", &[], until)?,
        "by_status": context.partition("status", &stock.stock_by("customers", &[], "status", until)?),
        "by_tier": context.partition("tier", &stock.stock_by("customers", &[], "tier", until)?),
        "avg_lifetime_weeks": weeks(measures.lifetime(None)?.get("")),
        "top_sales_reps": top,
        "new_this_month": flow(&["became_customer"])?,
        "churned_this_month": flow(&["churned"])?,
    }))
}

fn lifecycle(measures: &Measures<'_>, context: &Context<'_>, grain: Grain) -> PolarsResult<Value> {
    let mut series = Vec::new();
    for bucket in context.all().buckets(grain) {
        let step = |status: &'static [&'static str]| -> PolarsResult<Value> {
            let filters = [("status", status)];
            let entered = measures.customer_cohort.flow("entered", &filters, bucket)?;
            let advanced = measures.customer_cohort.flow("advanced", &filters, bucket)?;
            Ok(json!({"count": advanced, "conversion_rate": percent(advanced, entered), "n": entered}))
        };
        let inferred = measures.customer_cohort.flow("entered", &[("basis", &["inferred"])], bucket)?;
        let churn = measures.churn_rate(bucket)?;
        series.push(json!({
            "period": grain.label(bucket.from),
            "is_complete": bucket.last() <= context.business_date,
            "lead_to_prospect": step(&["lead"])?,
            "prospect_to_customer": step(&["prospect"])?,
            "customer_to_churned": {"count": churn.numerator, "churn_rate": churn.value(Unit::Percent), "n": churn.denominator},
            "basis": if inferred > 0 { "inferred" } else { "observed" },
        }));
    }
    let mut body = series.last().cloned().unwrap_or_else(|| json!({}));
    body["series"] = Value::Array(series);
    Ok(body)
}

fn segmentation(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Value> {
    let all = context.all();
    let stock = &measures.customer_stock;
    let by_tier = stock.stock_by("customers", &[], "tier", all.until)?;
    let total = stock.stock("customers", &[], all.until)?;
    let lifetimes = measures.lifetime(Some("tier"))?;
    let revenues = measures.deal_flow.flow_by("value_cents", &[("event", &["won"])], "tier", all)?;
    let segments: Vec<Value> = context
        .members
        .get("tier")
        .into_iter()
        .flatten()
        .map(|tier| {
            let count = by_tier.get(&tier.member).copied().unwrap_or(0);
            let revenue = context.money(revenues.get(&tier.member).copied().unwrap_or(0));
            json!({"tier": tier.member, "count": count, "percentage": percent(count, total),
            "avg_lifetime_weeks": weeks(lifetimes.get(&tier.member)), "total_revenue": revenue})
        })
        .collect();
    Ok(json!({
        "total_customers": total,
        "by_status": context.partition("status", &stock.stock_by("customers", &[], "status", all.until)?),
        "by_tier": context.partition("tier", &by_tier),
        "avg_lifetime_weeks": weeks(measures.lifetime(None)?.get("")),
        "active_deals": measures.deal_stock.stock("deals", &[("stage", &OPEN_STAGES)], all.until)?,
        "total_revenue": context.money(measures.deal_flow.flow("value_cents", &[("event", &["won"])], all)?),
        "segments": segments,
        "lifetime_value_bands": value_bands(measures, context)?,
    }))
}

/// Live customers by what they have spent so far.
fn value_bands(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Vec<Value>> {
    let life = &measures.cubes.customer_life;
    let (is_live, band) = (life.column("is_live")?.bool()?, life.column("band")?.i64()?);
    let (customers, won) = (life.column("customers")?.i64()?, life.column("won_cents")?.i64()?);
    let mut bands = vec![(0i64, 0i64); VALUE_BANDS.len()];
    for row in (0..life.height()).filter(|row| is_live.get(*row) == Some(true)) {
        // What lies below every floor is told in the first band.
        let floors_reached = band.get(row).and_then(|band| usize::try_from(band).ok()).unwrap_or(0);
        let band = &mut bands[floors_reached.saturating_sub(1)];
        *band = (band.0 + customers.get(row).unwrap_or(0), band.1 + won.get(row).unwrap_or(0));
    }
    Ok(VALUE_BANDS.iter().enumerate().map(|(i, floor)| {
        let next = VALUE_BANDS.get(i + 1).map(|n| context.money(*n));
        json!({"from": context.money(*floor), "until": next, "customers": bands[i].0, "total_revenue": context.money(bands[i].1)})
    }).collect())
}

fn pipeline(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Value> {
    let all = context.all();
    let stock = &measures.deal_stock;
    let by = |column| stock.stock_by(column, &[], "stage", all.until);
    let (counts, values, probabilities, entered) =
        (by("deals")?, by("value_cents")?, by("probability")?, by("entered_day_sum")?);
    let at = |map: &BTreeMap<String, i64>, stage: &str| map.get(stage).copied().unwrap_or(0);
    let as_of_day = (all.until - NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date")).num_days();
    let mut by_stage = Map::new();
    for stage in context.members.get("stage").into_iter().flatten() {
        let name = stage.member.as_str();
        let n = at(&counts, name);
        let age = if OPEN_STAGES.contains(&name) { tenths(n * as_of_day - at(&entered, name), n) } else { None };
        by_stage.insert(
            name.to_owned(),
            json!({"count": n, "value": context.money(at(&values, name)),
            "avg_probability": tenths(at(&probabilities, name), n), "avg_days_in_stage": age}),
        );
    }
    let (total, total_value): (i64, i64) = (counts.values().sum(), values.values().sum());
    let open: i64 = OPEN_STAGES.iter().map(|s| at(&counts, s)).sum();
    let open_value: i64 = OPEN_STAGES.iter().map(|s| at(&values, s)).sum();
    let open_probability: i64 = OPEN_STAGES.iter().map(|s| at(&probabilities, s)).sum();
    let figure = |metric: &str| measures.figure(metric, all, true);
    let decimal =
        |metric: &str, unit| -> PolarsResult<Value> { Ok(json!(figure(metric)?.and_then(|f| f.value(unit)))) };
    Ok(json!({
        "total_deals": total,
        "total_value": context.money(total_value),
        "avg_deal_value": Figure::ratio(total_value, total).rounded().map(|cents| context.money(cents)),
        "by_stage": by_stage,
        "win_rate": decimal("win_rate", Unit::Percent)?,
        "avg_days_to_close": decimal("avg_days_to_close", Unit::Days)?,
        "open_deals": open,
        "open_value": context.money(open_value),
        "weighted_value": context.money(figure("weighted_value")?.and_then(|f| f.rounded()).unwrap_or(0)),
        "avg_probability": tenths(open_probability, open),
    }))
}

fn conversions(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Value> {
    let until = context.all().until;
    let cohort = &measures.deal_cohort;
    let by = |column| cohort.stock_by(column, &[], "stage", until);
    let (entered, advanced, completed, seconds) = (by("entered")?, by("advanced")?, by("completed")?, by("seconds")?);
    let at = |map: &BTreeMap<String, i64>, stage: &str| map.get(stage).copied().unwrap_or(0);
    let mut body = Map::new();
    let mut bottleneck: Option<(f64, &str)> = None;
    for (stage, step) in OPEN_STAGES.iter().zip(STEPS) {
        let (n, moved, visits) = (at(&entered, stage), at(&advanced, stage), at(&completed, stage));
        let avg_days = tenths(at(&seconds, stage), visits * 86_400);
        body.insert(step.to_owned(), json!({"count": moved, "rate": percent(moved, n), "n": n, "avg_days": avg_days, "completed_visits": visits}));
        // Volume × duration: where the most deal-days are spent.
        if let Some(days) = avg_days.filter(|_| visits >= RANKED_FROM) {
            let weight = days * visits as f64;
            if bottleneck.is_none_or(|(heaviest, _)| weight > heaviest) {
                bottleneck = Some((weight, step));
            }
        }
    }
    body.insert("won".to_owned(), json!(cohort.stock("won", &[("stage", &["lead"])], until)?));
    body.insert("bottleneck".to_owned(), json!(bottleneck.map(|(_, step)| step)));
    let inferred = cohort.stock("entered", &[("basis", &["inferred"])], until)?;
    body.insert("basis".to_owned(), json!(if inferred > 0 { "inferred" } else { "observed" }));
    Ok(Value::Object(body))
}

/// One rep's row of `sales-reps/performance`.
#[derive(Debug, Clone, Serialize)]
pub struct RepPerformance {
    /// The source's id, or `unassigned`.
    pub sales_rep_id: String,
    /// Display name.
    pub sales_rep_name: String,
    /// Customers with status customer owned at the as-of date.
    pub active_customers: i64,
    /// Deals won, credited at close.
    pub deals_won: i64,
    /// Deals lost, credited at close.
    pub deals_lost: i64,
    /// Won value.
    pub total_revenue: Money,
    /// Won value / deals won.
    pub avg_deal_value: Option<Money>,
    /// Won / closed, percent.
    pub win_rate: Option<f64>,
    /// Mean days from creation to close of the deals won.
    pub avg_days_to_close: Option<f64>,
}

/// Every rep by revenue, deals won, id. Whoever has nothing at all and does not sell any more is left out.
fn performance(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Vec<RepPerformance>> {
    let all = context.all();
    let by = |metric: &str| measures.figures_by(metric, "sales_rep", all, true);
    let (customers, won, lost, revenue) =
        (by("active_customers")?, by("deals_won")?, by("deals_lost")?, by("revenue")?);
    let (value, rate, days) = (by("avg_deal_value")?, by("win_rate")?, by("avg_days_to_close")?);
    let whole = |map: &BTreeMap<String, Figure>, id: &str| map.get(id).map_or(0, |f| f.numerator);
    let mut reps: Vec<RepPerformance> = context
        .members
        .get("sales_rep")
        .into_iter()
        .flatten()
        .map(|rep| {
            let id = rep.member.as_str();
            RepPerformance {
                sales_rep_id: id.to_owned(),
                sales_rep_name: rep.label.clone(),
                active_customers: whole(&customers, id),
                deals_won: whole(&won, id),
                deals_lost: whole(&lost, id),
                total_revenue: context.money(whole(&revenue, id)),
                avg_deal_value: value.get(id).and_then(Figure::rounded).map(|cents| context.money(cents)),
                win_rate: rate.get(id).and_then(|f| f.value(Unit::Percent)),
                avg_days_to_close: days.get(id).and_then(|f| f.value(Unit::Days)),
            }
        })
        .filter(|r| r.active_customers + r.deals_won + r.deals_lost > 0)
        .collect();
    reps.sort_by(|a, b| {
        (b.total_revenue.cents, b.deals_won)
            .cmp(&(a.total_revenue.cents, a.deals_won))
            .then_with(|| a.sales_rep_id.cmp(&b.sales_rep_id))
    });
    Ok(reps)
}

fn insights(measures: &Measures<'_>, context: &Context<'_>) -> PolarsResult<Value> {
    let all = context.all();
    let cube = &measures.interaction;
    let month = Window::Month.period(context.business_date, context.first_date);
    let in_month = cube.flow("interactions", &[], month)?;
    let customers = measures.customer_stock.stock("customers", &[], month.until)?;
    let seconds = cube.flow("duration_seconds", &[], all)?;
    Ok(json!({
        "total_interactions": cube.flow("interactions", &[], all)?,
        "by_type": context.partition("type", &cube.flow_by("interactions", &[], "type", all)?),
        "by_outcome": context.partition("outcome", &cube.flow_by("interactions", &[], "outcome", all)?),
        "avg_duration_minutes": tenths(seconds, cube.flow("durations", &[], all)? * 60),
        "follow_up_pending": measures.follow_up.stock("follow_ups", &[], NaiveDate::MAX)?,
        "follow_up_overdue": measures.follow_up.stock("follow_ups", &[], all.until)?,
        "interaction_frequency": tenths(in_month, customers),
    }))
}

const STEPS: [&str; 4] =
    ["lead_to_qualified", "qualified_to_proposal", "proposal_to_negotiation", "negotiation_to_closed"];
/// How many reps the overview names.
const TOP_SALES_REPS: usize = 5;
/// Below so many rows a rate is shown but not ranked.
const RANKED_FROM: i64 = 5;
/// Floors of the lifetime-value bands, in cents of the reporting currency.
pub(in crate::metric) const VALUE_BANDS: [i64; 5] = [0, 1, 1_000_000, 5_000_000, 25_000_000];
