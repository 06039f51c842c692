//! The report: see whether there is something to say, read the date's snapshot, draw, seal the edition, post its mail.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use tracing::info;

use crate::base::{Remedy, clock};
use crate::delivery::{
    ComposedMail, EditionDraft, Enqueued, MailDraft, Manifest, Posting, Recipient, compose_mail, edition_artifacts,
    edition_mail, enclose, enqueue, find_edition, seal_edition,
};
use crate::job::announce::tell_sealed;
use crate::job::condition::Unpublished;
use crate::job::recipe::burst::run_burst;
use crate::job::recipe::draw::draw;
use crate::job::recipe::restate::{Earlier, find_restatements};
use crate::job::recipe::{Archive, Drawn, Recipes};
use crate::job::{JobError, RunContext, RunError, Spec};
use crate::metric::{Snapshot, Which, load_snapshot};
use crate::render::RENDERER;
use crate::report::{ReportContext, ReportTemplate, Scope};

/// A run at work on its editions.
#[derive(Clone, Copy)]
pub(super) struct Making<'a> {
    pub recipes: &'a Recipes,
    pub template: &'a ReportTemplate,
    pub context: &'a RunContext,
}

/// What sealing an edition left behind: enough for the next step to post it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sealed {
    pub edition_id: i64,
    /// The slot the edition belongs to: a second run for the same business date finds the first one's.
    pub scheduled_for: DateTime<Utc>,
}

/// The report of a run, whole or one edition a scope.
///
/// Second run for the same business date: the sealed edition is found, its files and its mail are reused, and recipients
/// that have their mail get no other.
pub(super) async fn run_report(recipes: &Recipes, context: &RunContext) -> Result<(), RunError> {
    let claim = &context.claim;
    let name = claim.spec.report.as_deref().unwrap_or(&claim.job);
    let making = Making { recipes, template: recipes.template(name)?, context };
    if claim.spec.burst.is_some() {
        return run_burst(making).await;
    }
    if !claim.spec.when.is_empty() {
        let silence: Option<String> =
            context.step("when", async |tx: &mut PgConnection| weigh(tx, making).await).await?;
        if let Some(reason) = silence {
            info!(run.id = claim.run_id, job.name = %claim.job, "{reason}");
            return Ok(());
        }
    }
    let sealed: Sealed = context.step("seal", async |tx: &mut PgConnection| seal_whole(tx, making).await).await?;
    let recipients = &claim.spec.recipients;
    let _: Enqueued =
        context.step("post", async |tx: &mut PgConnection| post(tx, making, &sealed, ("", recipients)).await).await?;
    Ok(())
}

/// Why the report has nothing to say, noted in the ledger; `None` when every condition holds, or when the date's edition
/// was sealed before: what was said once may be said to those who missed it.
async fn weigh(tx: &mut PgConnection, making: Making<'_>) -> Result<Option<String>, RunError> {
    if earlier_slot(tx, making.context).await?.is_some() {
        return Ok(None);
    }
    let snapshot = snapshot_for(tx, making, making.recipes.tenant()).await?;
    let complaints = complaints(&making.context.claim.spec, &snapshot, None)?;
    if complaints.is_empty() {
        return Ok(None);
    }
    let reason = format!("nothing to say: {}", complaints.join("; "));
    note(tx, making.context, &reason).await?;
    Ok(Some(reason))
}

/// The conditions that do not hold within a scope, in words.
pub fn complaints(spec: &Spec, snapshot: &Snapshot, scope: Option<&Scope>) -> Result<Vec<String>, RunError> {
    let mut complaints = Vec::new();
    for condition in &spec.when {
        complaints.extend(condition.complaint(snapshot, scope).map_err(|Unpublished(what)| {
            RunError::new(Remedy::FixConfig, format!("a condition cannot be weighed: {what}"))
                .with_hint("change `[[when]]` in the job's file")
        })?);
    }
    Ok(complaints)
}

/// Writes what a run has to say into the ledger.
pub(super) async fn note(tx: &mut PgConnection, context: &RunContext, words: &str) -> Result<(), RunError> {
    let noted = sqlx::query(include_str!("../note_run.sql")).bind(context.claim.run_id).bind(words).execute(tx).await;
    Ok(noted.map(drop).map_err(JobError::ledger("note what a run has to say"))?)
}

/// The slot of the first edition that the job sealed for the run's business date.
pub(super) async fn earlier_slot(
    tx: &mut PgConnection,
    context: &RunContext,
) -> Result<Option<DateTime<Utc>>, RunError> {
    let claim = &context.claim;
    let found = sqlx::query_scalar(include_str!("../earlier_slot.sql")).bind(&claim.job).bind(claim.business_date);
    Ok(found.fetch_optional(tx).await.map_err(JobError::ledger("find an edition"))?)
}

