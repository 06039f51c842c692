//! A session: commands, what they print, and how they end, as a text that a person can read.
//!
//! ```text
//! $ vesper run nightly --for 2026-03-01      a command
//! a line of stdout
//! ! a line of stderr
//! = 3                                        the exit code
//! ```

use std::fmt::Write as _;
use std::path::Path;

use super::stage::{Outcome, Stage};

/// The commands of a session, in order.
pub fn commands(session: &str) -> Vec<&str> {
    session.lines().filter_map(|line| line.strip_prefix("$ vesper")).map(str::trim).collect()
}

/// One command as a session shows it.
pub fn transcript(stage: &Stage, command: &str, outcome: &Outcome) -> String {
    let mut text = format!("$ vesper {command}").trim_end().to_owned() + "\n";
    for line in masked(stage, &outcome.stdout).lines() {
        writeln!(text, "{line}").expect("a String takes every text");
    }
    for line in masked(stage, &outcome.stderr).lines() {
        writeln!(text, "{}", format!("! {}", without_time(line)).trim_end()).expect("a String takes every text");
    }
    writeln!(text, "= {}", outcome.exit_code).expect("a String takes every text");
    text
}

/// Runs the commands of the session in `file` and compares; says what differs.
pub async fn play(stage: &Stage, file: &Path) -> Result<(), String> {
    let expected = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let mut found = Vec::new();
    for command in commands(&expected) {
        let arguments: Vec<&str> = command.split_whitespace().collect();
        found.push(transcript(stage, command, &stage.run(&arguments).await));
    }
    let found = found.join("\n");
    if std::env::var_os("VESPER_BLESS").is_some() {
        std::fs::write(file, found).expect("the session is written");
        return Ok(());
    }
    if found.is_empty() {
        return Err(format!("{} holds no command", file.display()));
    }
    match expected.lines().zip(found.lines()).position(|(e, f)| e != f) {
        None if expected.lines().count() == found.lines().count() => Ok(()),
        at => {
            let line = at.unwrap_or(expected.lines().count().min(found.lines().count())) + 1;
            Err(format!("{}:{line} differs; found:\n{found}", file.display()))
        }
    }
}

/// The text with what differs from run to run replaced by its name, longest values first.
fn masked(stage: &Stage, text: &str) -> String {
    let mut names: Vec<(&str, &str)> = stage.names.iter().map(|(name, value)| (*name, value.as_str())).collect();
    names.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    let text = names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(value, name));
    [" run ", "run.id="].iter().fold(text, |text, before| without_number(&text, before))
}

/// The text with `{n}` for every number that stands behind `before`.
fn without_number(text: &str, before: &str) -> String {
    let mut parts = text.split(before);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        masked += before;
        masked += if rest.len() < part.len() { "{n}" } else { "" };
        masked += rest;
    }
    masked
}

/// A log line without its instant.
fn without_time(line: &str) -> &str {
    match line.split_once(' ') {
        Some((first, rest)) if first.ends_with('Z') && first.contains('T') && first.starts_with("20") => {
            rest.trim_start()
        }
        _ => line,
    }
}
