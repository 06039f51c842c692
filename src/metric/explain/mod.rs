//! One published number walked back: its ratio, its definition, the SQL on the cubes and on the star that gives it again,
//! the run, the marks of the sources, what was checked.
//!
//! In: a snapshot. Out: an [`Explanation`], to be printed. Nothing is asked and nothing is recomputed here.

mod derivation;

use serde::Serialize;

use crate::base::Period;
use crate::cube::origin_of;
use crate::metric::explain::derivation::{Days, Side, derivation_of, is_narrowed, written};
use crate::metric::kpi::{Kpi, KpiBody, Kpis, Parameter};
use crate::metric::snapshot::{Figure, Slice, Snapshot, SnapshotHeader};
use crate::metric::{Metric, Unit};

/// A number and everything under it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Its definition.
    pub metric: &'static Metric,
    /// Where it is cut.
    pub slice: Slice,
    /// The days it speaks of; a stock is taken at the end of the last.
    pub period: Period,
    /// The exact ratio; `None` where nothing was published.
    pub figure: Option<Figure>,
    /// As it is published, in the unit's own measure.
    pub value: Option<f64>,
    /// The same from the cubes: `numerator`, `denominator`.
    pub cube_sql: Option<String>,
    /// The same from the star.
    pub star_sql: Option<String>,
    /// The numbers it is made of, for an expression of the deployment's own.
    pub parts: Vec<Explanation>,
    /// How it is made of them.
    pub formula: Option<String>,
}

/// Explains a metric at a slice of a snapshot; `kpis` tell how the deployment's own ones are made.
pub fn explain(
    snapshot: &Snapshot,
    kpis: &Kpis,
    tenant_key: i32,
    metric: &'static Metric,
    slice: &Slice,
) -> Explanation {
    let header = &snapshot.header;
    let period = period_of(header, slice);
    let figure = snapshot.figure(metric.name, slice);
    let mut explanation = Explanation {
        metric,
        slice: slice.clone(),
        period,
        figure,
        value: figure.and_then(|f| f.value(metric.unit)),
        cube_sql: None,
        star_sql: None,
        parts: Vec::new(),
        formula: None,
    };
    match kpis.list.iter().find(|k| k.metric.name == metric.name) {
        Some(kpi) => explain_own(&mut explanation, kpi, (snapshot, kpis, tenant_key)),
        None => {
            let question = Question { metric: metric.name, slice, period, tenant_key };
            explanation.cube_sql = question.on_cubes();
            explanation.star_sql = question.on_star();
        }
    }
    explanation
}

fn period_of(header: &SnapshotHeader, slice: &Slice) -> Period {
    let own = slice.window.period(header.business_date, header.first_date);
    slice.compare.and_then(|compare| slice.window.compared(compare, header.business_date)).unwrap_or(own)
}

fn explain_own(explanation: &mut Explanation, kpi: &Kpi, (snapshot, kpis, tenant_key): (&Snapshot, &Kpis, i32)) {
    match &kpi.body {
        KpiBody::Expression { text, expression, .. } => {
            explanation.formula = Some(text.clone());
            for (name, slice) in expression.leaves_at(&explanation.slice) {
                let known = explanation.parts.iter().any(|p| p.metric.name == name && p.slice == slice);
                if let Some(metric) = snapshot.catalog.find(&name).filter(|_| !known) {
                    explanation.parts.push(explain(snapshot, kpis, tenant_key, metric, &slice));
                }
            }
        }
        KpiBody::Query { statement, parameters, .. } => {
            let date = |date: chrono::NaiveDate| format!("date '{date}'");
            let mut sql = statement.clone();
            for (at, parameter) in parameters.iter().enumerate().rev() {
                let value = match parameter {
                    Parameter::TenantKey => tenant_key.to_string(),
                    Parameter::BusinessDate => date(snapshot.header.business_date),
                    Parameter::From => date(explanation.period.from),
                    Parameter::Until => date(explanation.period.until),
                };
                sql = sql.replace(&format!("${}", at + 1), &value);
            }
            explanation.star_sql = Some(format!("{sql};"));
        }
    }
}

/// What is asked of the cubes.
struct Question<'a> {
    metric: &'a str,
    slice: &'a Slice,
    period: Period,
    tenant_key: i32,
}

