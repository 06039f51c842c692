//! `vesper token`

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgPool;

use crate::base::{Remedy, clock};
use crate::cli::ledger::open_ledger;
use crate::cli::print::{left_columns, moment};
use crate::cli::{Failure, TokenArgs, TokenCommand, TokenCreateArgs};
use crate::config::Settings;
use crate::http::{NewToken, TokenLine, create_token, list_tokens, revoke_token};

/// Makes, lists or revokes tokens of the HTTP interface.
pub(in crate::cli) async fn token(settings: &Settings, args: &TokenArgs) -> Result<(), Failure> {
    let pool = open_ledger(settings).await?;
    match &args.command {
        Some(TokenCommand::Create(args)) => create(&pool, args).await,
        Some(TokenCommand::List(args)) => list(&pool, args.json).await,
        Some(TokenCommand::Revoke(args)) => {
            revoke_token(&pool, &args.token_id).await?;
            println!("token {} is revoked: it opens nothing any more", args.token_id);
            Ok(())
        }
        None => list(&pool, false).await,
    }
}

async fn create(pool: &PgPool, args: &TokenCreateArgs) -> Result<(), Failure> {
    if args.expires_at.is_some_and(|at| at <= clock::now()) {
        return Err(Failure::new(Remedy::FixConfig, "a token that has expired already opens nothing")
            .or_hint("--expires is its last day, in UTC"));
    }
    let new = NewToken {
        tenant: args.tenant.clone(),
        scopes: args.scopes.clone(),
        note: args.note.clone(),
        rate_per_s: args.rate_per_s,
        expires_at: args.expires_at,
    };
    let (line, token) = create_token(pool, &new).await?;
    if args.quiet {
        println!("{token}");
        return Ok(());
    }
    println!("{token}\n");
    println!(
        "This is the only time it is shown. It opens {} of {}{}.",
        line.scopes.join(", "),
        line.tenant,
        until(&line)
    );
    println!("From now on every request needs a token: curl -H 'Authorization: Bearer TOKEN' …");
    Ok(())
}

fn until(line: &TokenLine) -> String {
    line.expires_at.map_or(String::new(), |at| format!(" until {}", moment(at)))
}

async fn list(pool: &PgPool, is_json: bool) -> Result<(), Failure> {
    let lines = list_tokens(pool).await?;
    let now = clock::now();
    if is_json {
        let told = lines.iter().map(|line| {
            json!({
                "token_id": line.token_id, "tenant": line.tenant, "scopes": line.scopes, "note": line.note,
                "rate_per_s": line.rate_per_s, "created_at": line.created_at, "expires_at": line.expires_at,
                "revoked_at": line.revoked_at, "state": state(line, now),
            })
        });
        println!("{}", told.collect::<serde_json::Value>());
        return Ok(());
    }
    if lines.is_empty() {
        println!("no token was made yet: HTTP answers this machine alone, without one");
        return Ok(());
    }
    let row = |line: &TokenLine| {
        let end = line.expires_at.map_or("never".to_owned(), moment);
        let scopes = line.scopes.join(", ");
        [&line.token_id, state(line, now), &line.tenant, &scopes, &end, &line.note].map(str::to_owned).to_vec()
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    println!("{}", left_columns(&["id", "state", "tenant", "opens", "ends", "note"], &rows));
    Ok(())
}

fn state(line: &TokenLine, now: DateTime<Utc>) -> &'static str {
    match (line.revoked_at, line.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(at)) if at <= now => "expired",
        (None, _) => "in use",
    }
}
