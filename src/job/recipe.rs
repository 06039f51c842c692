//! What a run does, told as steps. Each step is one transaction with its memo and its fence.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use tokio::sync::watch;
use tracing::info;

use crate::base::meter::meters;
use crate::base::pg::Database;
use crate::base::{Night, Remedy, clock};
use crate::cube::{CubeReport, refresh_cubes};
use crate::delivery::webhook::Webhooks;
use crate::delivery::{
    ComposedMail, EditionDraft, Enqueued, InlineImage, Linker, MailBody, MailDraft, Manifest, OutgoingArtifact,
    Posting, Recipient, compose_mail, edition_artifacts, enclose, enqueue, find_edition, seal_edition,
};
use crate::job::announce::{breaches_of, tell_held, tell_published, tell_sealed};
use crate::job::condition::Unpublished;
use crate::job::{Format, JobError, Kind, RunContext, RunError, Runner};
use crate::load::{EntityCount, LoadReport, load_source};
use crate::metric::{Published, Snapshot, Which, load_snapshot, publish};
use crate::render::{Artifact, EmailBody, RENDERER, RenderError, Stamp, render_email, render_pdf, render_xlsx};
use crate::report::{Document, ReportContext, ReportTemplate, build};
use crate::source::SourceSpec;

/// A source folder and the database it reads.
#[derive(Debug, Clone)]
pub struct SourceFeed {
    /// The folder.
    pub spec: SourceSpec,
    /// Its database.
    pub database: Database,
}

/// Everything the recipes need that is not in the ledger.
#[derive(Debug, Clone)]
pub struct Recipes {
    /// Every source.
    pub feeds: Vec<SourceFeed>,
    /// Every template by name.
    pub reports: BTreeMap<String, ReportTemplate>,
    /// Whose numbers these are.
    pub organisation: String,
    /// The sender of every mail.
    pub sender: Recipient,
    /// Where this server is reached, if people reach it.
    pub public_url: Option<String>,
    /// Who is told what happens.
    pub webhooks: Arc<Webhooks>,
    /// Makes links to files that are too large for a mail, if people reach this server.
    pub linker: Option<Linker>,
}

/// What sealing an edition left behind: enough for the next step to post it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sealed {
    edition_id: i64,
    /// The slot the edition belongs to: a second run for the same business date finds the first one's.
    scheduled_for: DateTime<Utc>,
}

/// The one function a worker calls for every run. A run keeps the recipes it started with, whatever is read meanwhile.
pub fn runner(recipes: watch::Receiver<Arc<Recipes>>) -> Runner {
    Arc::new(move |context| {
        let recipes = Arc::clone(&recipes.borrow());
        Box::pin(async move {
            match context.claim.spec.kind {
                Kind::Pipeline => run_pipeline(&recipes, &context).await,
                Kind::Report => run_report(&recipes, &context).await,
                Kind::Upkeep => Err(RunError::new(Remedy::FixConfig, "upkeep jobs have no recipe in this version")),
            }
        })
    })
}

/// The night: load every source, refresh the cubes of what changed, publish the numbers.
///
/// Second run: no row of the star changes and, when nothing changed, nothing new is published.
async fn run_pipeline(recipes: &Recipes, context: &RunContext) -> Result<(), RunError> {
    let night = context.night();
    for feed in &recipes.feeds {
        let name = &feed.spec.name;
        // Rows are counted when their transaction is over, and not again by an attempt that finds them loaded.
        let mut counts = Vec::new();
        let load: LoadReport = context
            .step(&format!("load-{name}"), async |tx: &mut PgConnection| {
                let load = load_source(tx, &feed.database, &feed.spec, &night).await?;
                counts.clone_from(&load.counts);
                Ok(load)
            })
            .await?;
        counts.iter().for_each(count_rows);
        let tenant_key = load.tenant_key;
        let _: CubeReport = context
            .step(&format!("cube-{name}"), async |tx: &mut PgConnection| Ok(refresh_cubes(tx, tenant_key).await?))
            .await?;
        publish_numbers(recipes, context, name, tenant_key, &night).await?;
    }
    Ok(())
}

/// Publishes and tells of it, in one step. Numbers that are held are told too, after the step rolled back.
async fn publish_numbers(
    recipes: &Recipes,
    context: &RunContext,
    source: &str,
    tenant_key: i32,
    night: &Night,
) -> Result<Published, RunError> {
    let (webhooks, claim) = (&recipes.webhooks, &context.claim);
    let mut breaches = Vec::new();
    let published = context
        .step(&format!("publish-{source}"), async |tx: &mut PgConnection| {
            let published = publish(tx, tenant_key, night).await.inspect_err(|e| breaches = breaches_of(e))?;
            tell_published(tx, webhooks, claim, &published).await?;
            Ok(published)
        })
        .await;
    if !breaches.is_empty()
        && let Err(error) = tell_held(&context.pool, webhooks, claim, breaches).await
    {
        // That the numbers are held is the run's own failure; it matters more than who hears of it.
        tracing::error!(run.id = claim.run_id, "{error}");
    }
    published
}

