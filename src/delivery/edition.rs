//! A sealed edition: what was said, from which numbers, in which files.

mod body;
mod link;
mod list;
mod shelf;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};

use crate::base::chaos;
use crate::delivery::{DeliveryError, MailBody, OutgoingArtifact};

pub use link::{FileLink, LinkKey, escape};
pub use list::{EditionLine, list_editions};
pub use shelf::{FileHead, FileShelf};

/// The channel on which it is announced that an edition was sealed.
pub const SEAL_CHANNEL: &str = "vesper_edition";

/// Where every number and every pixel of an edition comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The published snapshot.
    pub snapshot_id: i64,
    /// Source name → high-water mark of the extraction.
    pub watermarks: BTreeMap<String, String>,
    /// SHA-256 of the metric definitions, hex.
    pub definition_hash: String,
    /// Every metric the edition speaks of, with the version of its definition: `win_rate@1`.
    #[serde(default)]
    pub definitions: Vec<String>,
    /// SHA-256 of the template, hex.
    pub template_hash: String,
    /// The renderer's version.
    pub renderer: String,
    /// The files, in the order they are attached; filled when the edition is sealed.
    #[serde(default)]
    pub files: Vec<ManifestFile>,
    /// The mail they are sent with; filled when the edition is sealed.
    #[serde(default)]
    pub mail: Option<ManifestFile>,
}

/// One file of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

/// An edition about to be sealed.
#[derive(Debug, Clone)]
pub struct EditionDraft<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The slot.
    pub scheduled_for: DateTime<Utc>,
    /// Whose rows it shows; empty for the whole.
    pub scope: &'a str,
    /// The run that made it.
    pub run_id: i64,
    /// The report's template.
    pub report: &'a str,
    /// The date it speaks of.
    pub business_date: NaiveDate,
    /// Where it comes from.
    pub manifest: Manifest,
    /// Its files.
    pub artifacts: &'a [OutgoingArtifact],
    /// The mail they are sent with.
    pub body: &'a MailBody,
}

/// An edition as it stands in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEdition {
    /// Its key.
    pub edition_id: i64,
    /// The report's template.
    pub report: String,
    /// The date it speaks of.
    pub business_date: NaiveDate,
    /// Where it comes from, with the digest of every file.
    pub manifest: Manifest,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct EditionRow {
    edition_id: i64,
    report: String,
    business_date: NaiveDate,
    manifest: serde_json::Value,
    sealed_at: DateTime<Utc>,
}

impl EditionRow {
    fn sealed(self) -> Result<SealedEdition, DeliveryError> {
        let EditionRow { edition_id, report, business_date, manifest, sealed_at } = self;
        let manifest = serde_json::from_value(manifest);
        let manifest = manifest.map_err(|source| DeliveryError::Manifest { edition_id, source })?;
        Ok(SealedEdition { edition_id, report, business_date, manifest, sealed_at })
    }
}

