//! A generated business: its history, written at once, and its days, lived one by one.
//!
//! In: a specification (seed, today, size). Out: rows in the operational tables, and a marker in a schema `demo` of
//! the same database that says whose they are and which days were lived.
//!
//! The history ends with the day before `today` less the nights still to be lived. Everything before that end is
//! written as it stands then; everything after happens by ordinary inserts, updates and deletes, so that whoever
//! reads the database each night observes it.
//!
//! Every thing (a customer, a deal on a day) throws its own dice, so nothing depends on the order of the work.
//!
//! Never here: the clock, a metric, a table outside the operational schema and `demo`.

mod account;
mod billing;
mod calendar;
mod contact;
mod day;
mod dice;
mod goods;
mod names;
mod ordering;
mod record;
mod selling;
mod staff;
mod stock;
mod tables;

use std::collections::VecDeque;

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use sqlx::{Connection, PgConnection};

use self::account::World;
use self::calendar::{arrivals, midnight, moment};
use self::dice::Dice;
use self::goods::Goods;
use self::staff::Staff;
use self::stock::Demand;
use self::tables::Tables;
use super::DemoError;

pub use day::{LivedDay, live_day};

/// Which business: the same specification gives the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessSpec {
    /// Where chance begins.
    pub seed: u64,
    /// The day the demo is shown; nothing ever happens on it.
    pub today: NaiveDate,
    /// How many customers the history has, leads included.
    pub customers: u32,
    /// How long the history is.
    pub months: u32,
    /// How many days before `today` are left to be lived.
    pub nights: u32,
}

impl BusinessSpec {
    /// The demo's business as of `today`.
    pub fn of_today(today: NaiveDate) -> BusinessSpec {
        BusinessSpec { seed: 1, today, customers: 450, months: 30, nights: 0 }
    }

    /// The first day of the history.
    pub fn start_date(&self) -> NaiveDate {
        self.end_date().checked_sub_months(Months::new(self.months)).expect("dates are of this age")
    }

    /// The day after the history: the first to be lived, or `today`.
    pub fn end_date(&self) -> NaiveDate {
        self.today.checked_sub_days(Days::new(u64::from(self.nights))).expect("dates are of this age")
    }

    pub(in crate::demo) fn end_at(&self) -> DateTime<Utc> {
        midnight(self.end_date())
    }
}

/// How many rows the business has.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[allow(missing_docs)]
pub struct BusinessCounts {
    pub sales_reps: i64,
    pub companies: i64,
    pub customers: i64,
    pub deals: i64,
    pub interactions: i64,
    pub products: i64,
    pub orders: i64,
    pub order_lines: i64,
    pub subscriptions: i64,
    pub invoices: i64,
    pub payments: i64,
    pub inventory: i64,
    pub stock_movements: i64,
    /// The business was there already and was left as it is.
    #[sqlx(skip)]
    pub was_there: bool,
}

/// Writes the history of a business into an empty operational database, in one transaction.
///
/// A second run finds the same business and leaves it, lived days and all; another business is an error.
pub async fn create_business(connection: &mut PgConnection, spec: &BusinessSpec) -> Result<BusinessCounts, DemoError> {
    let fail = |action: &str| {
        let action = action.to_owned();
        |source| DemoError::Statement { action, source }
    };
    let mut transaction = connection.begin().await.map_err(fail("begin the business"))?;
    let marker = sqlx::raw_sql(include_str!("marker.sql")).execute(&mut *transaction).await;
    marker.map_err(fail("make the demo's marker"))?;
    let was_there = match find(&mut transaction).await? {
        Some(found) if found.is_same_as(spec) => true,
        Some(found) => return Err(DemoError::AnotherBusiness { found: Box::new(found), wanted: Box::new(*spec) }),
        None => {
            write_history(&mut transaction, spec).await?;
            mark(&mut transaction, spec).await?;
            let analyzed = sqlx::raw_sql("analyze").execute(&mut *transaction).await;
            analyzed.map_err(fail("analyze the business"))?;
            false
        }
    };
    let counts = sqlx::query_as(include_str!("counts.sql")).fetch_one(&mut *transaction).await;
    let counts: BusinessCounts = counts.map_err(fail("count the business"))?;
    transaction.commit().await.map_err(fail("commit the business"))?;
    Ok(BusinessCounts { was_there, ..counts })
}

