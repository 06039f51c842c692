//! Asks the server for every table, on one connection or on two.
//!
//! Each table is one statement and none waits for another, so two connections that see the same halve the time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::base::Period;
use crate::metric::compute::{Computed, Delivered};
use crate::metric::snapshot::{Compare, Window};
use crate::metric::table::{Cell, Kind, Query, Table, TableColumn, TableMetric, Tables, all_tables, season};
use crate::metric::{MetricError, failed};

/// Of whom and of when tables are asked.
#[derive(Debug, Clone, Copy)]
pub(in crate::metric) struct Question<'a> {
    pub(in crate::metric) tenant_key: i32,
    pub(in crate::metric) delivered: &'a Delivered,
    pub(in crate::metric) business_date: NaiveDate,
    pub(in crate::metric) first_date: NaiveDate,
}

/// A table over a window: what is asked, and what came of it.
type Asked = (&'static TableMetric, Window);
type Answered = (Asked, Vec<Vec<Cell>>);

impl Question<'_> {
    fn has(&self, metric: &TableMetric) -> bool {
        metric.needs.iter().all(|need| self.delivered.has(need))
    }
}

/// Computes every table that is asked of the server and whose inputs the tenant has; `second` sees what `first` sees.
pub(in crate::metric) async fn read_tables(
    first: &mut PgConnection,
    second: Option<&mut PgConnection>,
    question: Question<'_>,
) -> Result<Tables, MetricError> {
    let asked = all_tables().filter(|t| question.has(t) && !matches!(t.query, Query::Season));
    let queue: VecDeque<Asked> = asked.flat_map(|t| t.windows.iter().map(move |window| (t, *window))).collect();
    let queue = Mutex::new(queue);
    let (mut answered, others) = match second {
        Some(second) => {
            let (one, other) = tokio::join!(answer(first, &queue, question), answer(second, &queue, question));
            (one?, other?)
        }
        None => (answer(first, &queue, question).await?, Vec::new()),
    };
    answered.extend(others);
    let mut tables = Tables::new();
    for ((metric, window), rows) in answered {
        tables.entry(metric.name.to_owned()).or_default().insert(window, finished(metric, rows));
    }
    Ok(tables)
}

/// The season of revenue, which follows from its daily series, once that is computed.
pub(in crate::metric) async fn read_season(
    tx: &mut PgConnection,
    question: Question<'_>,
    computed: &Computed,
) -> Result<Tables, MetricError> {
    let mut tables = Tables::new();
    for metric in all_tables().filter(|t| question.has(t) && matches!(t.query, Query::Season)) {
        let index = "select t.season_index from star.dim_tenant as t where t.tenant_key = $1";
        let index = sqlx::query_scalar(index).bind(question.tenant_key).fetch_one(&mut *tx).await;
        let index: String = index.map_err(failed("reading the tenant"))?;
        let days = computed.series.get("revenue");
        let rows = days.map_or_else(Vec::new, |days| season::indices(days, question.business_date, &index));
        let windows = metric.windows.iter().map(|window| (*window, finished(metric, rows.clone())));
        tables.insert(metric.name.to_owned(), windows.collect());
    }
    Ok(tables)
}

fn finished(metric: &TableMetric, mut rows: Vec<Vec<Cell>>) -> Table {
    if let Some(finish) = metric.finish {
        finish(&mut rows);
    }
    let columns = metric.columns.iter().map(|(name, label, kind)| TableColumn {
        name: (*name).to_owned(),
        label: (*label).to_owned(),
        unit: kind.unit(),
    });
    Table { version: metric.version, columns: columns.collect(), rows }
}

/// Asks what is next until nothing is left; after a failure nothing is.
async fn answer(
    connection: &mut PgConnection,
    queue: &Mutex<VecDeque<Asked>>,
    question: Question<'_>,
) -> Result<Vec<Answered>, MetricError> {
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let mut answered = Vec::new();
    while let Some((metric, window)) = next() {
        let period = window.period(question.business_date, question.first_date);
        let before = window.compared(Compare::Previous, question.business_date).map(|period| period.from);
        let rows = read_rows(connection, question.tenant_key, metric, period, before).await;
        if rows.is_err() {
            queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        answered.push(((metric, window), rows?));
    }
    Ok(answered)
}

/// `before` is the first day of the window before; of `all` there is none before.
async fn read_rows(
    tx: &mut PgConnection,
    tenant_key: i32,
    metric: &TableMetric,
    period: Period,
    before: Option<NaiveDate>,
) -> Result<Vec<Vec<Cell>>, MetricError> {
    let rows = match &metric.query {
        Query::AsOf(sql) => sqlx::query(*sql).bind(tenant_key).bind(period.until),
        Query::Within(sql) => sqlx::query(*sql).bind(tenant_key).bind(period.until).bind(period.from),
        Query::Compared(sql) => {
            sqlx::query(*sql).bind(tenant_key).bind(period.until).bind(period.from).bind(before.unwrap_or(period.from))
        }
        Query::Cohorts(sql, months) => sqlx::query(*sql).bind(tenant_key).bind(period.until).bind(*months),
        Query::Season => return Ok(Vec::new()),
    };
    let rows = rows.fetch_all(tx).await.map_err(|source| MetricError::Table { metric: metric.name, source })?;
    rows.iter().map(|row| read_row(row, metric)).collect()
}

fn read_row(row: &PgRow, metric: &TableMetric) -> Result<Vec<Cell>, MetricError> {
    let mut next = 0;
    let mut cells = Vec::with_capacity(metric.columns.len());
    let failed = |source| MetricError::Table { metric: metric.name, source };
    for (_, _, kind) in metric.columns {
        cells.push(match kind {
            Kind::Text | Kind::Word | Kind::Date | Kind::Band => {
                row.try_get::<Option<String>, _>(next).map_err(failed)?.map_or(Cell::Nothing, Cell::Text)
            }
            Kind::Whole(_) | Kind::WholeApart(_) => {
                row.try_get::<Option<i64>, _>(next).map_err(failed)?.map_or(Cell::Nothing, |n| Cell::Ratio(n, 1))
            }
            Kind::Ratio(_) | Kind::RatioApart(_) | Kind::Part(_) => {
                let (n, d) = (row.try_get::<Option<i64>, _>(next), row.try_get::<Option<i64>, _>(next + 1));
                match (n.map_err(failed)?, d.map_err(failed)?) {
                    (Some(n), Some(d)) => Cell::Ratio(n, d),
                    _ => Cell::Nothing,
                }
            }
            Kind::Derived(_) => Cell::Nothing,
        });
        next += kind.width();
    }
    Ok(cells)
}
