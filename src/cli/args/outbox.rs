//! The arguments of `vesper outbox`.

use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `vesper outbox`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct OutboxArgs {
    /// What to do with it; a list when nothing is said.
    #[command(subcommand)]
    pub command: Option<OutboxCommand>,
    /// How to list.
    #[command(flatten)]
    pub list: OutboxListArgs,
}

/// What can be done with the outbox.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// List messages, those that need a person first
    List(OutboxListArgs),
    /// Show everything about one message but its content
    Show(OutboxShowArgs),
    /// Settle a message whose acceptance is unknown
    Resolve(OutboxResolveArgs),
    /// Send messages again that are uncertain, given up or were held back
    Resend(OutboxResendArgs),
    /// Send an address no mail from now on
    Suppress(OutboxSuppressArgs),
    /// Send a suppressed address mail again
    Allow(OutboxAllowArgs),
    /// List the addresses that get no mail, and why
    Suppressed(OutboxSuppressedArgs),
}

/// Arguments of `vesper outbox list`.
#[derive(Debug, Clone, Args)]
pub struct OutboxListArgs {
    /// Only messages in this state
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<MessageState>,
    /// Only messages whose label holds this: a job's name, a date
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub limit: i64,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper outbox show`.
#[derive(Debug, Args)]
pub struct OutboxShowArgs {
    /// The message's number, as the list shows it
    #[arg(value_name = "ID")]
    pub message_id: i64,
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper outbox resolve`.
#[derive(Debug, Args)]
pub struct OutboxResolveArgs {
    /// The message's number, as the list shows it
    #[arg(value_name = "ID")]
    pub message_id: i64,
    /// What became of it.
    #[command(flatten)]
    pub truth: OutboxTruth,
}

/// What a person found out.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct OutboxTruth {
    /// It arrived: nothing more is sent
    #[arg(long)]
    pub sent: bool,
    /// It did not arrive: it is sent again, under the same Message-ID
    #[arg(long)]
    pub resend: bool,
}

/// Arguments of `vesper outbox resend`.
#[derive(Debug, Args)]
pub struct OutboxResendArgs {
    /// The messages' numbers, as the list shows them: all of them are sent again, or none
    #[arg(value_name = "ID", required = true)]
    pub message_ids: Vec<i64>,
}

/// Arguments of `vesper outbox suppress`.
#[derive(Debug, Args)]
pub struct OutboxSuppressArgs {
    /// The address: name@host
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// Why, for whoever looks at it later
    #[arg(long, value_name = "TEXT", default_value = "suppressed by hand")]
    pub reason: String,
}

/// Arguments of `vesper outbox allow`.
#[derive(Debug, Args)]
pub struct OutboxAllowArgs {
    /// The address: name@host
    #[arg(value_name = "ADDRESS")]
    pub address: String,
}

/// Arguments of `vesper outbox suppressed`.
#[derive(Debug, Args)]
pub struct OutboxSuppressedArgs {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// A state of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MessageState {
    /// Waits for its time or its next try
    Pending,
    /// Is being sent
    Sending,
    /// A server took it
    Sent,
    /// Nobody knows whether a server took it
    Uncertain,
    /// Given up: refused for good, expired, or tried too often
    Dead,
    /// Held back: the address is suppressed
    Suppressed,
}

impl MessageState {
    /// The name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            MessageState::Pending => "pending",
            MessageState::Sending => "sending",
            MessageState::Sent => "sent",
            MessageState::Uncertain => "uncertain",
            MessageState::Dead => "dead",
            MessageState::Suppressed => "suppressed",
        }
    }
}
