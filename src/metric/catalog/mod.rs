//! The catalog: every metric with its unit, direction, definition, where it may be cut and what it rests on. Pure.
//!
//! One file a group; a metric is one entry of `metrics!`. [`Catalog`] is what a deployment knows: the metrics of the
//! house and its own. [`document`] is the catalog as HTTP serves it, [`handbook`] as `docs/metrics.md` holds it.

mod customer;
mod handbook;
mod interaction;
mod known;
mod lineage;
mod order;
mod planned;
mod revenue;
mod sales;

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use handbook::{document, entry, handbook, table_entry};
pub use known::Catalog;
pub(in crate::metric) use known::{intern, intern_list, intern_metric};
pub use lineage::{LINEAGE, Lineage};
pub use planned::{PLANNED, Planned};

use crate::base::nearest;

/// What a value is counted in; decides how it is rounded and printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
    /// A ratio to one with four decimals (lift, seasonal index).
    Index,
}

impl Unit {
    /// All units.
    pub const ALL: [Unit; 8] =
        [Unit::Count, Unit::Money, Unit::Percent, Unit::Days, Unit::Weeks, Unit::Minutes, Unit::Mean, Unit::Index];

    /// The name used in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Money => "money",
            Unit::Percent => "percent",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::Minutes => "minutes",
            Unit::Mean => "mean",
            Unit::Index => "index",
        }
    }
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    Neutral,
}

impl Direction {
    /// All directions.
    pub const ALL: [Direction; 3] = [Direction::Up, Direction::Down, Direction::Neutral];

    /// The name used in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Up => "up",
            Direction::Down => "down",
            Direction::Neutral => "neutral",
        }
    }
}

/// Whether a metric counts what happened in a window or what there is at a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// Happens in a window (wins, revenue).
    Flow,
    /// Is there at the end of a window (customers, open deals).
    Stock,
}

impl Nature {
    /// The name used in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Nature::Flow => "flow",
            Nature::Stock => "stock",
        }
    }
}

/// How far back a value is known, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// From stamps the source keeps: as good for a past day as for the last one.
    Recorded,
    /// From changes that were seen or told; before the first load they are inferred from the row's own stamps.
    Observed,
    /// As the rows stand now: published for windows that end now, never for past ones.
    Present,
}

impl Basis {
    /// The name used in files and answers.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Recorded => "recorded",
            Basis::Observed => "observed",
            Basis::Present => "present",
        }
    }
}

/// Which chapter of the catalog a metric stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Who buys, and what becomes of them.
    Customers,
    /// Deals and those who close them.
    Sales,
    /// Money that comes in and comes again.
    Revenue,
    /// Orders, products, stock, campaigns.
    Orders,
    /// Calls, meetings, mails.
    Interactions,
    /// The deployment's own, from `jobs/metrics`.
    Custom,
}

impl Group {
    /// All groups, in the order they are documented.
    pub const ALL: [Group; 6] =
        [Group::Customers, Group::Sales, Group::Revenue, Group::Orders, Group::Interactions, Group::Custom];

    /// The name used in answers.
    pub fn name(self) -> &'static str {
        match self {
            Group::Customers => "customers",
            Group::Sales => "sales",
            Group::Revenue => "revenue",
            Group::Orders => "orders",
            Group::Interactions => "interactions",
            Group::Custom => "custom",
        }
    }

    /// The heading a reader sees.
    pub fn heading(self) -> &'static str {
        match self {
            Group::Customers => "Customers",
            Group::Sales => "Sales",
            Group::Revenue => "Revenue",
            Group::Orders => "Orders, products, campaigns",
            Group::Interactions => "Interactions",
            Group::Custom => "Your own",
        }
    }
}

