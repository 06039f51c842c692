//! Asks the server for every table, on one connection or on two.
//!
//! No statement waits for another, so two connections that see the same halve the time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::metric::compute::{Computed, Delivered};
use crate::metric::snapshot::{Compare, Window};
use crate::metric::table::{
    Cell, Kind, Query, Table, TableColumn, TableMetric, Tables, all_tables, find_table, season,
};
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
type Answered = (Asked, Vec<Vec<Cell>>);

/// The statements that are still to be asked, by whichever connection is free, each with the tables that it answers.
pub(in crate::metric) struct Inquiry<'a> {
    question: Question<'a>,
    queue: Mutex<VecDeque<Vec<Asked>>>,
}

impl Question<'_> {
    fn has(&self, metric: &TableMetric) -> bool {
        metric.needs.iter().all(|need| self.delivered.has(need))
    }

    /// Whether the table called `name` will be published.
    pub(in crate::metric) fn has_table(&self, name: &str) -> bool {
        find_table(name).is_some_and(|metric| self.has(metric))
    }
}

impl<'a> Inquiry<'a> {
    /// About every table that is asked of the server and whose inputs the tenant has.
    pub(in crate::metric) fn new(question: Question<'a>) -> Self {
        let mut queue: VecDeque<Vec<Asked>> = VecDeque::new();
        for metric in all_tables().filter(|t| question.has(t) && !matches!(t.query, Query::Season)) {
            for window in metric.windows {
                let shared = queue.back_mut().filter(|last| last.iter().all(|(other, _)| metric.shares_with(other)));
                match shared {
                    Some(last) => last.push((metric, *window)),
                    None => queue.push_back(vec![(metric, *window)]),
                }
            }
        }
        Self { question, queue: Mutex::new(queue) }
    }

    /// Asks what is next until nothing is left; after a failure nothing is.
    pub(in crate::metric) async fn answer(&self, connection: &mut PgConnection) -> Result<Tables, MetricError> {
        let next = || self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let mut tables = Tables::new();
        while let Some(asked) = next() {
            let answered = self.read_rows(connection, &asked).await.inspect_err(|_| self.give_up())?;
            for ((metric, window), rows) in answered {
                tables.entry(metric.name.to_owned()).or_default().insert(window, finished(metric, rows));
            }
        }
        Ok(tables)
    }

    /// Nothing more is asked.
    pub(in crate::metric) fn give_up(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn read_rows(&self, connection: &mut PgConnection, asked: &[Asked]) -> Result<Vec<Answered>, MetricError> {
        let Some((metric, window)) = asked.first().copied() else { return Ok(Vec::new()) };
        let Question { tenant_key, business_date, first_date, .. } = self.question;
        let period = window.period(business_date, first_date);
        let ask = |sql: &'static str| sqlx::query(sql).bind(tenant_key).bind(period.until);
        let rows = match metric.query {
            Query::AsOf(sql) | Query::Cohorts(sql, _) => ask(sql),
            Query::Within(sql) => ask(sql).bind(period.from),
            Query::Compared(sql) => {
                // Of `all` there is none before.
                let before = window.compared(Compare::Previous, business_date).map(|before| before.from);
                ask(sql).bind(period.from).bind(before.unwrap_or(period.from))
            }
            Query::Season => return Ok(Vec::new()),
        };
        let rows = rows.fetch_all(connection).await;
        let rows = rows.map_err(|source| MetricError::Table { metric: metric.name, source })?;
        let answer = |(metric, window): &Asked| {
            let own = rows.iter().filter(|row| metric.owns(row));
            Ok(((*metric, *window), own.map(|row| read_row(row, metric)).collect::<Result<_, _>>()?))
        };
        asked.iter().map(answer).collect()
    }
}

impl TableMetric {
    /// Whether one statement answers both.
    fn shares_with(&self, other: &TableMetric) -> bool {
        matches!((&self.query, &other.query), (Query::Cohorts(one, _), Query::Cohorts(same, _)) if one == same)
    }

    /// Whether a row of its statement is one of its own.
    fn owns(&self, row: &PgRow) -> bool {
        match self.query {
            Query::Cohorts(_, months) => row.try_get(row.len() - 1).is_ok_and(|of: i32| of == months),
            _ => true,
        }
    }
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