fn count_rows(count: &EntityCount) {
    let EntityCount { entity, loaded, unchanged, quarantined, .. } = count;
    for (outcome, count) in [("loaded", loaded), ("unchanged", unchanged), ("quarantined", quarantined)] {
        meters().count_rows(entity, outcome, count.unsigned_abs());
    }
}

/// The report: see whether there is something to say, read the date's snapshot, render, seal the edition, post one mail
/// a recipient.
///
/// Second run for the same business date: the sealed edition is found, its files are reused, and recipients that have
/// their mail get no other.
async fn run_report(recipes: &Recipes, context: &RunContext) -> Result<(), RunError> {
    let claim = &context.claim;
    let name = claim.spec.report.as_deref().unwrap_or(&claim.job);
    let template = recipes.reports.get(name).ok_or_else(|| {
        RunError::new(Remedy::FixConfig, format!("report `{name}` has no template"))
            .with_hint(format!("add templates/reports/{name}.toml"))
    })?;
    if !claim.spec.when.is_empty() {
        let silence: Option<String> =
            context.step("when", async |tx: &mut PgConnection| weigh(tx, recipes, context).await).await?;
        if let Some(reason) = silence {
            info!(run.id = claim.run_id, job.name = %claim.job, "{reason}");
            return Ok(());
        }
    }
    let sealed: Sealed =
        context.step("seal", async |tx: &mut PgConnection| seal(tx, recipes, template, context).await).await?;
    let _: Enqueued =
        context.step("post", async |tx: &mut PgConnection| post(tx, recipes, template, context, &sealed).await).await?;
    Ok(())
}

/// Why the report has nothing to say, noted in the ledger; `None` when every condition holds, or when the date's edition
/// was sealed before: what was said once may be said to those who missed it.
async fn weigh(tx: &mut PgConnection, recipes: &Recipes, context: &RunContext) -> Result<Option<String>, RunError> {
    let claim = &context.claim;
    if earlier_slot(tx, context).await?.is_some() {
        return Ok(None);
    }
    let snapshot = snapshot_for(tx, recipes, context).await?;
    let mut complaints = Vec::new();
    for condition in &claim.spec.when {
        complaints.extend(condition.complaint(&snapshot).map_err(|Unpublished(what)| {
            RunError::new(Remedy::FixConfig, format!("a condition cannot be weighed: {what}"))
                .with_hint("change `[[when]]` in the job's file")
        })?);
    }
    if complaints.is_empty() {
        return Ok(None);
    }
    let reason = format!("nothing to say: {}", complaints.join("; "));
    let noted = sqlx::query(include_str!("note_run.sql")).bind(claim.run_id).bind(&reason).execute(tx).await;
    noted.map_err(JobError::ledger("note what a run has to say"))?;
    Ok(Some(reason))
}

/// The slot of the edition that the job sealed for the run's business date.
async fn earlier_slot(tx: &mut PgConnection, context: &RunContext) -> Result<Option<DateTime<Utc>>, RunError> {
    let claim = &context.claim;
    let found = sqlx::query_scalar(include_str!("earlier_edition.sql")).bind(&claim.job).bind(claim.business_date);
    Ok(found.fetch_optional(tx).await.map_err(JobError::ledger("find an edition"))?)
}

async fn seal(
    tx: &mut PgConnection,
    recipes: &Recipes,
    template: &ReportTemplate,
    context: &RunContext,
) -> Result<Sealed, RunError> {
    let claim = &context.claim;
    let scheduled_for = earlier_slot(tx, context).await?.unwrap_or(claim.scheduled_for);
    if let Some(found) = find_edition(tx, &claim.job, scheduled_for, "").await? {
        info!(
            edition.id = found.edition_id,
            "edition {} of {} for {} is sealed already", found.edition_id, claim.job, claim.business_date
        );
        return Ok(Sealed { edition_id: found.edition_id, scheduled_for });
    }
    let snapshot = snapshot_for(tx, recipes, context).await?;
    let document = build(template, &snapshot, &recipes.report_context())?;
    let artifacts = render_files(document, stamp_of(&snapshot), claim.spec.formats.clone()).await?;
    let manifest = Manifest {
        snapshot_id: snapshot.header.snapshot_id,
        watermarks: snapshot.header.watermarks.clone(),
        definition_hash: snapshot.header.definition_hash.clone(),
        template_hash: template.hash.clone(),
        renderer: RENDERER.to_owned(),
        files: Vec::new(),
    };
    let files: Vec<OutgoingArtifact> = artifacts.into_iter().map(outgoing).collect();
    let draft = EditionDraft {
        job: &claim.job,
        scheduled_for,
        scope: "",
        run_id: claim.run_id,
        report: &template.name,
        business_date: claim.business_date,
        manifest,
        artifacts: &files,
    };
    let edition = seal_edition(tx, &draft).await?;
    let recipient_count = if is_mailed(context) { claim.spec.recipients.len() } else { 0 };
    tell_sealed(tx, &recipes.webhooks, claim, &edition, recipient_count).await?;
    info!(
        edition.id = edition.edition_id,
        file.count = files.len(),
        "sealed edition {} of {} for {}",
        edition.edition_id,
        claim.job,
        claim.business_date
    );
    Ok(Sealed { edition_id: edition.edition_id, scheduled_for })
}

