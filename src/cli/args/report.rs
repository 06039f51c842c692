//! Arguments of the commands about reports: render, preview, report.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::business_date;

pub(super) const RENDER_EXAMPLES: &str = "\
Examples:
  vesper render executive-weekly --for 2026-03-01 --out out
  vesper render executive-weekly --for 2026-03-01 --out out --format pdf,html
  vesper render sales-rep-weekly --for 2026-03-01 --out out --scope 17

Nothing is mailed and nothing is recorded: this is for looking.";

pub(super) const PREVIEW_EXAMPLES: &str = "\
Examples:
  vesper preview executive-weekly                      the next 20 runs, and the edition of the newest numbers
  vesper preview sales-rep-weekly --for 2026-03-01     who gets which slice of that date

Nothing is sent and nothing is recorded.";

pub(super) const REPORT_EXAMPLES: &str = "\
Examples:
  vesper report new board-monthly      writes templates/reports/board-monthly.toml, every key explained
  vesper check                         tells whether it is right, with line and column";

/// A format `vesper render` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenderFormat {
    /// Pages
    Pdf,
    /// A workbook
    Xlsx,
    /// Every section with rows as a text file
    Csv,
    /// The same for Excel: with the mark by which it knows UTF-8
    CsvBom,
    /// The web edition: one page that needs no server
    Html,
    /// The mail as a page, and its plain text
    Mail,
}

impl RenderFormat {
    /// Every format once; text files as programs like them.
    pub const ALL: [RenderFormat; 5] =
        [RenderFormat::Pdf, RenderFormat::Xlsx, RenderFormat::Csv, RenderFormat::Html, RenderFormat::Mail];
}

/// Arguments of `vesper render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// The report: the name of a file in templates/reports, without .toml
    #[arg(value_name = "REPORT")]
    pub report: String,
    /// The business date to render
    #[arg(long = "for", value_name = "DATE", value_parser = business_date)]
    pub business_date: NaiveDate,
    /// The folder to write into; made if it is not there
    #[arg(long = "out", value_name = "DIR")]
    pub out_dir: PathBuf,
    /// What to write, parted by commas
    #[arg(
        long = "format",
        value_enum,
        value_name = "FORMATS",
        value_delimiter = ',',
        default_value = "pdf,xlsx,csv,html,mail",
        hide_possible_values = false
    )]
    pub formats: Vec<RenderFormat>,
    /// Only this member's numbers, for a report that is cut by its reader
    #[arg(long, value_name = "MEMBER")]
    pub scope: Option<String>,
}

/// Arguments of `vesper preview`.
#[derive(Debug, Args)]
pub struct PreviewArgs {
    /// The job: the name of a file in jobs, without .toml
    #[arg(value_name = "JOB")]
    pub job: String,
    /// The business date whose editions to look at [default: the newest published one]
    #[arg(long = "for", value_name = "DATE", value_parser = business_date)]
    pub business_date: Option<NaiveDate>,
}

/// Arguments of `vesper report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// What `vesper report` can do.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Write a commented template to start from
    New(ReportNewArgs),
}

/// Arguments of `vesper report new`.
#[derive(Debug, Args)]
pub struct ReportNewArgs {
    /// Its name: a-z, 0-9 and `-`
    #[arg(value_name = "NAME", value_parser = report_name)]
    pub name: String,
}

/// A name that a file, a job and an attachment may have.
fn report_name(text: &str) -> Result<String, String> {
    let is_name = !text.is_empty()
        && text.len() <= 48
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !text.starts_with('-');
    if is_name { Ok(text.to_owned()) } else { Err("expected a-z, 0-9 and `-`, such as board-monthly".to_owned()) }
}
