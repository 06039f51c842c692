//! Bursting: who reads which scope, the proof that nothing is shown twice or to nobody, then edition after edition.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::try_join_all;
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use crate::base::pg::remedy_of;
use crate::base::{Remedy, nearest};
use crate::delivery::{Recipient, find_edition};
use crate::job::burst::TENANT;
use crate::job::recipe::draw::draw;
use crate::job::recipe::report::{Making, Sealed, complaints, context_of, earlier_slot, note, post, seal};
use crate::job::recipe::{Archive, Recipes};
use crate::job::{Burst, RunError, Spec};
use crate::metric::{Snapshot, Which, load_snapshot};
use crate::report::{Document, Proof, ReportContext, ReportTemplate, Scope, build, is_blank};

/// One edition: whose numbers, and who reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The scope in the ledger: a member, a tenant, or nothing for the whole.
    pub key: String,
    /// The dimension the key is a member of; none for a whole snapshot.
    pub dimension: Option<String>,
    /// The tenant whose snapshot it shows.
    pub tenant: String,
    /// That snapshot.
    pub snapshot_id: i64,
    /// Who reads it.
    pub recipients: Vec<Recipient>,
}

impl Cut {
    /// The scope its document is built with.
    pub fn scope(&self) -> Option<Scope> {
        self.dimension.as_deref().map(|dimension| Scope::new(dimension, &self.key))
    }
}

/// A report as its job asks for it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The recipes.
    pub recipes: &'a Recipes,
    /// The report's template.
    pub template: &'a ReportTemplate,
    /// What the job's file says.
    pub spec: &'a Spec,
    /// The date it speaks of.
    pub business_date: NaiveDate,
}

/// Editions drawn at the same time and sealed in one transaction: enough for every core, and little to hold.
const CHUNK: usize = 16;
/// A list of readers is read within this time or not at all.
const QUERY_TIMEOUT: &str = "set local statement_timeout = '60s'";
/// Breaches that are told; the rest is a number.
const BREACH_MAX: usize = 5;

/// Who reads what of a date, proved before anything is released.
///
/// Errors: a reader of an unknown scope, a scope with numbers that nobody reads and the file does not declare, or slices
/// that are not the whole.
///
/// The snapshots that the cuts show are kept in `archive`.
pub async fn cuts_of(
    (pool, connection): (&PgPool, &mut PgConnection),
    archive: &mut Archive,
    asked: Asked<'_>,
) -> Result<Vec<Cut>, RunError> {
    let Some(burst) = &asked.spec.burst else {
        let snapshot = snapshot_of(connection, archive, (asked.recipes.tenant(), asked.business_date)).await?;
        return Ok(vec![cut(String::new(), None, &snapshot, asked.spec.recipients.clone())]);
    };
    let readers = match &burst.query {
        Some(query) => query_readers(pool, query).await?,
        None => burst.readers.clone(),
    };
    if burst.by == TENANT {
        return cuts_by_tenant((connection, archive), asked, burst, readers).await;
    }
    let snapshot = snapshot_of(connection, archive, (asked.recipes.tenant(), asked.business_date)).await?;
    cuts_by_member(asked, burst, &snapshot, readers)
}

fn cut(key: String, dimension: Option<&str>, snapshot: &Snapshot, recipients: Vec<Recipient>) -> Cut {
    let (tenant, snapshot_id) = (snapshot.header.tenant.clone(), snapshot.header.snapshot_id);
    Cut { key, dimension: dimension.map(str::to_owned), tenant, snapshot_id, recipients }
}

/// One edition a tenant: each shows its own snapshot, so that only readers and tenants have to match.
async fn cuts_by_tenant(
    (connection, archive): (&mut PgConnection, &mut Archive),
    asked: Asked<'_>,
    burst: &Burst,
    mut readers: BTreeMap<String, Vec<Recipient>>,
) -> Result<Vec<Cut>, RunError> {
    let tenants: Vec<&str> = asked.recipes.feeds.iter().map(|feed| feed.spec.tenant.as_str()).collect();
    refuse_unknown(burst, readers.keys(), &tenants)?;
    let mut cuts = Vec::new();
    for tenant in tenants {
        match readers.remove(tenant) {
            Some(recipients) => {
                let snapshot = snapshot_of(connection, archive, (tenant, asked.business_date)).await?;
                cuts.push(cut(tenant.to_owned(), None, &snapshot, recipients));
            }
            None if burst.is_orphan(tenant) => {}
            None => return Err(undeclared(&[tenant.to_owned()])),
        }
    }
    Ok(cuts)
}