impl Question<'_> {
    fn sides(&self) -> Option<(Side, Option<Side>)> {
        let member = self.slice.member.as_ref().map(|(dimension, member)| (dimension.as_str(), member.as_str()));
        derivation_of(self.metric, member).map(|d| (d.numerator, d.denominator))
    }

    fn on_cubes(&self) -> Option<String> {
        let (numerator, denominator) = self.sides()?;
        Some(format!("{};", self.select(&numerator, denominator.as_ref(), "cube.")))
    }

    /// The cubes' rows from the star in their place.
    fn on_star(&self) -> Option<String> {
        let (numerator, denominator) = self.sides()?;
        let mut tables: Vec<String> = Vec::new();
        for cube in [Some(numerator.cube), denominator.map(|d| d.cube)].into_iter().flatten() {
            let head = format!("{cube} (");
            if tables.iter().any(|table| table.starts_with(&head)) {
                continue;
            }
            let sides = [Some(numerator), denominator];
            let days: Vec<Days> = sides.iter().flatten().filter(|s| s.cube == cube).map(|s| s.days).collect();
            let (from, until) = self.span(&days);
            let origin = origin_of(cube, self.tenant_key, from, until)?;
            tables.push(format!("{head}{}) as (\n{}\n)", origin.columns, indented(&origin.query)));
        }
        Some(format!("with {}\n\n{};", tables.join(",\n\n"), self.select(&numerator, denominator.as_ref(), "")))
    }

    /// The days of the star that a cube's rows are wanted of.
    fn span(&self, days: &[Days]) -> (chrono::NaiveDate, chrono::NaiveDate) {
        let first = chrono::NaiveDate::from_ymd_opt(1990, 1, 1).expect("a date");
        let last = chrono::NaiveDate::from_ymd_opt(2101, 1, 1).expect("a date");
        let from = if days.iter().all(|d| *d == Days::Within) { self.period.from } else { first };
        let until = if days.contains(&Days::Any) { last } else { self.period.until };
        (from, until)
    }

    fn select(&self, numerator: &Side, denominator: Option<&Side>, schema: &str) -> String {
        let under = denominator.map_or_else(|| "1".to_owned(), |side| self.sum(side, schema));
        format!("select\n    {} as numerator,\n    {under} as denominator", self.sum(numerator, schema))
    }

    fn sum(&self, side: &Side, schema: &str) -> String {
        let (from, until) = (format!("date '{}'", self.period.from), format!("date '{}'", self.period.until));
        let sum = written(side, &from, &until);
        if sum.bytes().all(|b| b.is_ascii_digit()) {
            return sum;
        }
        let mut conditions = vec![format!("q.tenant_key = {}", self.tenant_key)];
        match side.days {
            Days::Within => conditions.extend([format!("q.day >= {from}"), format!("q.day < {until}")]),
            Days::UntilEnd => conditions.push(format!("q.day < {until}")),
            Days::UntilStart => conditions.push(format!("q.day < {from}")),
            Days::Any => {}
        }
        if let Some((dimension, member)) = &self.slice.member
            && is_narrowed(self.metric, side, dimension)
        {
            conditions.push(narrowing(dimension, member));
        }
        let cube = format!("{schema}{}", side.cube);
        let rows = side.rows.map_or_else(|| cube.clone(), |rows| rows.replace(":cube", &cube));
        format!("(select coalesce({sum}, 0)::bigint\n     from {rows} as q\n     where {})", conditions.join(" and "))
    }
}

fn narrowing(dimension: &str, member: &str) -> String {
    let text = member.replace('\'', "''");
    match dimension {
        "sales_rep" => format!(
            "q.sales_rep_key in (select r.sales_rep_key from star.dim_sales_rep as r where r.sales_rep_id = '{text}')"
        ),
        column => format!("q.{column} = '{text}'"),
    }
}

fn indented(query: &str) -> String {
    query
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
        .collect::<Vec<_>>()
        .join("\n")
}

/// A figure in words: `20 / 30`.
pub fn ratio_in_words(figure: Figure, unit: Unit) -> String {
    match (figure.denominator, unit) {
        (1, Unit::Money) => format!("{} cents", figure.numerator),
        (1, _) => figure.numerator.to_string(),
        (0, _) => format!("{} / 0, which has no value", figure.numerator),
        (denominator, _) => format!("{} / {denominator}", figure.numerator),
    }
}