/// Seals an edition. A second call for the same (job, slot, scope) returns the one that is sealed, whatever was drawn
/// the second time.
pub async fn seal_edition(tx: &mut PgConnection, draft: &EditionDraft<'_>) -> Result<SealedEdition, DeliveryError> {
    let write = || DeliveryError::ledger("seal an edition");
    let mail = body::pack(draft.body);
    let contents: Vec<&OutgoingArtifact> = draft.artifacts.iter().chain([&mail]).collect();
    let digests: Vec<[u8; 32]> = contents.iter().map(|a| Sha256::digest(&a.bytes).into()).collect();
    let mut manifest = draft.manifest.clone();
    manifest.files = contents.iter().zip(&digests).map(|(file, digest)| manifest_file(file, digest)).collect();
    manifest.mail = manifest.files.pop();

    let sealed: Option<EditionRow> = sqlx::query_as(include_str!("seal_edition.sql"))
        .bind(draft.job)
        .bind(draft.scheduled_for)
        .bind(draft.scope)
        .bind(draft.run_id)
        .bind(draft.report)
        .bind(draft.business_date)
        .bind(manifest.snapshot_id)
        .bind(Json(&manifest))
        .fetch_optional(&mut *tx)
        .await
        .map_err(write())?;
    let Some(sealed) = sealed else {
        let sealed = find_edition(tx, draft.job, draft.scheduled_for, draft.scope).await?;
        return Ok(sealed.expect("what conflicts exists, and editions are never deleted in a run"));
    };
    chaos::point("edition.sealed");
    let digests: Vec<&[u8]> = digests.iter().map(|d| d.as_slice()).collect();
    let names: Vec<&str> = contents.iter().map(|a| a.name.as_str()).collect();
    let media_types: Vec<&str> = contents.iter().map(|a| a.media_type.as_str()).collect();
    let roles: Vec<&str> = draft.artifacts.iter().map(|_| "file").chain(["mail"]).collect();
    let contents: Vec<&[u8]> = contents.iter().map(|a| a.bytes.as_slice()).collect();
    sqlx::query(include_str!("store_artifacts.sql"))
        .bind(&digests)
        .bind(&media_types)
        .bind(&contents)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    chaos::point("edition.stored");
    sqlx::query(include_str!("list_artifacts.sql"))
        .bind(sealed.edition_id)
        .bind(&names)
        .bind(&digests)
        .bind(&roles)
        .execute(&mut *tx)
        .await
        .map_err(write())?;
    sqlx::query("select pg_notify($1, '')").bind(SEAL_CHANNEL).execute(tx).await.map_err(write())?;
    sealed.sealed()
}

fn manifest_file(file: &OutgoingArtifact, digest: &[u8; 32]) -> ManifestFile {
    ManifestFile {
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        sha256: hex::encode(digest),
        size: file.bytes.len() as u64,
    }
}

/// The edition sealed for (job, slot, scope).
pub async fn find_edition(
    connection: &mut PgConnection,
    job: &str,
    scheduled_for: DateTime<Utc>,
    scope: &str,
) -> Result<Option<SealedEdition>, DeliveryError> {
    let found: Option<EditionRow> = sqlx::query_as(include_str!("find_edition.sql"))
        .bind(job)
        .bind(scheduled_for)
        .bind(scope)
        .fetch_optional(connection)
        .await
        .map_err(DeliveryError::ledger("find an edition"))?;
    found.map(EditionRow::sealed).transpose()
}

/// The last edition a job sealed for a scope before a business date.
pub async fn earlier_edition(
    connection: &mut PgConnection,
    job: &str,
    scope: &str,
    business_date: NaiveDate,
) -> Result<Option<SealedEdition>, DeliveryError> {
    let found: Option<EditionRow> = sqlx::query_as(include_str!("earlier_edition.sql"))
        .bind(job)
        .bind(scope)
        .bind(business_date)
        .fetch_optional(connection)
        .await
        .map_err(DeliveryError::ledger("find an earlier edition"))?;
    found.map(EditionRow::sealed).transpose()
}

/// The mail an edition is sent with, as it was sealed.
pub async fn edition_mail(connection: &mut PgConnection, edition_id: i64) -> Result<MailBody, DeliveryError> {
    let packed: Option<Vec<u8>> = sqlx::query_scalar(include_str!("edition_mail.sql"))
        .bind(edition_id)
        .fetch_optional(connection)
        .await
        .map_err(DeliveryError::ledger("read an edition's mail"))?;
    body::unpack(&packed.unwrap_or_default()).map_err(|source| DeliveryError::Body { edition_id, source })
}

/// The files of an edition as they were sealed, in their order.
pub async fn edition_artifacts(
    connection: &mut PgConnection,
    edition_id: i64,
) -> Result<Vec<OutgoingArtifact>, DeliveryError> {
    let files: Vec<(String, String, Vec<u8>)> = sqlx::query_as(include_str!("edition_artifacts.sql"))
        .bind(edition_id)
        .fetch_all(connection)
        .await
        .map_err(DeliveryError::ledger("read an edition's files"))?;
    Ok(files.into_iter().map(|(name, media_type, bytes)| OutgoingArtifact { name, media_type, bytes }).collect())
}