fn cuts_by_member(
    asked: Asked<'_>,
    burst: &Burst,
    snapshot: &Arc<Snapshot>,
    mut readers: BTreeMap<String, Vec<Recipient>>,
) -> Result<Vec<Cut>, RunError> {
    let members: Vec<&str> = snapshot.members(&burst.by).iter().map(|m| m.member.as_str()).collect();
    refuse_unknown(burst, readers.keys(), &members)?;
    let edition = |scope: Option<Scope>| -> Result<Document, RunError> {
        let parameters = asked.spec.parameters.clone();
        let context = ReportContext { scope, parameters, ..asked.recipes.report_context() };
        Ok(build(asked.template, snapshot, &context)?)
    };
    let whole = edition(None)?;
    let mut proof = Proof::of(&whole);
    let (mut cuts, mut forgotten) = (Vec::new(), Vec::new());
    for member in members {
        let scope = Scope::new(&burst.by, member);
        let slice = edition(Some(scope.clone()))?;
        proof.add(&scope, &slice);
        match readers.remove(member) {
            Some(recipients) => cuts.push(cut(member.to_owned(), Some(&burst.by), snapshot, recipients)),
            None if burst.is_orphan(member) || is_blank(&slice) => {}
            None => forgotten.push(format!("{member} ({})", slice.subtitle.unwrap_or_default())),
        }
    }
    if !forgotten.is_empty() {
        return Err(undeclared(&forgotten));
    }
    match proof.breaches() {
        breaches if breaches.is_empty() => Ok(cuts),
        breaches => Err(RunError::new(Remedy::FixData, format!("the burst is held: {}", told(&breaches)))
            .with_hint("the editions together are not the whole report; nothing was sealed or mailed")),
    }
}

fn told(list: &[String]) -> String {
    let rest = list.len().saturating_sub(BREACH_MAX);
    let head = list.iter().take(BREACH_MAX).cloned().collect::<Vec<_>>().join("; ");
    if rest > 0 { format!("{head}; and {rest} more") } else { head }
}

fn undeclared(scopes: &[String]) -> RunError {
    let message = format!("the burst is held: nobody reads {}", told(scopes));
    RunError::new(Remedy::FixConfig, message)
        .with_hint("give them a reader, or declare them in `orphans` of the job's [burst]")
}

fn refuse_unknown<'r>(burst: &Burst, scopes: impl Iterator<Item = &'r String>, known: &[&str]) -> Result<(), RunError> {
    let unknown: Vec<&String> = scopes.filter(|scope| !known.contains(&scope.as_str())).collect();
    let Some(first) = unknown.first() else { return Ok(()) };
    let names = unknown.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>();
    let error = RunError::new(Remedy::FixConfig, format!("the burst knows no {} {}", burst.by, told(&names)));
    Err(match nearest(first, known.iter().copied()) {
        Some(near) => error.with_hint(format!("did you mean `{near}`?")),
        None => error.with_hint("a scope is the id by which the source knows it"),
    })
}

async fn snapshot_of(
    connection: &mut PgConnection,
    archive: &mut Archive,
    (tenant, date): (&str, NaiveDate),
) -> Result<Arc<Snapshot>, RunError> {
    match load_snapshot(connection, tenant, Which::AsOf(date)).await?.map(Arc::new) {
        Some(snapshot) => {
            archive.keep(&snapshot);
            Ok(snapshot)
        }
        None => Err(RunError::new(Remedy::FixData, format!("no snapshot of {tenant} was published for {date}"))
            .with_hint(format!("run `vesper run nightly --for {date}` first"))),
    }
}

