//! The arguments of `vesper token`.

use chrono::{DateTime, Days, NaiveTime, Utc};
use clap::{Args, Subcommand};

use crate::http::Scope;

/// Arguments of `vesper token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// What to do; a list when nothing is said.
    #[command(subcommand)]
    pub command: Option<TokenCommand>,
}

/// What can be done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once
    Create(TokenCreateArgs),
    /// List the tokens there are, without their secrets
    List(TokenListArgs),
    /// Take a token out of use, at once and in every process
    Revoke(TokenRevokeArgs),
}

/// Arguments of `vesper token create`.
#[derive(Debug, Args)]
pub struct TokenCreateArgs {
    /// Whose numbers it opens [default: the only tenant there is]
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// What it opens: metrics, editions, editions:SCOPE or ops; may be given several times
    #[arg(long = "scope", value_name = "SCOPE", required = true, value_parser = scope)]
    pub scopes: Vec<Scope>,
    /// Its last day (UTC) [default: no end]
    #[arg(long = "expires", value_name = "DATE", value_parser = end_of_day)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Requests a second it may make in the long run
    #[arg(long = "rate", value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=100_000))]
    pub rate_per_s: i32,
    /// Who holds it, in words
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true, value_parser = note)]
    pub note: String,
    /// Print the token alone, for scripts
    #[arg(long)]
    pub quiet: bool,
}

/// Arguments of `vesper token list`.
#[derive(Debug, Default, Args)]
pub struct TokenListArgs {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `vesper token revoke`.
#[derive(Debug, Args)]
pub struct TokenRevokeArgs {
    /// The half of the token before its dot
    #[arg(value_name = "ID")]
    pub token_id: String,
}

fn scope(text: &str) -> Result<Scope, String> {
    Scope::parse(text).ok_or_else(|| "expected metrics, editions, editions:SCOPE or ops".to_owned())
}

fn end_of_day(text: &str) -> Result<DateTime<Utc>, String> {
    let date = super::business_date(text)?;
    let next = date.checked_add_days(Days::new(1)).ok_or("that day is too late")?;
    Ok(next.and_time(NaiveTime::MIN).and_utc())
}

fn note(text: &str) -> Result<String, String> {
    let is_short = text.chars().count() <= 200 && !text.contains(char::is_control);
    if is_short { Ok(text.to_owned()) } else { Err("expected one line of at most 200 characters".to_owned()) }
}
