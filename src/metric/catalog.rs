//! The catalog: every metric with its unit, direction, definition and where it may be cut.

use serde::Serialize;

use crate::base::nearest;

/// What a value is counted in; decides how it is rounded and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// Integer cents of the reporting currency.
    Money,
    /// 0–100 with one decimal, from exact counts.
    Percent,
    /// Days with one decimal.
    Days,
    /// Weeks with one decimal.
    Weeks,
    /// Minutes with one decimal.
    Minutes,
    /// A plain mean with one decimal (probability, frequency).
    Mean,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    Neutral,
}

/// Whether a metric counts what happened in a window or what there is at a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// Happens in a window (wins, revenue).
    Flow,
    /// Is there at the end of a window (customers, open deals).
    Stock,
}

/// A metric's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// The name used in templates, points and routes.
    pub name: &'static str,
    /// Changes whenever the meaning changes.
    pub version: u16,
    /// The short label a reader sees.
    pub label: &'static str,
    /// What a value is counted in.
    pub unit: Unit,
    /// Which way is good.
    pub direction: Direction,
    /// Flow or stock.
    pub nature: Nature,
    /// The dimensions a point may be cut by: `stage`, `tier`, `status`, `sales_rep`.
    pub dimensions: &'static [&'static str],
    /// Whether a daily series is published.
    pub has_series: bool,
    /// The definition in words.
    pub definition: &'static str,
}

impl Metric {
    /// `win_rate@1`.
    pub fn versioned(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

macro_rules! catalog {
    ($($name:ident @ $version:literal $label:literal $unit:ident $direction:ident $nature:ident [$($dim:literal),*] $series:literal $definition:literal;)*) => {
        /// Every metric of the house, in the order it is documented.
        pub const CATALOG: &[Metric] = &[$(Metric {
            name: stringify!($name), version: $version, label: $label, unit: Unit::$unit, direction: Direction::$direction,
            nature: Nature::$nature, dimensions: &[$($dim),*], has_series: $series, definition: $definition,
        }),*];
    };
}

catalog! {
    total_customers @ 1 "Customers" Count Up Stock ["status", "tier", "sales_rep"] false
        "live customers of every status at the end of the window";
    active_customers @ 1 "Active customers" Count Up Stock ["tier", "sales_rep"] false
        "customers with status customer at the end of the window, by the owner and tier of that day";
    new_customers @ 1 "New customers" Count Up Flow [] true
        "first transitions to customer in the window; a return after churn is not new";
    churned_customers @ 1 "Churned customers" Count Down Flow [] true
        "transitions to churned in the window";
    churn_rate @ 1 "Churn rate" Percent Down Flow [] false
        "customers at the start of the window who churned within it, per customers at its start";
    avg_lifetime_weeks @ 1 "Average lifetime" Weeks Up Stock ["tier"] false
        "mean of the active spells (until churn or the as-of date) of all who ever became customer, in weeks";
    revenue @ 1 "Revenue" Money Up Flow ["tier", "sales_rep"] true
        "value of deals won, at the actual close date, in the reporting currency at the rate of that day";
    deals_won @ 1 "Deals won" Count Up Flow ["tier", "sales_rep"] true
        "deals closed as won in the window";
    deals_lost @ 1 "Deals lost" Count Down Flow ["tier", "sales_rep"] true
        "deals closed as lost in the window";
    win_rate @ 1 "Win rate" Percent Up Flow ["tier", "sales_rep"] false
        "100 × won / (won + lost) by count, by actual close date; 20 won and 10 lost give 66.7";
    avg_deal_value @ 1 "Average deal won" Money Up Flow ["sales_rep"] false
        "revenue / deals won";
    avg_days_to_close @ 1 "Days to close" Days Down Flow ["sales_rep"] false
        "mean days from creation to actual close of the deals won";
    deals_created @ 1 "New deals" Count Up Flow [] true
        "deals created in the window";
    total_deals @ 1 "Deals" Count Up Stock ["stage"] false
        "all live deals at the end of the window, closed ones included";
    total_deal_value @ 1 "Value of all deals" Money Up Stock ["stage"] false
        "value of all live deals, closed ones included";
    open_deals @ 1 "Open deals" Count Up Stock ["stage", "sales_rep"] false
        "live deals that are neither won nor lost at the end of the window";
    open_value @ 1 "Open pipeline" Money Up Stock ["stage", "sales_rep"] false
        "value of the open deals";
    weighted_value @ 1 "Weighted pipeline" Money Up Stock ["stage"] false
        "value × probability of the open deals, as both stand now";
    stage_reached @ 1 "Deals that reached the stage" Count Neutral Stock ["stage"] false
        "deals whose furthest stage is this one or a later one; lost deals count by the furthest open stage known";
    interactions @ 1 "Interactions" Count Up Flow ["type"] true
        "calls, e-mails, meetings, notes, texts and chats started in the window";
    follow_ups_pending @ 1 "Follow-ups pending" Count Down Stock [] false
        "interactions that asked for a follow-up and had no later interaction with that customer";
    follow_ups_overdue @ 1 "Follow-ups overdue" Count Down Stock [] false
        "pending follow-ups whose date has passed";
    orders @ 1 "Orders" Count Up Flow [] true
        "orders placed in the window, cancelled ones apart";
    order_value @ 1 "Order value" Money Up Flow [] true
        "value of the orders placed in the window, cancelled ones apart, in the reporting currency";
    active_subscriptions @ 1 "Active subscriptions" Count Up Stock [] false
        "paid subscriptions running at the end of the window";
    mrr @ 1 "Monthly recurring revenue" Money Up Stock [] false
        "active paid subscriptions a month (yearly / 12, quarterly / 3); no trial, no paused one";
}

/// The metric called `name`.
pub fn find(name: &str) -> Option<&'static Metric> {
    CATALOG.iter().find(|m| m.name == name)
}

/// The metric name most like `name`.
pub fn nearest_name(name: &str) -> Option<&'static str> {
    nearest(name, CATALOG.iter().map(|m| m.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_rates_are_never_series() {
        let mut names: Vec<_> = CATALOG.iter().map(|m| m.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CATALOG.len());
        assert!(CATALOG.iter().filter(|m| m.has_series).all(|m| matches!(m.unit, Unit::Count | Unit::Money)));
    }
}
