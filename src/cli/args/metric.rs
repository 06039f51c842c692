//! Arguments of the commands about numbers.

use clap::Args;

pub(super) const METRICS_EXAMPLES: &str = "\
Examples:
  vesper metrics               every metric
  vesper metrics win_rate      one of them in full
  vesper metrics --json        the catalog, for scripts

No database is needed.";

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
