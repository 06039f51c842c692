//! The arguments of `vesper export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::export::{Format, Grain};

/// What stands under the help of the command.
pub(super) const EXPORT_EXAMPLES: &str = "\
Examples:
  vesper export                                                    what can be exported
  vesper export star.fact_deal --out out                           one Parquet file and a manifest
  vesper export star.fact_order --partition month --out out        a file a month
  vesper export star.deal --format csv --out out                   the view with names, for a spreadsheet
  vesper export cube.order_day --partition year --by day --out out

All files show one instant of the warehouse. A second export replaces the first, and the same rows give the same bytes.";

/// Arguments of `vesper export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The table or view, such as star.fact_deal [default: list them]
    #[arg(value_name = "DATASET", requires = "out_dir")]
    pub dataset: Option<String>,
    /// The folder in which the dataset gets its own; made if it is not there
    #[arg(long = "out", value_name = "DIR", requires = "dataset")]
    pub out_dir: Option<PathBuf>,
    /// The kind of file
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExportFormat::Parquet)]
    pub format: ExportFormat,
    /// One file a month or a year (UTC), or one for all
    #[arg(long, value_enum, value_name = "GRAIN", default_value_t = ExportGrain::None)]
    pub partition: ExportGrain,
    /// The column whose day decides the file [default: the first date or time of the table]
    #[arg(long, value_name = "COLUMN", requires = "dataset")]
    pub by: Option<String>,
    /// Only the rows of this tenant
    #[arg(long, value_name = "TENANT", requires = "dataset")]
    pub tenant: Option<String>,
    /// Print the manifest as JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// The kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Typed columns, compressed
    Parquet,
    /// Text that every program reads
    Csv,
}

/// How rows are spread over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportGrain {
    /// One file
    None,
    /// One file a month
    Month,
    /// One file a year
    Year,
}

impl ExportFormat {
    /// As the room of exports takes it.
    pub fn format(self) -> Format {
        match self {
            ExportFormat::Parquet => Format::Parquet,
            ExportFormat::Csv => Format::Csv,
        }
    }
}

impl ExportGrain {
    /// As the room of exports takes it.
    pub fn grain(self) -> Grain {
        match self {
            ExportGrain::None => Grain::None,
            ExportGrain::Month => Grain::Month,
            ExportGrain::Year => Grain::Year,
        }
    }
}
