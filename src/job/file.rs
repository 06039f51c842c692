//! One job file: every key is known, every value is checked, all problems come at once.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::base::strict_toml::{Placed, Table, TomlFile};
use crate::base::{Problems, clock};
use crate::delivery::{OnUncertain, Recipient};
use crate::job::burst::read_burst;
use crate::job::condition::read_conditions;
use crate::job::days::read_days;
use crate::job::span::parse_span;
use crate::job::{Burst, Calendars, Catchup, CatchupPolicy, Condition, DateRule, DayRule, Dst, Schedule};
use crate::metric::Catalog;
use crate::report::Locale;

/// The folder of a job file; decides which recipe runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Extract, load, cubes, metrics, publish.
    Pipeline,
    /// Render a report and mail it.
    Report,
    /// Housekeeping of the warehouse.
    Upkeep,
}

impl Kind {
    /// All kinds by folder.
    pub const FOLDERS: [(&'static str, Kind); 3] =
        [("pipeline", Kind::Pipeline), ("report", Kind::Report), ("upkeep", Kind::Upkeep)];

    /// The folder's name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Pipeline => "pipeline",
            Kind::Report => "report",
            Kind::Upkeep => "upkeep",
        }
    }
}

/// A file format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Pages.
    Pdf,
    /// A workbook.
    Xlsx,
    /// Every section with rows as a file of text.
    Csv,
    /// The same, with the mark by which Excel knows UTF-8.
    #[serde(rename = "csv-bom")]
    CsvBom,
    /// The web edition: one page that needs no server.
    Html,
}

impl Format {
    const NAMES: [(&'static str, Format); 5] = [
        ("pdf", Format::Pdf),
        ("xlsx", Format::Xlsx),
        ("csv", Format::Csv),
        ("csv-bom", Format::CsvBom),
        ("html", Format::Html),
    ];

    /// How the names of its files end.
    fn extension(self) -> &'static str {
        match self {
            Format::Pdf => "pdf",
            Format::Xlsx => "xlsx",
            Format::Csv | Format::CsvBom => "csv",
            Format::Html => "html",
        }
    }
}

/// What a recipe reads: stored with the job and frozen into each of its runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Which recipe.
    pub kind: Kind,
    /// The report's template, for reports.
    #[serde(default)]
    pub report: Option<String>,
    /// What readers call the report: its template's title, once the templates are read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The language its readers read: its template's, once the templates are read.
    #[serde(default)]
    pub locale: Locale,
    /// One mail each.
    #[serde(default)]
    pub recipients: Vec<Recipient>,
    /// One edition a scope instead, each with its readers.
    #[serde(default)]
    pub burst: Option<Burst>,
    /// What its template's parameters are set to.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// How long after its slot recipients are told that an edition is held, in seconds.
    #[serde(default = "three_hours")]
    pub deadline_secs: u64,
    /// The sender, when it is not the deployment's.
    #[serde(default)]
    pub sender: Option<Recipient>,
    /// What is attached.
    #[serde(default)]
    pub formats: Vec<Format>,
    /// What happens to a message whose acceptance is unknown.
    #[serde(default)]
    pub on_uncertain: OnUncertain,
    /// Who is told when it fails.
    #[serde(default)]
    pub owner: Option<Recipient>,
    /// How long after its slot a run may succeed before its owner is told that it is late, in seconds.
    #[serde(default = "two_hours")]
    pub late_after_secs: u64,
    /// When it has something to say; all must hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// How the business date follows from the slot.
    pub date: DateRule,
}

fn two_hours() -> u64 {
    7_200
}

fn three_hours() -> u64 {
    3 * 3_600
}

/// How long and how often a run may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts before a run is dead.
    pub attempts: i32,
    /// Silence after which another worker takes the run.
    pub lease: Duration,
    /// Time one attempt may take.
    pub timeout: Duration,
    /// How long a run waits for what it needs.
    pub needs_within: Duration,
}

