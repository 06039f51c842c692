//! One day of the business, lived: ordinary inserts, updates and deletes on the operational tables.
//!
//! In: the tables as the evening before left them, the specification, the date. Out: the same tables, one day on.
//! Each row throws its own dice for the day, so the day follows from the rows, the seed and the date alone.

mod billing;
mod corrections;
mod customers;
mod deals;
mod orders;
mod shelves;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use self::shelves::Shipments;
use super::BusinessSpec;
use super::calendar::{midnight, moment, working};
use super::dice::Dice;
use super::goods::Goods;
use super::staff::{Employment, Rep, Staff, employ};
use super::tables::Tables;
use crate::demo::DemoError;

/// What became of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LivedDay {
    /// The day.
    pub date: NaiveDate,
    /// It belongs to the history or was lived before: nothing was done.
    pub was_lived: bool,
    /// How many rows of the operational tables were changed in place or deleted; new rows are not counted.
    pub rows_changed: u64,
}

/// Lives one day, in one transaction. Days come in order; a day that is past already is left alone.
pub async fn live_day(
    connection: &mut PgConnection,
    spec: &BusinessSpec,
    date: NaiveDate,
) -> Result<LivedDay, DemoError> {
    let fail = |source| failed("live a day", source);
    let mut transaction = connection.begin().await.map_err(fail)?;
    let last: Option<NaiveDate> =
        sqlx::query_scalar("select max(day) from demo.lived_day").fetch_one(&mut *transaction).await.map_err(fail)?;
    let last = last.unwrap_or_else(|| spec.end_date().pred_opt().expect("dates are of this age"));
    if date <= last {
        return Ok(LivedDay { date, was_lived: true, rows_changed: 0 });
    }
    if last.succ_opt() != Some(date) {
        return Err(DemoError::DayOutOfOrder { last, wanted: date });
    }
    let rows_changed = live(&mut transaction, spec, date).await?;
    let marked = sqlx::query("insert into demo.lived_day values ($1)").bind(date).execute(&mut *transaction).await;
    marked.map_err(fail)?;
    transaction.commit().await.map_err(fail)?;
    Ok(LivedDay { date, was_lived: false, rows_changed })
}

/// A day under way: what is known in the morning, and the rows it will have brought by the evening.
struct Day<'a> {
    connection: &'a mut PgConnection,
    spec: &'a BusinessSpec,
    date: NaiveDate,
    staff: Staff,
    goods: Goods,
    tables: Tables,
    shipments: Shipments,
    /// Numbers the day's orders, invoices and people.
    documents: u32,
    rows_changed: u64,
}

async fn live(connection: &mut PgConnection, spec: &BusinessSpec, date: NaiveDate) -> Result<u64, DemoError> {
    let staff = read_staff(connection, spec).await?;
    let mut day = Day {
        connection,
        spec,
        date,
        staff,
        goods: Goods::known(spec),
        tables: Tables::default(),
        shipments: Shipments::default(),
        documents: 0,
        rows_changed: 0,
    };
    day.hire();
    deals::move_deals(&mut day).await?;
    orders::move_orders(&mut day).await?;
    billing::move_subscriptions(&mut day).await?;
    billing::settle_invoices(&mut day).await?;
    customers::move_customers(&mut day).await?;
    customers::welcome(&mut day);
    shelves::ship(&mut day).await?;
    day.tables.copy(day.connection).await?;
    corrections::correct(&mut day).await?;
    Ok(day.rows_changed)
}

impl Day<'_> {
    /// The dice of one thing on this day.
    fn dice(&self, topic: &str, thing: Uuid) -> Dice {
        Dice::of(self.spec.seed, &format!("{topic} on {}", self.date), thing.as_u128())
    }

    /// Some instant of the day.
    fn moment(&self, dice: &mut Dice) -> DateTime<Utc> {
        moment(dice, self.date)
    }

    /// The first instant of the next day.
    fn end(&self) -> DateTime<Utc> {
        midnight(self.date) + TimeDelta::days(1)
    }

    /// How much of an average day's work is done on this one.
    fn pace(&self) -> f64 {
        working(self.date) / 0.727
    }

    /// A number no document of another day has.
    fn number(&mut self) -> String {
        self.documents += 1;
        format!("{}-{:05}", self.date.format("%Y%m%d"), self.documents)
    }

    /// Somebody new joins a few times a year.
    fn hire(&mut self) {
        let mut dice = self.dice("hire", Uuid::nil());
        if !dice.chance(0.008 * self.pace()) {
            return;
        }
        let hired_at = midnight(self.date) + TimeDelta::hours(7);
        let number = self.staff.reps.len();
        let employment = Employment { number, hired_at, left_at: None, end: self.end() };
        let id = employ(&mut dice, &mut self.tables, employment);
        self.staff.reps.push(Rep::of(self.spec.seed, id, hired_at, None));
    }

    /// Counts what a statement changed.
    fn count(
        &mut self,
        action: &str,
        done: Result<sqlx::postgres::PgQueryResult, sqlx::Error>,
    ) -> Result<(), DemoError> {
        let done = done.map_err(|source| failed(action, source))?;
        self.rows_changed += done.rows_affected();
        Ok(())
    }
}

async fn read_staff(connection: &mut PgConnection, spec: &BusinessSpec) -> Result<Staff, DemoError> {
    let rows: Vec<(Uuid, DateTime<Utc>, Option<DateTime<Utc>>)> = sqlx::query_as(include_str!("staff.sql"))
        .fetch_all(connection)
        .await
        .map_err(|e| failed("read the staff", e))?;
    let reps = rows.into_iter().map(|(id, hired_at, left_at)| Rep::of(spec.seed, id, hired_at, left_at));
    Ok(Staff { reps: reps.collect() })
}

fn failed(action: &str, source: sqlx::Error) -> DemoError {
    DemoError::Statement { action: action.to_owned(), source }
}

/// The currency of this code, as the generated rows spell it.
fn known_currency(code: &str) -> &'static str {
    ["USD", "EUR", "GBP", "CHF"].into_iter().find(|known| *known == code).unwrap_or("USD")
}
