//! Live rows and their amounts, one currency and day apart: what both sides of the balance are told in.

use chrono::NaiveDate;

/// Live rows of an entity, and the sum of their amounts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The currency of the amounts; none where the entity's amounts are not compared by currency.
    pub currency: Option<String>,
    /// The day (UTC) the rows belong to; none where they are not compared by day.
    pub day: Option<NaiveDate>,
    /// Rows that are not deleted.
    pub live: i64,
    /// Decimal text; none where the entity has no amount, or no row has one.
    pub amount: Option<String>,
}

/// What a source is asked to sum, over the columns of a query.
#[derive(Debug, Clone, Copy)]
pub struct Measure {
    /// The column that is summed; none where rows are counted alone.
    pub amount: Option<&'static str>,
    /// An expression for the day that, with the column `currency`, parts the rows; none where they stay together.
    pub day: Option<&'static str>,
}

impl Measure {
    /// Rows alone.
    pub const ROWS: Measure = Measure { amount: None, day: None };

    /// One sum over all rows.
    pub const fn sum(amount: &'static str) -> Measure {
        Measure { amount: Some(amount), day: None }
    }

    /// One sum a currency and day.
    pub const fn money(amount: &'static str, day: &'static str) -> Measure {
        Measure { amount: Some(amount), day: Some(day) }
    }

    /// The same by another expression of the day.
    pub const fn by_day(self, day: &'static str) -> Measure {
        Measure { day: Some(day), ..self }
    }

    /// Currency, day, rows and amount as expressions, the amount to four decimals as the star keeps it.
    pub fn columns(&self) -> String {
        let (currency, day) = match self.day {
            Some(day) => ("currency::text", format!("({day})::date")),
            None => ("null::text", "null::date".to_owned()),
        };
        let amount =
            self.amount.map_or("null::numeric".to_owned(), |amount| format!("sum(round({amount}::numeric, 4))"));
        format!("{currency} as currency, {day} as day, count(*) as live, {amount} as amount")
    }
}