/// One job file.
#[derive(Debug, Clone)]
pub struct Job {
    /// The stem.
    pub name: String,
    /// The path, for messages.
    pub file: String,
    /// The pattern as written.
    pub cron: String,
    /// The zone it is read in.
    pub zone: Tz,
    /// What it means where local time jumps.
    pub dst: Dst,
    /// Pattern, zone and rule, ready to evaluate.
    pub schedule: Schedule,
    /// What happens to missed slots.
    pub catchup: Catchup,
    /// Attempts, lease, time-outs.
    pub limits: Limits,
    /// Jobs whose run for the same business date comes first.
    pub needs: Vec<String>,
    /// Whether its slots run.
    pub enabled: bool,
    /// What its recipe reads.
    pub spec: Spec,
}

/// Reads one job file's text, where no calendar is known.
pub fn read_job(kind: Kind, name: &str, file: &str, text: &str) -> Result<Job, Problems> {
    read_job_file(&JobFile { kind, name, file, text, catalog: &Catalog::built_in() }, &Calendars::new())
}

/// A job file before it is read.
pub(super) struct JobFile<'a> {
    pub kind: Kind,
    pub name: &'a str,
    pub file: &'a str,
    pub text: &'a str,
    /// The metrics a condition may name.
    pub catalog: &'a Catalog,
}

/// Reads one job file; `calendars` are the ones it may name.
pub(super) fn read_job_file(job: &JobFile<'_>, calendars: &Calendars) -> Result<Job, Problems> {
    let JobFile { kind, name, file, text, catalog } = *job;
    let toml = TomlFile::parse(file, text);
    let top = toml.top();
    if !is_job_name(name) {
        toml.problem(&(0..0), "the file's name is the job's name", Some("use a-z, 0-9, `.`, `_`, `-`".to_owned()));
    }
    let cron = top.text("cron");
    let zone = read_zone(&top);
    let dst = top.choice("dst", &[("wall", Dst::Wall), ("elapsed", Dst::Elapsed)], Dst::Wall);
    let days = read_days(&top, calendars);
    if let Some(text) = top.text_opt("shift").filter(|_| dst == Dst::Elapsed) {
        toml.problem(&text.span, "`shift` moves a time of day, so `dst` can only be `wall`", None);
    }
    let schedule = cron.as_ref().and_then(|cron| read_schedule(&toml, cron, (zone, dst), days));
    let catchup = Catchup {
        policy: top.choice("catchup", &CatchupPolicy::NAMES, default_policy(kind)),
        grace: read_span(&top, "catchup_grace", 300, 0),
        window: read_span(&top, "catchup_window", 7 * 86_400, 0),
    };
    let limits = Limits {
        attempts: top.integer_or("attempts", 5, 1..=100) as i32,
        lease: read_span(&top, "lease", 60, 3),
        timeout: read_span(&top, "timeout", 2 * 3_600, 1),
        needs_within: read_span(&top, "needs_within", 6 * 3_600, 1),
    };
    let needs = top.texts("needs").into_iter().map(|p| p.value).collect();
    let enabled = top.flag_or("enabled", true);
    let spec = read_spec(kind, &top, catalog);
    top.finish();
    toml.finish()?;
    let (cron, schedule) = cron.zip(schedule).expect("a missing pattern is a problem, and there is none");
    let (name, file, cron) = (name.to_owned(), file.to_owned(), cron.value);
    Ok(Job { name, file, cron, zone, dst, schedule, catchup, limits, needs, enabled, spec })
}

