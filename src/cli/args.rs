//! The commands and their arguments, parsed and nothing more.

mod export;
mod log;
mod metric;
mod outbox;
mod refresh;
mod report;
mod token;

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Args, Parser, Subcommand, ValueEnum};

use export::EXPORT_EXAMPLES;

use crate::cli::args::refresh::REFRESH_EXAMPLES;
use crate::cli::args::report::{PREVIEW_EXAMPLES, RENDER_EXAMPLES, REPORT_EXAMPLES};
use crate::cli::run_args::{BACKFILL_EXAMPLES, BackfillArgs, CANCEL_EXAMPLES, CancelArgs, RUNS_EXAMPLES, RunsArgs};

pub use export::{ExportArgs, ExportFormat, ExportGrain};
pub use log::{LogLevel, LogStyle};
use metric::{EXPLAIN_EXAMPLES, METRICS_EXAMPLES};
pub use metric::{ExplainArgs, MetricsArgs};
pub use outbox::{
    MessageState, OutboxAllowArgs, OutboxArgs, OutboxCommand, OutboxListArgs, OutboxResendArgs, OutboxResolveArgs,
    OutboxShowArgs, OutboxSuppressArgs, OutboxSuppressedArgs, OutboxTruth,
};
pub use refresh::RefreshArgs;
pub use report::{PreviewArgs, RenderArgs, RenderFormat, ReportArgs, ReportCommand, ReportNewArgs};
pub use token::{TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs};

const AFTER_HELP: &str = "\
Start here:
  vesper demo                    a generated business, its star, its report and its API, on this machine
  vesper help run                one command in full

Settings come from vesper.toml and from VESPER_* variables, which win; `vesper check` tells whether they are right.";

const AFTER_LONG_HELP: &str = "\
Start here:
  vesper demo                    a generated business, its star, its report and its API, on this machine
  vesper demo --once             the same, without staying up

On your own database:
  export VESPER_SOURCE_URL=postgres://reader:secret@db.example.org/shop
  export VESPER_WAREHOUSE_URL=postgres://vesper:secret@db.example.org/analytics
  export VESPER_MAIL_URL=file:outbox VESPER_MAIL_FROM=reports@example.org
  vesper migrate && vesper check && vesper run nightly
  vesper serve

Settings:
  vesper.toml in the working directory, or the file named by --config or VESPER_CONFIG.
  Every setting is also a variable (source.url is VESPER_SOURCE_URL), and the variable wins.
  A secret may stand in a file of its own: VESPER_SOURCE_URL_FILE=/run/secrets/source_url.

Exit codes:
  0  done
  1  a bug of Vesper, please report it
  2  the command line is wrong
  3  a setting, job, source or template file is wrong, or there is none of that name
  4  rows of the source break their contract, or a date has no published numbers
  5  a server is away or busy; the same command may succeed later";

const DEMO_EXAMPLES: &str = "\
Examples:
  vesper demo                                  stays up: API on port 8081, nights by schedule
  vesper demo --once                           one night and one report, a summary, and the end
  vesper demo --once --nights 7                lives a week, so that history is observed
  vesper demo --customers 50000 --dir /tmp/v   a larger business, elsewhere
  vesper demo --once --reports all --out out   every report in every format, into a folder";

const SERVE_EXAMPLES: &str = "\
Examples:
  vesper serve                     schedules and HTTP in one process
  vesper serve --only http         answers from the published snapshot, runs nothing
  vesper serve --only scheduler    runs and mails, answers nothing

SIGTERM and Ctrl-C finish what is under way; a second one ends at once.";

const MIGRATE_EXAMPLES: &str = "\
Examples:
  vesper migrate            every table, view and comment of this version
  vesper migrate --roles    and the roles: who may read what, who may write; kept up by every later migrate

The roles need a login that may create roles and owns the database. docs/roles.md tells what each may do.";

const RUN_EXAMPLES: &str = "\
Examples:
  vesper run nightly                               for yesterday
  vesper run nightly --for 2026-03-01              for that business date
  vesper run executive-weekly --for 2026-03-01     renders and mails the edition of that date