async fn seal_whole(tx: &mut PgConnection, making: Making<'_>) -> Result<Sealed, RunError> {
    let claim = &making.context.claim;
    let scheduled_for = earlier_slot(tx, making.context).await?.unwrap_or(claim.scheduled_for);
    if let Some(found) = find_edition(tx, &claim.job, scheduled_for, "").await? {
        let id = found.edition_id;
        info!(edition.id = id, "edition {id} of {} for {} is sealed already", claim.job, claim.business_date);
        return Ok(Sealed { edition_id: id, scheduled_for });
    }
    let snapshot = Arc::new(snapshot_for(tx, making, making.recipes.tenant()).await?);
    let context = context_of((&mut *tx, &mut Archive::default()), making, &snapshot, ("", None)).await?;
    let drawn = draw(making.template, &snapshot, context, &claim.spec.formats).await?;
    seal(tx, making, (&snapshot, scheduled_for), ("", &drawn, claim.spec.recipients.len())).await
}

/// What the edition of a scope says beside its numbers; `key` is the scope in the ledger.
pub(super) async fn context_of(
    (tx, archive): (&mut PgConnection, &mut Archive),
    making: Making<'_>,
    snapshot: &Snapshot,
    (key, scope): (&str, Option<&Scope>),
) -> Result<ReportContext, RunError> {
    let earlier = Earlier { job: &making.context.claim.job, key, scope };
    let restatements = find_restatements(tx, archive, making.template, snapshot, earlier).await?;
    let parameters = making.context.claim.spec.parameters.clone();
    Ok(ReportContext { scope: scope.cloned(), restatements, parameters, ..making.recipes.report_context() })
}

/// Seals a drawn edition and tells of it.
pub(super) async fn seal(
    tx: &mut PgConnection,
    making: Making<'_>,
    (snapshot, scheduled_for): (&Snapshot, DateTime<Utc>),
    (key, drawn, reader_count): (&str, &Drawn, usize),
) -> Result<Sealed, RunError> {
    let (claim, header) = (&making.context.claim, &snapshot.header);
    let manifest = Manifest {
        snapshot_id: header.snapshot_id,
        watermarks: header.watermarks.clone(),
        definition_hash: header.definition_hash.clone(),
        definitions: drawn.document.definitions.iter().map(|d| d.metric.clone()).collect(),
        template_hash: making.template.hash.clone(),
        renderer: RENDERER.to_owned(),
        files: Vec::new(),
        mail: None,
    };
    let draft = EditionDraft {
        job: &claim.job,
        scheduled_for,
        scope: key,
        run_id: claim.run_id,
        report: &making.template.name,
        business_date: claim.business_date,
        manifest,
        artifacts: &drawn.files,
        body: &drawn.body,
    };
    let edition = seal_edition(tx, &draft).await?;
    let recipient_count = if claim.is_mailing { reader_count } else { 0 };
    tell_sealed(tx, &making.recipes.webhooks, claim, &edition, recipient_count).await?;
    let (id, count) = (edition.edition_id, drawn.files.len());
    info!(edition.id = id, file.count = count, "sealed edition {id} of {} for {}", claim.job, claim.business_date);
    Ok(Sealed { edition_id: id, scheduled_for })
}

/// Posts a sealed edition's mail, one message a recipient. A backfill makes editions of the past; nobody waits for their
/// mail.
pub(super) async fn post(
    tx: &mut PgConnection,
    making: Making<'_>,
    sealed: &Sealed,
    (key, recipients): (&str, &[Recipient]),
) -> Result<Enqueued, RunError> {
    let claim = &making.context.claim;
    if recipients.is_empty() || !claim.is_mailing {
        return Ok(Enqueued { message_count: 0, duplicate_count: 0 });
    }
    let body = edition_mail(tx, sealed.edition_id).await?;
    let files = edition_artifacts(tx, sealed.edition_id).await?;
    let label = format!("{}-{}", claim.business_date, claim.job);
    let sender = claim.spec.sender.as_ref().unwrap_or(&making.recipes.sender);
    let (body, files) = enclose(&label, body, files, making.recipes.linker.as_ref(), clock::now())?;
    let sent_date = published_at(tx, sealed.edition_id).await?;
    let mail: ComposedMail =
        compose_mail(&MailDraft { label: &label, sender, sent_date, body: &body, attachments: &files })?;
    let posting = Posting {
        run_id: claim.run_id,
        edition_id: Some(sealed.edition_id),
        job: &claim.job,
        scheduled_for: sealed.scheduled_for,
        scope: key,
        label: &label,
        sender,
        recipients,
        mail: &mail,
        on_uncertain: claim.spec.on_uncertain,
        next_edition_at: claim.next_slot_at,
    };
    Ok(enqueue(tx, &posting).await?)
}

/// When the numbers of an edition were published: the date its mail carries, however often it is sent.
async fn published_at(tx: &mut PgConnection, edition_id: i64) -> Result<DateTime<Utc>, RunError> {
    let found = sqlx::query_scalar(include_str!("../edition_published.sql")).bind(edition_id).fetch_one(tx).await;
    Ok(found.map_err(JobError::ledger("read when an edition's numbers were published"))?)
}

/// The last snapshot of the run's business date.
pub(super) async fn snapshot_for(
    tx: &mut PgConnection,
    making: Making<'_>,
    tenant: &str,
) -> Result<Snapshot, RunError> {
    let date = making.context.claim.business_date;
    load_snapshot(tx, tenant, Which::AsOf(date)).await?.ok_or_else(|| {
        RunError::new(Remedy::FixData, format!("no snapshot was published for {date}"))
            .with_hint(format!("run `vesper run nightly --for {date}` first"))
    })
}
