//! `vesper outbox`

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{Connection as _, PgPool};

use crate::app::check_migrations;
use crate::cli::print::{columns, counted, grouped};
use crate::cli::{Failure, OutboxArgs, OutboxCommand, OutboxListArgs};
use crate::config::Settings;
use crate::delivery::{
    MessageDetail, MessageFilter, MessageLine, Resolution, allow_inbox, find_message, message_lines, resolve_messages,
    suppress_inbox, suppressions,
};

/// Lists outgoing mail, or does with it what the arguments ask for.
pub(in crate::cli) async fn outbox(settings: &Settings, args: &OutboxArgs) -> Result<(), Failure> {
    let pool = open(settings).await?;
    let Some(command) = &args.command else { return list(&pool, &args.list).await };
    match command {
        OutboxCommand::List(args) => list(&pool, args).await,
        OutboxCommand::Show(args) => {
            let message = find_message(&pool, args.message_id).await?;
            if args.json {
                print_json(&message)
            } else {
                print_message(&message)
            }
            Ok(())
        }
        OutboxCommand::Resolve(args) if args.truth.sent => {
            resolve_messages(&pool, &[args.message_id], Resolution::Sent).await?;
            println!("message {} is settled: it arrived", args.message_id);
            Ok(())
        }
        OutboxCommand::Resolve(args) => resend(&pool, &[args.message_id]).await,
        OutboxCommand::Resend(args) => resend(&pool, &args.message_ids).await,
        OutboxCommand::Suppress(args) => {
            let held_count = suppress_inbox(&pool, &args.address, &args.reason).await?;
            println!("{} gets no mail from now on", args.address);
            if held_count > 0 {
                println!("{} held back", counted(held_count, "waiting message"));
            }
            Ok(())
        }
        OutboxCommand::Allow(args) => {
            let held = allow_inbox(&pool, &args.address).await?;
            println!("{} gets mail again, from the next one on", args.address);
            if !held.is_empty() {
                let ids: Vec<String> = held.iter().map(i64::to_string).collect();
                println!("held back until now, to be sent after all: `vesper outbox resend {}`", ids.join(" "));
            }
            Ok(())
        }
        OutboxCommand::Suppressed(args) => list_suppressed(&pool, args.json).await,
    }
}

async fn open(settings: &Settings) -> Result<PgPool, Failure> {
    let warehouse = settings.warehouse()?;
    let mut connection = warehouse.connect().await?;
    check_migrations(&mut connection, &warehouse).await?;
    connection.close().await.ok();
    Ok(warehouse.pool(2).await?)
}