A second run for the same date changes no row and sends no second mail.";

const OUTBOX_EXAMPLES: &str = "\
Examples:
  vesper outbox                                    the latest messages, those that need a person first
  vesper outbox --state dead                       what was given up, and why
  vesper outbox show 17                            one message: its edition, its history, what to do next
  vesper outbox resolve 17 --sent                  it was uncertain and did arrive
  vesper outbox resend 17 18                       send them again, under the same Message-IDs
  vesper outbox suppress former@example.org --reason 'left the company'";

const TOKEN_EXAMPLES: &str = "\
Examples:
  vesper token create --scope metrics --note 'sales dashboard'
  vesper token create --tenant north --scope metrics --scope editions --expires 2026-12-31
  vesper token revoke 3f9c0a7be21d

A token is shown once; the warehouse keeps a hash of it. Before the first token HTTP answers this machine
alone; from then on every request needs one.";

const CONTRACT_EXAMPLES: &str = "\
Examples:
  vesper contract              every entity Vesper understands
  vesper contract deal         one of them: what jobs/source/<name>/deal.sql must deliver
  vesper contract quota        the same columns are the header of quota.csv

Where null is allowed a column may be left out. No setting and no database is needed.";

/// A star schema, published metrics, charted reports by mail and read-only HTTP, from one operational Postgres.
#[derive(Debug, Parser)]
#[command(
    name = "vesper",
    version,
    after_help = AFTER_HELP,
    after_long_help = AFTER_LONG_HELP,
    styles = STYLES,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = false
)]
pub struct Cli {
    /// The settings file [default: vesper.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global options")]
    pub config: Option<PathBuf>,
    /// How much to tell: off, error, warn, info, debug, trace
    #[arg(long, global = true, value_enum, value_name = "LEVEL", default_value_t = LogLevel::Info, env = "VESPER_LOG",
          hide_env_values = true, hide_possible_values = true, help_heading = "Global options")]
    pub log: LogLevel,
    /// How to write it: text, or json for machines
    #[arg(long, global = true, value_enum, value_name = "FORMAT", default_value_t = LogStyle::Text,
          env = "VESPER_LOG_FORMAT", hide_env_values = true, hide_possible_values = true,
          help_heading = "Global options")]
    pub log_format: LogStyle,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Generate a business on this machine, run a night on it, mail a report and serve the numbers
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(DemoArgs),
    /// Run the schedules and answer HTTP until told to stop
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(ServeArgs),
    /// Bring the analytics database to this version's shape; a second time changes nothing
    #[command(after_help = MIGRATE_EXAMPLES)]
    Migrate(MigrateArgs),
    /// Check settings, jobs, sources, templates and both databases, and tell every problem at once
    Check,
    /// Tell which columns a query or a CSV file of a source must deliver
    #[command(after_help = CONTRACT_EXAMPLES)]
    Contract(ContractArgs),
    /// Tell what every number means: unit, direction, dimensions, and what it rests on
    #[command(after_help = METRICS_EXAMPLES)]
    Metrics(MetricsArgs),
    /// Tell how a published number came about, with the SQL that gives it again
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Run one job now, and send the mail it makes
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
    /// Run one job for every business date of a span
    #[command(after_help = BACKFILL_EXAMPLES)]
    Backfill(BackfillArgs),
    /// Have the next night compare entities whole with the source, or make the cubes again
    #[command(after_help = REFRESH_EXAMPLES)]
    Refresh(RefreshArgs),
    /// List runs, or tell everything about one
    #[command(after_help = RUNS_EXAMPLES)]
    Runs(RunsArgs),
    /// Take back a run, or every waiting run of a job
    #[command(after_help = CANCEL_EXAMPLES)]
    Cancel(CancelArgs),
    /// Write a report's files into a folder
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArgs),
    /// Write a table of the warehouse as Parquet or CSV files
    #[command(after_help = EXPORT_EXAMPLES)]
    Export(ExportArgs),
    /// Show the next runs of a job, and who would get which slice of a report; nothing is sent
    #[command(after_help = PREVIEW_EXAMPLES)]
    Preview(PreviewArgs),
    /// Write a report template to start from
    #[command(after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    /// Tell what is published, what ran, what comes next, and what is stuck and why
    Status(StatusArgs),
    /// List outgoing mail, settle what is uncertain, send again, suppress addresses
    #[command(after_help = OUTBOX_EXAMPLES)]
    Outbox(OutboxArgs),
    /// Make, list and revoke the tokens that HTTP asks for
    #[command(after_help = TOKEN_EXAMPLES)]
    Token(TokenArgs),
}

