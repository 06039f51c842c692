//! Arguments of the commands about numbers.

use chrono::NaiveDate;
use clap::Args;

use crate::cli::args::business_date;

pub(super) const METRICS_EXAMPLES: &str = "\
Examples:
  vesper metrics               every metric
  vesper metrics win_rate      one of them in full
  vesper metrics --json        the catalog, for scripts

No database is needed.";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  vesper explain win_rate                                       of all time
  vesper explain win_rate --slice window=month,tier=pro         of the last complete month, of one tier
  vesper explain revenue --slice window=year,compare=previous   of the year before
  vesper explain revenue --for 2026-03-01                       as it was published for that date

The SQL it prints can be pasted into psql on the analytics database.";

/// Arguments of `vesper explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The metric, such as win_rate
    #[arg(value_name = "METRIC")]
    pub metric: String,
    /// Where it is cut: window, compare, and one member of a dimension [default: window=all]
    #[arg(long, value_name = "SLICE")]
    pub slice: Option<String>,
    /// The business date it was published for [default: the current one]
    #[arg(long = "for", value_name = "DATE", value_parser = business_date)]
    pub business_date: Option<NaiveDate>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper metrics`.
#[derive(Debug, Args)]
pub struct MetricsArgs {
    /// The metric, such as win_rate [default: all]
    #[arg(value_name = "NAME")]
    pub metric: Option<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
    /// Print docs/metrics.md: the metrics of the house
    #[arg(long, conflicts_with_all = ["metric", "json"])]
    pub markdown: bool,
}
