//! `vesper runs` and `vesper runs show RUN`

use serde::Serialize;
use sqlx::PgPool;

use crate::base::clock;
use crate::cli::command::run::{LoadedRows, read_counts};
use crate::cli::ledger::open_ledger;
use crate::cli::print::{Tone, columns, counted, grouped, moment, paint, second, span_ms, table};
use crate::cli::summary::count_table;
use crate::cli::{Failure, RunsArgs, RunsCommand, ShowArgs};
use crate::config::Settings;
use crate::job::{
    JobError, RunFilter, RunLine, RunMessages, RunStep, refuse_unknown_job, run_line, run_lines, run_messages,
    run_steps,
};

/// Lists runs, newest first, or tells everything about one.
pub(in crate::cli) async fn runs(settings: &Settings, args: &RunsArgs) -> Result<(), Failure> {
    let pool = open_ledger(settings).await?;
    match &args.command {
        Some(RunsCommand::Show(show)) => show_run(&pool, show).await,
        None => list_runs(&pool, args).await,
    }
}

async fn list_runs(pool: &PgPool, args: &RunsArgs) -> Result<(), Failure> {
    if let Some(job) = &args.job {
        refuse_unknown_job(pool, job).await?;
    }
    let filter = RunFilter {
        job: args.job.clone(),
        state: args.state.map(|state| state.name().to_owned()),
        since: args.since.map(|since| since.instant(clock::now())),
    };
    let lines = run_lines(pool, &filter, args.limit).await?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&lines).expect("runs have text keys"));
    } else if lines.is_empty() {
        println!("no such run");
    } else {
        print_runs(&lines);
    }
    Ok(())
}

/// Runs as a table, and below it why those did not succeed that did not.
pub(in crate::cli) fn print_runs(lines: &[RunLine]) {
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    let printed = table(&["run", "job", "for", "by", "state", "slot", "late", "took", "attempt"], 6, &rows);
    let tones = std::iter::once(Tone::Heading).chain(lines.iter().map(|line| Tone::of_state(&line.state)));
    for (tone, line) in tones.zip(&printed) {
        println!("{}", paint(tone, line));
    }
    for line in lines {
        if let Some(words) = line.last_error.as_ref().or(line.note.as_ref()) {
            println!("  run {}: {words}", line.run_id);
        }
    }
}

fn row(line: &RunLine) -> Vec<String> {
    vec![
        line.run_id.to_string(),
        line.job_id.clone(),
        line.business_date.to_string(),
        line.origin.clone(),
        line.state.clone(),
        moment(line.scheduled_for),
        span_ms(line.lateness_ms),
        span_ms(line.elapsed_ms),
        format!("{} of {}", line.attempt, line.attempt_max),
    ]
}

/// Everything about one run.
#[derive(Debug, Serialize)]
struct RunDetail {
    run: RunLine,
    steps: Vec<RunStep>,
    /// Rows of its loads by entity, their sum last; read = loaded + unchanged + quarantined.
    rows: Vec<LoadedRows>,
    messages: Vec<RunMessages>,
}

async fn show_run(pool: &PgPool, args: &ShowArgs) -> Result<(), Failure> {
    let run_id = args.run;
    let run = run_line(pool, run_id).await?.ok_or(JobError::UnknownRun { run_id })?;
    let detail = RunDetail {
        run,
        steps: run_steps(pool, run_id).await?,
        rows: read_counts(pool, run_id).await?,
        messages: run_messages(pool, run_id).await?,
    };
    if args.json {
        println!("{}", serde_json::to_string_pretty(&detail).expect("runs have text keys"));
    } else {
        print_detail(&detail);
    }
    Ok(())
}

fn print_detail(detail: &RunDetail) {
    let run = &detail.run;
    let asked = match run.origin.as_str() {
        "cron" => format!("by schedule, for the slot of {}", moment(run.scheduled_for)),
        origin => format!("by hand ({origin}), at {}", moment(run.scheduled_for)),
    };
    let mailing = if run.is_mailing { "" } else { "; its report is not mailed" };
    println!("{}", paint(Tone::Heading, &format!("run {} of {} for {}", run.run_id, run.job_id, run.business_date)));
    println!("  state     {}", paint(Tone::of_state(&run.state), &run.state));
    println!("  asked     {asked}{mailing}");
    println!("  attempts  {} of {}", run.attempt, run.attempt_max);
    match run.started_at {
        Some(at) => println!("  started   {}{}", second(at), behind(run.lateness_ms)),
        None => println!("  started   not yet; not before {}", moment(run.run_after)),
    }
    if let Some(at) = run.finished_at {
        println!("  ended     {}", second(at));
    }
    if run.elapsed_ms.is_some() {
        println!("  took      {}", span_ms(run.elapsed_ms));
    }
    if let Some(error) = &run.last_error {
        println!("  error     {}", paint(Tone::of_state(&run.state), error));
    }
    if let Some(note) = &run.note {
        println!("  note      {note}");
    }
    print_parts(detail);
}

/// ` (2 min 5 s after its slot)`.
fn behind(lateness_ms: Option<i64>) -> String {
    lateness_ms.map_or(String::new(), |_| format!(" ({} after its slot)", span_ms(lateness_ms)))
}

fn print_parts(detail: &RunDetail) {
    if !detail.steps.is_empty() {
        println!("\n{}", paint(Tone::Heading, "steps"));
        let row = |s: &RunStep| vec![s.step.clone(), second(s.done_at), span_ms(s.elapsed_ms), s.attempt.to_string()];
        let rows: Vec<_> = detail.steps.iter().map(row).collect();
        println!("{}", table(&["step", "done", "took", "attempt"], 2, &rows).join("\n"));
    }
    if let Some(LoadedRows { count: all, .. }) = detail.rows.last() {
        println!("\n{}\n{}", paint(Tone::Heading, "rows"), count_table(&detail.rows));
        let [read, loaded, unchanged, quarantined] =
            [all.read, all.loaded, all.unchanged, all.quarantined].map(grouped);
        println!("  {read} read = {loaded} loaded + {unchanged} unchanged + {quarantined} quarantined");
        for (reach, entities) in by_reach(&detail.rows) {
            println!("  read {reach}\n    {}", entities.join(", "));
        }
    }
    if !detail.messages.is_empty() {
        println!("\n{}", paint(Tone::Heading, "mail"));
        let row = |m: &RunMessages| vec![m.state.clone(), grouped(m.message_count)];
        println!("{}", columns(&["state", "messages"], &detail.messages.iter().map(row).collect::<Vec<_>>()));
        let count: i64 = detail.messages.iter().map(|m| m.message_count).sum();
        println!("  {} altogether", counted(count.unsigned_abs(), "message"));
    }
}

/// How much was read, and of which entities; in the order of the entities.
fn by_reach(rows: &[LoadedRows]) -> Vec<(&str, Vec<&str>)> {
    let mut reaches: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in rows {
        let (Some(reach), entity) = (line.reach.as_deref(), line.count.entity.as_str()) else { continue };
        match reaches.iter_mut().find(|(known, _)| *known == reach) {
            Some((_, entities)) => entities.push(entity),
            None => reaches.push((reach, vec![entity])),
        }
    }
    reaches
}