/// Arguments of `vesper demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Run one night and one report, print a summary, and end
    #[arg(long)]
    pub once: bool,
    /// Where the databases, the outbox and the reports are kept
    #[arg(long, value_name = "DIR", default_value = ".vesper")]
    pub dir: PathBuf,
    /// How many customers the business has
    #[arg(long, value_name = "N", default_value_t = 450, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    pub customers: u32,
    /// How many days to live on before the last night, each with a night of its own
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=400))]
    pub nights: u32,
    /// Which business: the same seed and day give the same rows
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// The day it is in the demo [default: the machine's, UTC]
    #[arg(long, value_name = "DATE", value_parser = business_date)]
    pub today: Option<NaiveDate>,
    /// The port HTTP listens on, on this machine only; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    pub port: u16,
    /// Write reports of the last night as files too: all, or names parted by commas
    #[arg(long, value_name = "NAMES", requires = "out_dir", value_delimiter = ',')]
    pub reports: Vec<String>,
    /// The folder those files go to; made if it is not there
    #[arg(long = "out", value_name = "DIR", requires = "reports")]
    pub out_dir: Option<PathBuf>,
    /// Print the summary as JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Do one of the two, not both
    #[arg(long, value_enum, value_name = "PART")]
    pub only: Option<Part>,
}

/// A part of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The schedules of the jobs, their runs and their mails
    Scheduler,
    /// The read-only HTTP interface
    Http,
}

/// Arguments of `vesper migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Make the roles too: owner, worker, http, kpi, and one reader a tenant
    #[arg(long)]
    pub roles: bool,
}

/// Arguments of `vesper run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The job: the name of a file in jobs, without .toml
    #[arg(value_name = "JOB")]
    pub job: String,
    /// The business date to work for [default: the last complete day in the job's zone]
    #[arg(long = "for", value_name = "DATE", value_parser = business_date)]
    pub business_date: Option<NaiveDate>,
}