/// A backfill makes editions of the past; nobody waits for its mail.
fn is_mailed(context: &RunContext) -> bool {
    !context.claim.spec.recipients.is_empty() && context.claim.is_mailing
}

async fn post(
    tx: &mut PgConnection,
    recipes: &Recipes,
    template: &ReportTemplate,
    context: &RunContext,
    sealed: &Sealed,
) -> Result<Enqueued, RunError> {
    let claim = &context.claim;
    if !is_mailed(context) {
        return Ok(Enqueued { message_count: 0, duplicate_count: 0 });
    }
    let files = edition_artifacts(tx, sealed.edition_id).await?;
    let snapshot = snapshot_for(tx, recipes, context).await?;
    let document = build(template, &snapshot, &recipes.report_context())?;
    let stamp = stamp_of(&snapshot);
    let body = in_background(move || render_email(&document, stamp)).await?;
    let label = format!("{}-{}", claim.business_date, claim.job);
    let sender = claim.spec.sender.as_ref().unwrap_or(&recipes.sender);
    let (body, files) = enclose(&label, mail_body(body), files, recipes.linker.as_ref(), clock::now())?;
    let mail: ComposedMail = compose_mail(&MailDraft {
        label: &label,
        sender,
        sent_date: stamp.generated_at,
        body: &body,
        attachments: &files,
    })?;
    let posting = Posting {
        run_id: claim.run_id,
        edition_id: Some(sealed.edition_id),
        job: &claim.job,
        scheduled_for: sealed.scheduled_for,
        label: &label,
        sender,
        recipients: &claim.spec.recipients,
        mail: &mail,
        on_uncertain: claim.spec.on_uncertain,
        next_edition_at: claim.next_slot_at,
    };
    Ok(enqueue(tx, &posting).await?)
}

impl Recipes {
    /// What every report says of the deployment.
    pub fn report_context(&self) -> ReportContext {
        ReportContext { organisation: self.organisation.clone(), web_url: self.public_url.clone() }
    }

    /// The tenant reports are about: the first source's.
    pub fn tenant(&self) -> &str {
        self.feeds.first().map_or("main", |f| f.spec.tenant.as_str())
    }
}

async fn snapshot_for(tx: &mut PgConnection, recipes: &Recipes, context: &RunContext) -> Result<Snapshot, RunError> {
    let date = context.claim.business_date;
    let found = load_snapshot(tx, recipes.tenant(), Which::AsOf(date)).await?;
    found.ok_or_else(|| {
        RunError::new(Remedy::FixData, format!("no snapshot was published for {date}"))
            .with_hint(format!("run `vesper run nightly --for {date}` first"))
    })
}

/// The stamp of an edition is the publish of its numbers, so that rendering again gives the same bytes.
pub fn stamp_of(snapshot: &Snapshot) -> Stamp {
    Stamp { generated_at: snapshot.header.published_at }
}

/// Renders a document in every format asked for, off the runtime's threads.
pub async fn render_files(document: Document, stamp: Stamp, formats: Vec<Format>) -> Result<Vec<Artifact>, RunError> {
    in_background(move || {
        formats
            .iter()
            .filter_map(|format| match format {
                Format::Pdf => Some(render_pdf(&document, stamp)),
                Format::Xlsx => Some(render_xlsx(&document, stamp)),
                Format::Csv => None,
            })
            .collect()
    })
    .await
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RenderError> + Send + 'static,
) -> Result<T, RunError> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|_| RunError::new(Remedy::FixCode, "the rendering thread ended early"))??)
}

fn outgoing(artifact: Artifact) -> OutgoingArtifact {
    OutgoingArtifact { name: artifact.name, media_type: artifact.media_type.to_owned(), bytes: artifact.bytes }
}

fn mail_body(body: EmailBody) -> MailBody {
    let inline = body.images.into_iter().map(|i| InlineImage {
        content_id: i.cid,
        media_type: "image/png".to_owned(),
        bytes: i.bytes,
    });
    MailBody { subject: body.subject, html: body.html, text: body.text, inline: inline.collect() }
}
