//! The command line: what can be asked for, what each command does, and how a failure is told to a person.
//!
//! In: the arguments and environment of the process. Out: words on stdout, progress and logs on stderr, and an exit
//! code that a script can act on.
//!
//! Never here: a decision about data. A handler builds what it needs, calls a room, and prints.

mod args;
mod command;
mod failure;
mod ledger;
mod pipe;
mod print;
mod report_files;
mod run_args;
mod summary;

use std::process::ExitCode;

use clap::Parser;

use crate::base::telemetry;
use crate::config::{Environment, Settings};

pub use args::{
    Cli, Command, ContractArgs, DemoArgs, ExplainArgs, ExportArgs, ExportFormat, ExportGrain, LogLevel, LogStyle,
    MessageState, MetricsArgs, MigrateArgs, OutboxAllowArgs, OutboxArgs, OutboxCommand, OutboxListArgs,
    OutboxResendArgs, OutboxResolveArgs, OutboxShowArgs, OutboxSuppressArgs, OutboxSuppressedArgs, OutboxTruth, Part,
    PreviewArgs, RefreshArgs, RenderArgs, RenderFormat, ReportArgs, ReportCommand, ReportNewArgs, RunArgs, ServeArgs,
    StatusArgs, TokenArgs, TokenCommand, TokenCreateArgs, TokenListArgs, TokenRevokeArgs,
};
pub use failure::Failure;
pub use run_args::{BackfillArgs, CancelArgs, RunState, RunsArgs, RunsCommand, ShowArgs, Since};

/// Parses the process's arguments, does what they ask for, and tells how it went.
pub fn main() -> ExitCode {
    pipe::end_quietly_when_closed();
    let cli = Cli::parse();
    telemetry::start(cli.log.filter(), cli.log_format.format());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let failure = Failure::new(crate::base::Remedy::RetryLater, format!("the runtime cannot start: {error}"));
            failure.tell();
            return failure.exit_code();
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            failure.exit_code()
        }
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let environment = Environment::of_process();
    // The demo makes its own settings: what a shell exports for a real deployment must not leak into it.
    if let Command::Demo(args) = &cli.command {
        return command::demo::demo(args).await;
    }
    // Before anything is set up: whoever writes queries asks this first.
    if let Command::Contract(args) = &cli.command {
        return command::contract::contract(args);
    }
    let settings = Settings::load(&environment, cli.config.as_deref())?;
    match &cli.command {
        Command::Demo(_) | Command::Contract(_) => Ok(()),
        Command::Explain(args) => command::explain::explain(&settings, &environment, args).await,
        Command::Metrics(args) => command::metrics::metrics(&settings, args),
        Command::Serve(args) => command::serve::serve(&settings, &environment, args).await,
        Command::Migrate(args) => command::migrate::migrate(&settings, args).await,
        Command::Check => command::check::check(&settings, &environment).await,
        Command::Run(args) => command::run::run(&settings, &environment, args).await,
        Command::Backfill(args) => command::backfill::backfill(&settings, &environment, args).await,
        Command::Refresh(args) => command::refresh::refresh(&settings, args).await,
        Command::Cancel(args) => command::cancel::cancel(&settings, &environment, args).await,
        Command::Runs(args) => command::runs::runs(&settings, args).await,
        Command::Render(args) => command::render::render(&settings, &environment, args).await,
        Command::Export(args) => command::export::export(&settings, args).await,
        Command::Preview(args) => command::preview::preview(&settings, &environment, args).await,
        Command::Report(args) => command::report::report(&settings, args),
        Command::Status(args) => command::status::status(&settings, args).await,
        Command::Token(args) => command::token::token(&settings, args).await,
        Command::Outbox(args) => command::outbox::outbox(&settings, args).await,
    }
}