fn read_spec(kind: Kind, top: &Table<'_, '_>, catalog: &Catalog) -> Spec {
    let is_report = kind == Kind::Report;
    let date =
        top.choice("date", &[("yesterday", DateRule::Yesterday), ("today", DateRule::Today)], DateRule::Yesterday);
    let owner = top.text_opt("owner").and_then(|p| read_address(top, &p));
    // Keys of reports are unknown keys anywhere else.
    let mut spec = Spec {
        kind,
        report: None,
        title: None,
        locale: Locale::default(),
        recipients: Vec::new(),
        burst: None,
        parameters: BTreeMap::new(),
        deadline_secs: three_hours(),
        sender: None,
        formats: Vec::new(),
        on_uncertain: OnUncertain::Hold,
        owner,
        late_after_secs: read_span(top, "late_after", if is_report { 3_600 } else { two_hours() }, 60).as_secs(),
        when: Vec::new(),
        date,
    };
    if is_report {
        spec.report = top.text("report").map(|p| p.value);
        spec.recipients = read_recipients(top);
        spec.burst = read_burst(top, read_address);
        spec.parameters = read_parameters(top);
        spec.deadline_secs = read_span(top, "deadline", three_hours(), 60).as_secs();
        spec.sender = top.text_opt("sender").and_then(|p| read_address(top, &p));
        spec.formats = read_formats(top);
        spec.when = read_conditions(top, catalog);
        spec.on_uncertain = top.choice("on_uncertain", &OnUncertain::NAMES, OnUncertain::Hold);
    }
    spec
}

/// `[parameters]`; whether the template has them is seen when both are read.
fn read_parameters(top: &Table<'_, '_>) -> BTreeMap<String, String> {
    let Some(table) = top.table("parameters") else { return BTreeMap::new() };
    let keys = table.keys();
    let parameters = keys.iter().filter_map(|key| Some((key.clone(), table.text(key)?.value))).collect();
    table.finish();
    parameters
}

fn read_recipients(top: &Table<'_, '_>) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for text in top.texts("recipients") {
        let Some(recipient) = read_address(top, &text) else { continue };
        if recipients.iter().any(|r| r.is_same_inbox(&recipient)) {
            top.file().problem(&text.span, "this address stands twice", None);
        }
        recipients.push(recipient);
    }
    recipients
}

fn read_formats(top: &Table<'_, '_>) -> Vec<Format> {
    let mut formats: Vec<Format> = Vec::new();
    for text in top.texts("formats") {
        match Format::NAMES.iter().find(|(name, _)| *name == text.value) {
            Some((_, format)) if formats.iter().any(|f| f.extension() == format.extension()) => {
                let message = format!("files of the kind `{}` are named twice", format.extension());
                top.file().problem(&text.span, message, None);
            }
            Some((_, format)) => formats.push(*format),
            None => top.file().unknown_name(&text.span, "format", &text.value, Format::NAMES.iter().map(|(n, _)| *n)),
        }
    }
    formats
}

fn read_address(top: &Table<'_, '_>, text: &Placed<String>) -> Option<Recipient> {
    match Recipient::parse(&text.value) {
        Ok(recipient) => Some(recipient),
        Err(reason) => {
            let hint = "expected name@host or Name <name@host>".to_owned();
            // Its place says which: problems of a reload are logged, and no log holds an address.
            top.file().problem(&text.span, format!("this is no mail address: {reason}"), Some(hint));
            None
        }
    }
}

fn read_zone(top: &Table<'_, '_>) -> Tz {
    let Some(text) = top.text_opt("zone") else { return Tz::UTC };
    text.value.parse().unwrap_or_else(|_| {
        let names = chrono_tz::TZ_VARIANTS.iter().map(|z| z.name());
        let near = crate::base::nearest(&text.value, names);
        let hint = near.map_or("an IANA name such as Europe/Berlin".to_owned(), |n| format!("did you mean `{n}`?"));
        top.file().problem(&text.span, format!("unknown zone `{}`", text.value), Some(hint));
        Tz::UTC
    })
}

/// How far ahead a slot must lie at least: 29 February comes within it.
const COMES_WITHIN: TimeDelta = TimeDelta::days(9 * 366);