impl BusinessSpec {
    /// Whether the history is the same one: `today` may move on as long as the end stands.
    fn is_same_as(&self, other: &BusinessSpec) -> bool {
        (self.seed, self.customers, self.months, self.end_date())
            == (other.seed, other.customers, other.months, other.end_date())
    }
}

/// The business this database holds, if any.
async fn find(connection: &mut PgConnection) -> Result<Option<BusinessSpec>, DemoError> {
    let row: Option<(i64, NaiveDate, i32, i32, i32)> =
        sqlx::query_as("select seed, today, customers, months, nights from demo.business")
            .fetch_optional(connection)
            .await
            .map_err(|source| DemoError::Statement { action: "look for the business".to_owned(), source })?;
    Ok(row.map(|(seed, today, customers, months, nights)| BusinessSpec {
        seed: seed.cast_unsigned(),
        today,
        customers: customers.cast_unsigned(),
        months: months.cast_unsigned(),
        nights: nights.cast_unsigned(),
    }))
}

async fn mark(connection: &mut PgConnection, spec: &BusinessSpec) -> Result<(), DemoError> {
    let row = sqlx::query("insert into demo.business values ($1, $2, $3, $4, $5)")
        .bind(spec.seed.cast_signed())
        .bind(spec.today)
        .bind(spec.customers.cast_signed())
        .bind(spec.months.cast_signed())
        .bind(spec.nights.cast_signed());
    let done = row.execute(connection).await;
    done.map(drop).map_err(|source| DemoError::Statement { action: "mark the business".to_owned(), source })
}

/// Lives every customer's life, a batch at a time: memory does not grow with the business.
async fn write_history(connection: &mut PgConnection, spec: &BusinessSpec) -> Result<(), DemoError> {
    let mut tables = Tables::default();
    let mut shipped = Demand::default();
    let staff = Staff::hire(spec, &mut tables);
    let goods = Goods::list(spec, &mut tables);
    let mut world = World {
        spec,
        staff: &staff,
        goods: &goods,
        tables: &mut tables,
        demand: &mut shipped,
        neighbours: VecDeque::new(),
    };
    let mut queue = Arrivals::of(spec);
    for number in 1..=spec.customers {
        let created_at = queue.next(number);
        account::live(&mut world, number, created_at);
        if number % BATCH_CUSTOMERS == 0 {
            world.tables.copy(connection).await?;
        }
    }
    shipped.settle(spec, &goods, &mut tables);
    tables.copy(connection).await
}

/// About ten megabytes of rows.
const BATCH_CUSTOMERS: u32 = 2_000;

/// When customers first show up: in order, spread as busy as the days are.
struct Arrivals {
    spec: BusinessSpec,
    date: NaiveDate,
    /// The share of all days' arrivals up to and including `date`.
    reached: f64,
    total: f64,
}

impl Arrivals {
    fn of(spec: &BusinessSpec) -> Arrivals {
        let (start, end) = (spec.start_date(), spec.end_date());
        let total = start.iter_days().take_while(|date| *date < end).map(|date| arrivals(date, start)).sum();
        Arrivals { spec: *spec, date: start, reached: arrivals(start, start), total }
    }

    fn next(&mut self, number: u32) -> DateTime<Utc> {
        let mut dice = Dice::of(self.spec.seed, "arrival", u128::from(number));
        let share = (f64::from(number) - dice.between(0.0, 1.0)) / f64::from(self.spec.customers);
        let start = self.spec.start_date();
        let last = self.spec.end_date().pred_opt().expect("dates are of this age");
        while self.reached < share * self.total && self.date < last {
            self.date = self.date.succ_opt().expect("dates are of this age");
            self.reached += arrivals(self.date, start);
        }
        moment(&mut dice, self.date)
    }
}
