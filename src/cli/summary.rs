//! What the demo tells at its end: where everything is, how many rows, how long, how much memory.

use std::path::PathBuf;
use std::time::Instant;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::cli::command::run::LoadedRows;
use crate::cli::print::{columns, grouped};

/// Counts as a table for people.
pub(super) fn count_table(lines: &[LoadedRows]) -> String {
    let row = |line: &LoadedRows| {
        let c = &line.count;
        let numbers = [c.read, c.loaded, c.unchanged, c.quarantined, c.deleted];
        std::iter::once(c.entity.clone()).chain(numbers.map(grouped)).collect()
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    columns(&["entity", "read", "loaded", "unchanged", "quarantined", "deleted"], &rows)
}

/// Where everything is.
#[derive(Debug, Default, Serialize)]
pub(super) struct Places {
    pub reports: Vec<PathBuf>,
    pub outbox: PathBuf,
    /// URL of the analytics database.
    pub star: String,
    pub urls: Vec<String>,
    /// What the operator should know about where the cluster is.
    pub notice: Option<String>,
}

/// The summary of a demo.
#[derive(Debug, Default)]
pub(super) struct Summary {
    timings: Vec<(&'static str, f64)>,
    nights: Vec<f64>,
    /// Of the last night.
    pub counts: Vec<LoadedRows>,
    pub places: Places,
}

impl Summary {
    /// Notes how long a part took.
    pub fn time(&mut self, what: &'static str, since: Instant) {
        self.timings.push((what, since.elapsed().as_secs_f64()));
    }

    /// Notes how long a night took; the first one loads everything.
    pub fn time_night(&mut self, since: Instant) {
        self.nights.push(since.elapsed().as_secs_f64());
    }

    /// All timings: the first night, and the mean of the later ones.
    fn all_timings(&self) -> Vec<(&'static str, f64)> {
        let mut timings = self.timings.clone();
        let (first, later) = self.nights.split_first().map_or((None, &[][..]), |(f, l)| (Some(*f), l));
        let at = timings.len().min(3);
        if !later.is_empty() {
            timings.insert(at, ("later nights", later.iter().sum::<f64>() / later.len() as f64));
        }
        if let Some(first) = first {
            timings.insert(at, ("first night", first));
        }
        timings
    }

    /// Prints it, as text or as JSON.
    pub fn print(&self, is_json: bool) {
        if is_json {
            let timings: Map<String, Value> =
                self.all_timings().iter().map(|(what, s)| ((*what).to_owned(), json!(s))).collect();
            let summary = json!({"counts": self.counts, "timings": timings, "memory_peak_mb": memory_peak_mb(), "places": self.places});
            println!("{summary:#}");
            return;
        }
        println!("rows of the last night\n{}", count_table(&self.counts));
        println!("\nreports");
        for path in &self.places.reports {
            println!("  {}", path.display());
        }
        println!("\nmail\n  {}/*.eml", self.places.outbox.display());
        println!("\nstar\n  psql '{}'", self.places.star);
        if let Some(notice) = &self.places.notice {
            println!("  {notice}");
        }
        if !self.places.urls.is_empty() {
            println!("\nHTTP");
            for url in &self.places.urls {
                println!("  {url}");
            }
        }
        println!("\ntimings");
        for (what, seconds) in self.all_timings() {
            println!("  {what:<16} {seconds:>7.2} s");
        }
        if let Some(memory) = memory_peak_mb() {
            println!("  {:<16} {memory:>7.0} MB", "peak memory");
        }
    }
}

/// The most this process ever held resident, where the system tells (Linux).
fn memory_peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
