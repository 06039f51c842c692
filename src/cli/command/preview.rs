//! `vesper preview JOB`

use std::sync::Arc;

use sqlx::{PgConnection, PgPool};

use crate::app::{App, check_migrations};
use crate::base::{Remedy, clock};
use crate::cli::command::run::find_job;
use crate::cli::print::{counted, grouped, left_columns, moment};
use crate::cli::{Failure, PreviewArgs};
use crate::config::{Environment, Settings};
use crate::delivery::Recipient;
use crate::job::recipe::{Archive, Asked, Cut, Drawn, Recipes, complaints, cuts_of, draw};
use crate::job::{Job, Kind, RunError, upcoming};
use crate::metric::{Snapshot, Which, load_snapshot};
use crate::report::{Document, ReportContext, Section};

/// Shows the next runs of a job and, for a report, who would get which slice of a date. Nothing is sent or recorded.
pub(in crate::cli) async fn preview(
    settings: &Settings,
    environment: &Environment,
    args: &PreviewArgs,
) -> Result<(), Failure> {
    // The files alone: building the process would write them into the ledger.
    let (jobs, recipes, _) = App::read_files(settings, environment)?;
    let job = find_job(&jobs, &args.job)?;
    tell_runs(job);
    if job.spec.kind != Kind::Report {
        return Ok(());
    }
    let warehouse = settings.warehouse()?;
    let pool = warehouse.pool(POOL_SIZE).await?;
    check_migrations(&mut *pool.acquire().await.map_err(away)?, &warehouse).await?;
    let shown = tell_editions(&pool, &recipes, job, args).await;
    pool.close().await;
    shown
}

fn tell_runs(job: &Job) {
    println!("{} ({}, {}), the next {RUN_COUNT} runs:", job.name, job.cron, job.zone);
    let row = |run: &crate::job::Upcoming| {
        vec![run.local.clone(), moment(run.slot), run.business_date.to_string(), run.notes.join("; ")]
    };
    let runs: Vec<Vec<String>> = upcoming(job, clock::now(), RUN_COUNT).iter().map(row).collect();
    println!("{}", left_columns(&["local", "UTC", "for", "note"], &runs));
    if !job.enabled {
        println!("  it is switched off (enabled = false): none of them runs");
    }
    if !job.needs.is_empty() {
        let wait = job.limits.needs_within.as_secs() / 60;
        println!("  each waits for {} of its date, at most {wait} min", job.needs.join(", "));
    }
}

async fn tell_editions(pool: &PgPool, recipes: &Recipes, job: &Job, args: &PreviewArgs) -> Result<(), Failure> {
    let name = job.spec.report.as_deref().unwrap_or(&job.name);
    let template = recipes.reports.get(name).expect("checked when the files were read");
    let mut connection = pool.acquire().await.map_err(away)?;
    let Some(snapshot) = newest(&mut connection, recipes.tenant(), args).await? else {
        println!("\nNothing is published yet, so there is no edition to look at: run `vesper run nightly` first");
        return Ok(());
    };
    let date = snapshot.header.business_date;
    let mut archive = Archive::default();
    let asked = Asked { recipes, template, spec: &job.spec, business_date: date };
    let failed = |error: RunError| Failure::of_run(format!("the editions of {date} would be held"), error);
    let cuts = cuts_of((pool, &mut connection), &mut archive, asked).await.map_err(failed)?;
    println!("\n{} of {date} (snapshot {}):", counted(cuts.len() as u64, "edition"), snapshot.header.snapshot_id);
    let mut rows = Vec::new();
    for cut in cuts.iter().take(EDITION_MAX) {
        let snapshot = archive.open(&mut connection, &cut.tenant, cut.snapshot_id).await.map_err(failed)?;
        let parameters = job.spec.parameters.clone();
        let context = ReportContext { scope: cut.scope(), parameters, ..recipes.report_context() };
        let drawn = draw(template, &snapshot, context, &job.spec.formats).await.map_err(failed)?;
        let said = complaints(&job.spec, &snapshot, cut.scope().as_ref()).map_err(failed)?;
        rows.push(edition_row(cut, &snapshot, &drawn, &said));
    }
    println!("{}", left_columns(&["scope", "readers", "rows", "files", "mail", "condition"], &rows));
    if cuts.len() > EDITION_MAX {
        println!("  and {} more", grouped((cuts.len() - EDITION_MAX) as i64));
    }
    if job.spec.burst.is_some() {
        println!("  proved: each edition holds its scope alone, and together with the orphans they are the whole");
    }
    Ok(())
}

async fn newest(
    connection: &mut PgConnection,
    tenant: &str,
    args: &PreviewArgs,
) -> Result<Option<Arc<Snapshot>>, Failure> {
    let which = args.business_date.map_or(Which::Current, Which::AsOf);
    let found = load_snapshot(connection, tenant, which).await?;
    match (found, args.business_date) {
        (None, Some(date)) => Err(Failure::new(Remedy::FixData, format!("no snapshot was published for {date}"))
            .or_hint(format!("run `vesper run nightly --for {date}` first"))),
        (found, _) => Ok(found.map(Arc::new)),
    }
}

fn edition_row(cut: &Cut, snapshot: &Snapshot, drawn: &Drawn, said: &[String]) -> Vec<String> {
    let label = cut.scope().and_then(|scope| {
        snapshot.members(&scope.dimension).iter().find(|m| m.member == scope.member).map(|m| m.label.clone())
    });
    let scope = match (label, cut.key.as_str()) {
        (Some(label), key) => format!("{key} ({label})"),
        (None, "") => "everything".to_owned(),
        (None, key) => key.to_owned(),
    };
    let readers = match cut.recipients.as_slice() {
        [] => "nobody".to_owned(),
        list => list.iter().map(Recipient::to_string).collect::<Vec<_>>().join(", "),
    };
    let kilobytes = |bytes: usize| format!("{} kB", grouped(bytes.div_ceil(1_000) as i64));
    let file = |file: &crate::delivery::OutgoingArtifact| {
        let ending = file.name.rsplit('.').next().unwrap_or_default();
        format!("{ending} {}", kilobytes(file.bytes.len()))
    };
    let files = drawn.files.iter().map(file).collect::<Vec<_>>().join(", ");
    let mail = drawn.body.html.len() + drawn.body.inline.iter().map(|i| i.bytes.len()).sum::<usize>();
    let condition = match said {
        [] => "is sent".to_owned(),
        complaints => format!("not sent: {}", complaints.join("; ")),
    };
    vec![scope, readers, grouped(row_count(&drawn.document)), files, kilobytes(mail), condition]
}

/// The rows of all tables.
fn row_count(document: &Document) -> i64 {
    let rows = |section: &Section| if let Section::Table(table) = section { table.rows.len() } else { 0 };
    document.sections.iter().map(rows).sum::<usize>() as i64
}

fn away(error: sqlx::Error) -> Failure {
    Failure::new(Remedy::RetryLater, format!("the warehouse does not answer: {error}"))
}

const RUN_COUNT: usize = 20;
/// One connection reads, one asks who reads what.
const POOL_SIZE: u32 = 2;
/// Editions that are drawn for their sizes; more would take their time and fill the screen.
const EDITION_MAX: usize = 50;
