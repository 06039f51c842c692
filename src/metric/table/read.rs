//! Asks the server for every table, on one connection or on two.
//!
//! No statement waits for another, so two connections that see the same halve the time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use polars::prelude::PolarsResult;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use tokio::task::JoinHandle;

use crate::cube::{Cubes, PurchaseKind};
use crate::metric::compute::{Computed, Delivered};
use crate::metric::identity::Credited;
use crate::metric::purchase::{Bought, Wanted, read_bought, touched};
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

/// A table over a window.
type Asked = (&'static TableMetric, Window);

/// The tables that are still to be asked for, by whichever connection is free.
pub(in crate::metric) struct Inquiry<'a> {
    question: Question<'a>,
    queue: Mutex<VecDeque<Asked>>,
}

impl Question<'_> {
    fn has(&self, metric: &TableMetric) -> bool {
        metric.needs.iter().all(|need| self.delivered.has(need))
    }
}

impl<'a> Inquiry<'a> {
    /// About every table that is asked of the server and whose inputs the tenant has.
    pub(in crate::metric) fn new(question: Question<'a>) -> Self {
        let statements = all_tables().filter(|t| question.has(t) && t.statement().is_some());
        let queue = statements.flat_map(|metric| metric.windows.iter().map(move |window| (metric, *window))).collect();
        Self { question, queue: Mutex::new(queue) }
    }

    /// Asks what is next until nothing is left; after a failure nothing is.
    pub(in crate::metric) async fn answer(&self, connection: &mut PgConnection) -> Result<Tables, MetricError> {
        let next = || self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let mut tables = Tables::new();
        while let Some((metric, window)) = next() {
            let rows = self.read_rows(connection, (metric, window)).await.inspect_err(|_| self.give_up())?;
            tables.entry(metric.name.to_owned()).or_default().insert(window, finished(metric, rows));
        }
        Ok(tables)
    }

    /// Nothing more is asked.
    pub(in crate::metric) fn give_up(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn read_rows(
        &self,
        connection: &mut PgConnection,
        (metric, window): Asked,
    ) -> Result<Vec<Vec<Cell>>, MetricError> {
        let Question { tenant_key, business_date, first_date, .. } = self.question;
        let period = window.period(business_date, first_date);
        let ask = |sql: &'static str| sqlx::query(sql).bind(tenant_key).bind(period.until);
        let rows = match metric.query {
            Query::AsOf(sql) => ask(sql),
            Query::Within(sql) => ask(sql).bind(period.from),
            Query::Compared(sql) => {
                // Of `all` there is none before.
                let before = window.compared(Compare::Previous, business_date).map(|before| before.from);
                ask(sql).bind(period.from).bind(before.unwrap_or(period.from))
            }
            Query::BoughtAsOf(_) | Query::BoughtWithin(_) | Query::Told(_) | Query::Season => return Ok(Vec::new()),
        };
        let rows = rows.fetch_all(connection).await;
        let rows = rows.map_err(|source| MetricError::Table { metric: metric.name, source })?;
        rows.iter().map(|row| read_row(row, metric)).collect()
    }
}

/// The tables that rest on purchases, and what the credits of campaigns have to sum to, where they are asked for.
pub(in crate::metric) type Purchased = (Tables, Option<Credited>);

/// The tables that rest on purchases, which are read once for all of them; the rows are made beside what is asked next.
pub(in crate::metric) async fn read_purchase_tables(
    tx: &mut PgConnection,
    question: Question<'_>,
) -> Result<JoinHandle<Purchased>, MetricError> {
    let Question { tenant_key, business_date, first_date, .. } = question;
    let mut asked = Vec::new();
    for metric in all_tables().filter(|t| question.has(t)) {
        let (Query::BoughtAsOf(rows) | Query::BoughtWithin(rows)) = metric.query else { continue };
        let period = |window: &Window| window.period(business_date, first_date);
        asked.extend(metric.windows.iter().map(|window| (metric, *window, period(window), rows)));
    }
    let needs = |entity: &str| asked.iter().any(|(metric, ..)| metric.needs.contains(&entity));
    let ranked = asked.iter().filter(|(metric, ..)| metric.name == "top_customers").map(|(_, _, period, _)| *period);
    let has_campaigns = needs("campaign_touch");
    let is_deal = question.delivered.revenue_mode == "deals";
    let wanted = Wanted {
        kind: if is_deal { PurchaseKind::Deal } else { PurchaseKind::Order },
        has_orders: asked.iter().any(|(metric, ..)| metric.name == "order_habits"),
        ranked: ranked.collect(),
        has_programme: needs("loyalty_member"),
        has_campaigns,
    };
    let all = Window::All.period(business_date, first_date);
    let bought = if asked.is_empty() { Bought::default() } else { read_bought(tx, tenant_key, (all, wanted)).await? };
    Ok(tokio::task::spawn_blocking(move || {
        let mut tables = Tables::new();
        for (metric, window, period, rows) in asked {
            let table = finished(metric, rows(&bought, period));
            tables.entry(metric.name.to_owned()).or_default().insert(window, table);
        }
        (tables, has_campaigns.then(|| touched(&bought)))
    }))
}

/// The tables of what the cubes tell.
pub(in crate::metric) fn told(question: Question<'_>, cubes: &Cubes) -> PolarsResult<Tables> {
    let mut tables = Tables::new();
    for metric in all_tables().filter(|t| question.has(t)) {
        let Query::Told(rows) = metric.query else { continue };
        let rows = rows(cubes)?;
        let windows = metric.windows.iter().map(|window| (*window, finished(metric, rows.clone())));
        tables.insert(metric.name.to_owned(), windows.collect());
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