/// Runs an operator's query, in a transaction that cannot write.
pub(in crate::job) async fn query_readers(
    pool: &PgPool,
    query: &str,
) -> Result<BTreeMap<String, Vec<Recipient>>, RunError> {
    let refused = |source: sqlx::Error| {
        let remedy = if source.as_database_error().is_some() { Remedy::FixConfig } else { remedy_of(&source) };
        RunError::new(remedy, format!("the query of [burst] fails: {source}"))
            .with_hint("it selects two columns of text on the warehouse: scope and address")
    };
    let mut tx = pool.begin().await.map_err(refused)?;
    sqlx::query("set transaction read only").execute(&mut *tx).await.map_err(refused)?;
    sqlx::query(QUERY_TIMEOUT).execute(&mut *tx).await.map_err(refused)?;
    let rows: Vec<(Option<String>, Option<String>)> =
        sqlx::query_as(AssertSqlSafe(query.to_owned())).fetch_all(&mut *tx).await.map_err(refused)?;
    let mut readers: BTreeMap<String, Vec<Recipient>> = BTreeMap::new();
    for (at, row) in rows.into_iter().enumerate() {
        let wrong = |what: &str| {
            RunError::new(Remedy::FixData, format!("row {} of the query of [burst] {what}", at + 1))
                .with_hint("leave such rows out, or mend them in the source")
        };
        let (Some(scope), Some(address)) = row else { return Err(wrong("holds a null")) };
        // The address itself stands in no log.
        let recipient = Recipient::parse(&address).map_err(|reason| wrong(&format!("is no mail address: {reason}")))?;
        let of_scope = readers.entry(scope).or_default();
        if !of_scope.iter().any(|r| r.is_same_inbox(&recipient)) {
            of_scope.push(recipient);
        }
    }
    Ok(readers)
}

/// What the first step of a burst leaves behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Plan {
    scheduled_for: DateTime<Utc>,
    cuts: Vec<Cut>,
}

/// One edition a scope. Nothing is sealed before the whole is proved; a second run seals and mails what is missing.
pub(super) async fn run_burst(making: Making<'_>) -> Result<(), RunError> {
    let context = making.context;
    let mut archive = Archive::default();
    let plan: Plan = context.step("burst", async |tx: &mut PgConnection| plan(tx, making, &mut archive).await).await?;
    for (at, cuts) in plan.cuts.chunks(CHUNK).enumerate() {
        let _: u64 = context
            .step(&format!("editions-{}", at + 1), async |tx: &mut PgConnection| {
                make_editions(tx, making, (plan.scheduled_for, cuts), &mut archive).await
            })
            .await?;
    }
    Ok(())
}

async fn plan(tx: &mut PgConnection, making: Making<'_>, archive: &mut Archive) -> Result<Plan, RunError> {
    let claim = &making.context.claim;
    let Making { recipes, template, context } = making;
    let earlier = earlier_slot(tx, context).await?;
    let asked = Asked { recipes, template, spec: &claim.spec, business_date: claim.business_date };
    let cuts = cuts_of((&context.pool, tx), archive, asked).await?;
    let cut_count = cuts.len();
    let mut said = Vec::new();
    for cut in cuts {
        let snapshot = archive.open(tx, &cut.tenant, cut.snapshot_id).await?;
        // What was said once may be said to those who missed it.
        if earlier.is_some() || complaints(&claim.spec, &snapshot, cut.scope().as_ref())?.is_empty() {
            said.push(cut);
        }
    }
    if said.len() < cut_count {
        let words = format!("{} of {cut_count} editions have nothing to say", cut_count - said.len());
        note(tx, context, &words).await?;
    }
    Ok(Plan { scheduled_for: earlier.unwrap_or(claim.scheduled_for), cuts: said })
}

/// Draws a few editions at the same time, seals them and posts their mail; returns how many messages that are.
async fn make_editions(
    tx: &mut PgConnection,
    making: Making<'_>,
    (scheduled_for, cuts): (DateTime<Utc>, &[Cut]),
    archive: &mut Archive,
) -> Result<u64, RunError> {
    let claim = &making.context.claim;
    let (mut sealed, mut drawings) = (Vec::new(), Vec::new());
    for cut in cuts {
        if let Some(found) = find_edition(tx, &claim.job, scheduled_for, &cut.key).await? {
            sealed.push((cut, Sealed { edition_id: found.edition_id, scheduled_for }));
            continue;
        }
        let snapshot = archive.open(tx, &cut.tenant, cut.snapshot_id).await?;
        let scope = cut.scope();
        let context = context_of((&mut *tx, &mut *archive), making, &snapshot, (&cut.key, scope.as_ref())).await?;
        drawings.push(async move {
            let drawn = draw(making.template, &snapshot, context, &claim.spec.formats).await?;
            Ok::<_, RunError>((cut, snapshot, drawn))
        });
    }
    for (cut, snapshot, drawn) in try_join_all(drawings).await? {
        let edition = (cut.key.as_str(), &drawn, cut.recipients.len());
        sealed.push((cut, seal(tx, making, (&snapshot, scheduled_for), edition).await?));
    }
    let mut message_count = 0;
    for (cut, edition) in &sealed {
        message_count += post(tx, making, edition, (&cut.key, &cut.recipients)).await?.message_count;
    }
    Ok(message_count)
}
