//! Tables of plain text for people, colours on a terminal, moments and spans in words.

use std::io::IsTerminal;

use chrono::{DateTime, TimeDelta, Utc};

/// Lines up columns: the first to the left, the others to the right.
pub(super) fn columns(header: &[&str], rows: &[Vec<String>]) -> String {
    table(header, 1, rows).join("\n")
}

/// Lines up columns of words: all to the left.
pub(super) fn left_columns(header: &[&str], rows: &[Vec<String>]) -> String {
    table(header, header.len(), rows).join("\n")
}

/// Lines up columns, the first `left_count` of them to the left; the header is the first line.
pub(super) fn table(header: &[&str], left_count: usize, rows: &[Vec<String>]) -> Vec<String> {
    let mut widths: Vec<usize> = header.iter().map(|h| h.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).enumerate().map(|(i, (cell, width))| match i < left_count {
            true => format!("{cell:<width$}"),
            false => format!("{cell:>width$}"),
        });
        format!("  {}", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut lines = vec![line(&mut header.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines
}

/// How a line looks on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    Plain,
    /// Over and of no more interest.
    Faint,
    /// Under way or waiting.
    Waiting,
    /// Somebody must look.
    Alarm,
    /// A heading.
    Heading,
}

impl Tone {
    /// How a run or a message in this state looks.
    pub fn of_state(state: &str) -> Tone {
        match state {
            "dead" | "uncertain" => Tone::Alarm,
            "queued" | "running" | "pending" | "sending" => Tone::Waiting,
            "skipped" | "cancelled" | "suppressed" => Tone::Faint,
            _ => Tone::Plain,
        }
    }
}

/// The line in its tone, if stdout is a terminal and `NO_COLOR` is not set.
pub(super) fn paint(tone: Tone, line: &str) -> String {
    let is_colour_wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let escape = match tone {
        Tone::Plain => "",
        Tone::Faint => "\x1b[2m",
        Tone::Waiting => "\x1b[33m",
        Tone::Alarm => "\x1b[31m",
        Tone::Heading => "\x1b[1m",
    };
    if escape.is_empty() || !is_colour_wanted || !std::io::stdout().is_terminal() {
        return line.to_owned();
    }
    format!("{escape}{line}\x1b[0m")
}

/// `2026-11-23 07:00 UTC`.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// The same with its seconds, where they matter: `2026-11-23 07:00:04 UTC`.
pub(super) fn second(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A span as people say it: `0.4 s`, `2 min 5 s`, `3 h 10 min`, `2 d 4 h`.
pub(super) fn span(elapsed: TimeDelta) -> String {
    let seconds = elapsed.num_seconds();
    match seconds {
        ..60 => format!("{:.1} s", elapsed.as_seconds_f64()),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// A span of milliseconds, or nothing.
pub(super) fn span_ms(ms: Option<i64>) -> String {
    ms.map_or(String::new(), |ms| span(TimeDelta::milliseconds(ms)))
}

/// `1 mail`, `2 mails`.
pub(super) fn counted(count: u64, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", grouped(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// 1234567 → `1,234,567`.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_numbers_are_grouped() {
        let table = columns(
            &["entity", "read"],
            &[vec!["deal".into(), grouped(1_234_567)], vec!["order_line".into(), grouped(-5)]],
        );
        assert_eq!(table, "  entity           read\n  deal        1,234,567\n  order_line         -5");
    }

    #[test]
    fn spans_are_told_in_two_units_at_most() {
        let told: Vec<String> = [400, 59_949, 125_000, 11_400_000, 187_200_000].map(|ms| span_ms(Some(ms))).into();
        assert_eq!(told, ["0.4 s", "59.9 s", "2 min 5 s", "3 h 10 min", "2 d 4 h"]);
        assert_eq!(span_ms(None), "");
    }
}