async fn list(pool: &PgPool, args: &OutboxListArgs) -> Result<(), Failure> {
    let filter = MessageFilter { state: args.state.map(|s| s.name().to_owned()), label: args.label.clone() };
    let lines = message_lines(pool, &filter, args.limit).await?;
    if args.json {
        print_json(&lines);
        return Ok(());
    }
    if lines.is_empty() {
        let is_filtered = filter.state.is_some() || filter.label.is_some();
        println!("{}", if is_filtered { "no message of that kind" } else { "the outbox is empty" });
        return Ok(());
    }
    let row = |line: &MessageLine| {
        let next = if line.state == "pending" { told(line.next_at) } else { String::new() };
        let what = format!("{} {}", line.message_id, line.label);
        vec![what, line.rcpt.clone(), in_words(line).to_owned(), line.attempt.to_string(), next]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    println!("{}", columns(&["message", "to", "state", "tries", "next try"], &rows));
    for line in lines.iter().filter(|line| line.state != "sent") {
        let Some(words) = words_of(line.smtp_code, line.smtp_text.as_deref()) else { continue };
        println!("\n  {}: {words}", line.message_id);
        if let Some(step) = next_step(line) {
            println!("    next: {step}");
        }
    }
    if lines.len() as i64 == args.limit {
        println!("\n  the first {} are shown; --limit shows more", grouped(args.limit));
    }
    Ok(())
}

fn print_message(message: &MessageDetail) {
    let line = &message.line;
    let row = |name: &str, value: &str| println!("{name:<12}{value}");
    row("message", &line.message_id.to_string());
    row("what", &line.label);
    row("to", &line.rcpt);
    row("from", &message.mail_from);
    row("subject", &message.subject);
    row("state", in_words(line));
    row("tries", &format!("{} of {}", line.attempt, line.attempt_max));
    if line.state == "pending" {
        row("next try", &told(line.next_at));
        row("expires", &told(line.expires_at));
    }
    if let Some(words) = words_of(line.smtp_code, line.smtp_text.as_deref()) {
        row("last words", &words);
    }
    row("message-id", &message.rfc_message_id);
    let size = message.head_size + message.body_size;
    row("size", &format!("{} bytes, {} of them headers", grouped(size), grouped(message.head_size)));
    row("uncertain", if message.on_uncertain == "hold" { "is held for a person" } else { "is sent again" });
    if let Some(edition) = &message.edition {
        let (id, report, date) = (edition.edition_id, &edition.report, edition.business_date);
        row("edition", &format!("{id}: {report} for {date}, sealed {}", told(edition.sealed_at)));
        for file in &edition.files {
            row("", &format!("{} ({} bytes)", file.name, grouped(file.size)));
        }
    }
    println!("\nhistory");
    println!("  {}  enqueued by run {}", told(line.created_at), message.run_id);
    for change in &message.changes {
        let words = words_of(change.smtp_code, change.smtp_text.as_deref()).unwrap_or_default();
        println!("  {}  {} after try {}: {words}", told(change.changed_at), change.state, change.attempt);
    }
    if let Some(committing_at) = message.committing_at.filter(|_| line.state != "sent") {
        println!("  {}  the last bytes were about to be written", told(committing_at));
    }
    if let Some(step) = next_step(line) {
        println!("\nnext: {step}");
    }
}

async fn resend(pool: &PgPool, message_ids: &[i64]) -> Result<(), Failure> {
    resolve_messages(pool, message_ids, Resolution::Resend).await?;
    let count = counted(message_ids.len() as u64, "message");
    println!("{count} queued again; a running `vesper serve` sends them now");
    Ok(())
}

async fn list_suppressed(pool: &PgPool, is_json: bool) -> Result<(), Failure> {
    let listed = suppressions(pool).await?;
    if is_json {
        print_json(&listed);
        return Ok(());
    }
    if listed.is_empty() {
        println!("no address is suppressed");
        return Ok(());
    }
    for suppression in &listed {
        let by = suppression.message_id.map_or("by hand".to_owned(), |id| format!("by message {id}"));
        println!("{}  since {}, {by}", suppression.inbox, told(suppression.since));
        println!("    {}", suppression.reason);
    }
    println!("\n`vesper outbox allow ADDRESS` lifts one");
    Ok(())
}

/// A state for people.
fn in_words(line: &MessageLine) -> &'static str {
    match line.state.as_str() {
        "pending" if line.attempt == 0 => "waits to be sent",
        "pending" => "waits for its next try",
        "sending" => "is being sent",
        "sent" => "sent",
        "uncertain" => "nobody knows whether it arrived",
        "suppressed" => "held back, the address is suppressed",
        _ => "given up",
    }
}

/// What a person does next, where a person must.
fn next_step(line: &MessageLine) -> Option<String> {
    let id = line.message_id;
    match line.state.as_str() {
        "uncertain" => Some(format!(
            "ask the reader or look into the mail server's log, then `vesper outbox resolve {id} --sent` or `--resend`"
        )),
        "dead" => Some(format!("mend the cause, then `vesper outbox resend {id}`")),
        "suppressed" => Some(format!("`vesper outbox allow {}`, then `vesper outbox resend {id}`", line.rcpt)),
        _ => None,
    }
}

/// `450 4.2.1 greylisted`, without control characters of foreign servers.
fn words_of(code: Option<i32>, text: Option<&str>) -> Option<String> {
    let told = code.map(|code| code.to_string()).into_iter().chain(text.map(str::to_owned));
    let told = told.collect::<Vec<_>>().join(" ").replace(char::is_control, " ");
    (!told.is_empty()).then_some(told)
}

fn told(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

fn print_json<T: Serialize + ?Sized>(value: &T) {
    println!("{}", serde_json::to_string_pretty(value).expect("texts and numbers always serialise"));
}