/// A metric's definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
    /// The chapter it stands in.
    pub group: Group,
    /// The dimensions a point may be cut by: `stage`, `tier`, `status`, `sales_rep`.
    pub dimensions: &'static [&'static str],
    /// Whether a daily series is published.
    pub has_series: bool,
    /// How far back it is known.
    pub basis: Basis,
    /// The cubes it is computed from (`deal_flow_day`); [`LINEAGE`] tells the tables of the star under each.
    pub cubes: &'static [&'static str],
    /// The definition in words.
    pub definition: &'static str,
}

impl Metric {
    /// `win_rate@1`.
    pub fn versioned(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// The tables of the star under it, each once.
    pub fn star_tables(&self) -> Vec<&'static str> {
        let mut tables: Vec<&str> = Vec::new();
        for table in self.lineage().flat_map(|l| l.star.iter().copied()) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        tables
    }

    /// What one row under it is: `a deal`, `a day of a customer's lifetime`.
    pub fn grain(&self) -> &'static str {
        self.lineage().next().map_or("a value", |l| l.grain)
    }

    /// The entities of the source that it says nothing without; `revenue` is what the tenant's mode makes it of.
    pub fn needs(&self) -> Vec<&'static str> {
        let mut needs: Vec<&str> = self.lineage().map(|l| l.entity).collect();
        needs.dedup();
        needs
    }

    fn lineage(&self) -> impl Iterator<Item = &'static Lineage> {
        self.cubes.iter().filter_map(|cube| LINEAGE.iter().find(|l| l.cube == *cube))
    }
}

/// Entries of a group:
/// `name @ version "Label" Unit Direction Nature ["dimension"] has_series Basis ["cube"] "definition";`
macro_rules! metrics {
    ($group:ident: $($name:ident @ $version:literal $label:literal $unit:ident $direction:ident $nature:ident
        [$($dimension:literal),*] $series:literal $basis:ident [$($cube:literal),*] $definition:literal;)*) => {
        &[$($crate::metric::catalog::Metric {
            name: stringify!($name),
            version: $version,
            label: $label,
            unit: $crate::metric::catalog::Unit::$unit,
            direction: $crate::metric::catalog::Direction::$direction,
            nature: $crate::metric::catalog::Nature::$nature,
            group: $crate::metric::catalog::Group::$group,
            dimensions: &[$($dimension),*],
            has_series: $series,
            basis: $crate::metric::catalog::Basis::$basis,
            cubes: &[$($cube),*],
            definition: $definition,
        }),*]
    };
}
use metrics;

/// Every metric of the house, in the order it is documented.
pub static CATALOG: LazyLock<Vec<Metric>> = LazyLock::new(|| {
    [customer::METRICS, sales::METRICS, revenue::METRICS, order::METRICS, interaction::METRICS].concat()
});

/// The metric of the house called `name`.
pub fn find(name: &str) -> Option<&'static Metric> {
    CATALOG.iter().find(|m| m.name == name)
}

/// The name of a metric of the house most like `name`.
pub fn nearest_name(name: &str) -> Option<&'static str> {
    nearest(name, CATALOG.iter().map(|m| m.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::table::all_tables;

    #[test]
    fn names_are_unique_and_rates_are_never_series() {
        let mut names: Vec<_> = CATALOG
            .iter()
            .map(|m| m.name)
            .chain(PLANNED.iter().map(|p| p.name))
            .chain(all_tables().map(|t| t.name))
            .collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(CATALOG.iter().filter(|m| m.has_series).all(|m| matches!(m.unit, Unit::Count | Unit::Money)));
    }

    #[test]
    fn every_metric_tells_the_rows_under_it() {
        for metric in CATALOG.iter() {
            assert!(!metric.cubes.is_empty(), "{} names its cubes", metric.name);
            for cube in metric.cubes {
                assert!(LINEAGE.iter().any(|l| l.cube == *cube), "{}: {cube} has a lineage", metric.name);
            }
            assert!(!metric.definition.ends_with('.') && metric.version > 0, "{}", metric.name);
        }
    }
}