/// Arguments of `vesper contract`.
#[derive(Debug, Args)]
pub struct ContractArgs {
    /// The entity, such as deal [default: all]
    #[arg(value_name = "ENTITY")]
    pub entity: Option<String>,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper status`.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// clap shows these on a terminal only, and never when `NO_COLOR` is set.
const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Blue.on_default().bold())
    .usage(AnsiColor::Blue.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::BrightBlack.on_default());

/// A date of the years the calendar is made for.
pub(super) fn business_date(text: &str) -> Result<NaiveDate, String> {
    let first = NaiveDate::from_ymd_opt(1990, 1, 1).expect("a date");
    let last = NaiveDate::from_ymd_opt(2100, 12, 31).expect("a date");
    let date = text.parse::<NaiveDate>().map_err(|_| "expected a date as YYYY-MM-DD, such as 2026-03-01".to_owned())?;
    if (first..=last).contains(&date) { Ok(date) } else { Err(format!("expected a date from {first} to {last}")) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clap::error::ErrorKind;
    use tracing::level_filters::LevelFilter;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    fn refused(line: &str) -> clap::Error {
        parse(line).expect_err(line)
    }

    #[test]
    fn the_command_tree_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_demo_needs_no_argument_and_takes_all_of_them() {
        let Command::Demo(plain) = parse("vesper demo").expect("valid").command else { panic!("not a demo") };
        assert_eq!((plain.once, plain.customers, plain.nights, plain.port), (false, 450, 0, 8081));
        assert_eq!((plain.dir, plain.today), (PathBuf::from(".vesper"), None));
        let line = "vesper demo --once --dir d --customers 50000 --nights 7 --seed 9 --today 2026-03-01 --port 0";
        let Command::Demo(full) = parse(line).expect("valid").command else { panic!("not a demo") };
        assert_eq!((full.once, full.customers, full.nights, full.seed, full.port), (true, 50_000, 7, 9, 0));
        assert_eq!(full.today, NaiveDate::from_ymd_opt(2026, 3, 1));
    }

    #[test]
    fn global_options_stand_before_or_after_the_command() {
        for line in ["vesper --config x.toml --log debug run nightly", "vesper run nightly --log debug --config x.toml"]
        {
            let cli = parse(line).expect(line);
            assert_eq!((cli.config, cli.log.filter()), (Some(PathBuf::from("x.toml")), LevelFilter::DEBUG));
            assert!(matches!(cli.command, Command::Run(RunArgs { business_date: None, .. })));
        }
    }

    #[test]
    fn each_command_reads_its_arguments() {
        let Command::Render(render) = parse("vesper render weekly --for 2026-03-01 --out o").expect("valid").command
        else {
            panic!("not a render")
        };
        assert_eq!((render.report.as_str(), render.out_dir), ("weekly", PathBuf::from("o")));
        let only = |line: &str| match parse(line).expect(line).command {
            Command::Serve(serve) => serve.only,
            other => panic!("{other:?}"),
        };
        assert_eq!(only("vesper serve"), None);
        assert_eq!(only("vesper serve --only http"), Some(Part::Http));
        assert_eq!(only("vesper serve --only scheduler"), Some(Part::Scheduler));
        assert!(matches!(
            parse("vesper status --json").expect("valid").command,
            Command::Status(StatusArgs { json: true })
        ));
        let Command::Outbox(outbox) = parse("vesper outbox --state dead --limit 5").expect("valid").command else {
            panic!("not the outbox")
        };
        assert!(outbox.command.is_none());
        assert_eq!((outbox.list.state, outbox.list.limit), (Some(MessageState::Dead), 5));
        assert!(matches!(
            parse("vesper migrate --roles").expect("valid").command,
            Command::Migrate(MigrateArgs { roles: true })
        ));
        assert!(matches!(parse("vesper check").expect("valid").command, Command::Check));
    }

    #[test]
    fn a_wrong_line_is_told_what_is_expected() {
        assert!(refused("vesper run nightly --for yesterday").to_string().contains("expected a date as YYYY-MM-DD"));
        assert!(refused("vesper run nightly --for 1066-10-14").to_string().contains("from 1990-01-01 to 2100-12-31"));
        assert!(refused("vesper serve --only htpt").to_string().contains("'http'"));
        assert!(refused("vesper statsu").to_string().contains("'status'"));
        assert_eq!(refused("vesper render weekly").kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("vesper outbox resolve 3").kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("vesper outbox resolve 3 --sent --resend").kind(), ErrorKind::ArgumentConflict);
        assert_eq!(refused("vesper outbox resend").kind(), ErrorKind::MissingRequiredArgument);
        assert_eq!(refused("vesper demo --customers 3").kind(), ErrorKind::ValueValidation);
        assert_eq!(refused("vesper").kind(), ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand);
    }

    #[test]
    fn the_long_help_tells_the_exit_codes_of_the_remedies() {
        use crate::base::Remedy;
        let help = Cli::command().render_long_help().to_string();
        for (remedy, meaning) in [
            (Remedy::FixCode, "a bug of Vesper"),
            (Remedy::FixConfig, "a setting, job"),
            (Remedy::FixData, "rows of the source"),
            (Remedy::RetryLater, "a server is away"),
        ] {
            assert!(help.contains(&format!("  {}  {meaning}", remedy.exit_code())), "{help}");
        }
    }
}