fn read_schedule(
    toml: &TomlFile<'_>,
    cron: &Placed<String>,
    (zone, dst): (Tz, Dst),
    days: Option<DayRule>,
) -> Option<Schedule> {
    let schedule = match Schedule::parse(&cron.value, zone, dst) {
        Ok(schedule) => schedule,
        Err(reason) => {
            let hint = "expected minute hour day month weekday, or six fields with seconds first".to_owned();
            toml.problem(&cron.span, format!("`{}` is no cron pattern: {reason}", cron.value), Some(hint));
            return None;
        }
    };
    let now = clock::now();
    if schedule.next_after(now).is_none() {
        toml.problem(&cron.span, format!("`{}` never comes", cron.value), None);
        return None;
    }
    let Some(days) = days else { return Some(schedule) };
    let (name, schedule) = (days.calendar.name.clone(), schedule.on_days(days));
    if schedule.runs_within(now, now + COMES_WITHIN) {
        return Some(schedule);
    }
    toml.problem(&cron.span, format!("`{}` never comes on such a day of calendar {name}", cron.value), None);
    None
}

fn read_span(top: &Table<'_, '_>, key: &str, default_secs: u64, min_secs: u64) -> Duration {
    let default = Duration::from_secs(default_secs);
    let Some(text) = top.text_opt(key) else { return default };
    match parse_span(&text.value) {
        Ok(span) if span.as_secs() >= min_secs => span,
        Ok(_) => {
            top.file().problem(&text.span, format!("`{key}` is too short"), Some(format!("at least {min_secs}s")));
            default
        }
        Err(form) => {
            let message = format!("`{key}` is `{}`", text.value);
            top.file().problem(&text.span, message, Some(format!("expected {form}")));
            default
        }
    }
}

/// A night that is missing leaves a hole in the history; a report that is missing is replaced by the next.
fn default_policy(kind: Kind) -> CatchupPolicy {
    match kind {
        Kind::Pipeline => CatchupPolicy::All,
        Kind::Report | Kind::Upkeep => CatchupPolicy::Latest,
    }
}

pub(super) fn is_job_name(name: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    (1..=64).contains(&name.len()) && name.chars().all(is_name_char)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(kind: Kind, text: &str) -> String {
        read_job(kind, "weekly", "jobs/report/weekly.toml", text).expect_err("problems").to_string()
    }

    #[test]
    fn every_problem_of_a_file_comes_at_once_with_its_place() {
        let text = "report = \"w\"\ncron = \"99 2 * * *\"\nzone = \"Europe/Berln\"\nlease = \"1 minute\"\nrecipents = []\n\
                    recipients = [\"a b@x\", \"ok@example.com\", \"OK@example.com\"]\nformats = [\"pfd\", \"csv\", \"csv-bom\"]\ncatchup = \"last\"\n";
        let found = problems(Kind::Report, text);
        for expected in [
            ":2:8: `99 2 * * *` is no cron pattern",
            ":3:8: unknown zone `Europe/Berln` (did you mean `Europe/Berlin`?)",
            ":4:9: `lease` is `1 minute` (expected a number with its unit",
            ":5:1: unknown key `recipents` (did you mean `recipients`?)",
            ":6:15: this is no mail address",
            ":6:42: this address stands twice",
            ":7:12: unknown format `pfd` (did you mean `pdf`?)",
            ":7:26: files of the kind `csv` are named twice",
            ":8:11: unknown catchup `last` (did you mean `latest`?)",
        ] {
            assert!(found.contains(expected), "{expected} in:\n{found}");
        }
        assert_eq!(found.lines().count(), 9, "{found}");
    }

    #[test]
    fn a_pattern_that_never_comes_and_a_key_of_another_kind_are_problems() {
        assert!(problems(Kind::Upkeep, "cron = \"0 0 30 2 *\"").contains("`0 0 30 2 *` never comes"));
        assert!(
            problems(Kind::Pipeline, "cron = \"0 2 * * *\"\nformats = [\"pdf\"]").contains("unknown key `formats`")
        );
    }
}
