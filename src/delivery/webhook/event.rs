//! What happened, as receivers are told. docs/webhooks.md names every field.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use crate::delivery::ManifestFile;

/// What a hook can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// New numbers are current.
    SnapshotPublished,
    /// A check failed; the last numbers stay current.
    SnapshotHeld,
    /// A report's files are final.
    EditionSealed,
    /// Every mail of an edition is settled.
    EditionSent,
    /// Of a mail of an edition nobody knows whether it arrived; a person decides.
    EditionHeld,
    /// A run failed for the last time.
    RunDead,
}

impl EventKind {
    /// All of them by the name in files and payloads.
    pub const NAMES: [(&'static str, EventKind); 6] = [
        ("snapshot.published", EventKind::SnapshotPublished),
        ("snapshot.held", EventKind::SnapshotHeld),
        ("edition.sealed", EventKind::EditionSealed),
        ("edition.sent", EventKind::EditionSent),
        ("edition.held", EventKind::EditionHeld),
        ("run.dead", EventKind::RunDead),
    ];

    /// The name in files and payloads.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::SnapshotPublished => "snapshot.published",
            EventKind::SnapshotHeld => "snapshot.held",
            EventKind::EditionSealed => "edition.sealed",
            EventKind::EditionSent => "edition.sent",
            EventKind::EditionHeld => "edition.held",
            EventKind::RunDead => "run.dead",
        }
    }
}

/// Something that happened once. Nothing in it names a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// The run it happened in.
    pub run_id: i64,
    /// Its job.
    pub job: String,
    /// The date the run works for.
    pub business_date: NaiveDate,
    /// Where people find more, if they reach this server.
    pub url: Option<String>,
    /// What.
    pub data: EventData,
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    /// [`EventKind::SnapshotPublished`]
    SnapshotPublished {
        /// The snapshot that is current now.
        snapshot_id: i64,
        /// When it was published.
        published_at: DateTime<Utc>,
        /// The currency of its amounts (ISO 4217).
        currency: String,
        /// Points in it.
        point_count: u64,
        /// What it was computed from.
        entities: Vec<EntityBalance>,
    },
    /// [`EventKind::SnapshotHeld`]
    SnapshotHeld {
        /// What does not hold.
        breaches: Vec<Breach>,
    },
    /// [`EventKind::EditionSealed`]
    EditionSealed {
        /// The edition.
        edition_id: i64,
        /// Its template.
        report: String,
        /// The snapshot its numbers come from.
        snapshot_id: i64,
        /// How many mails it makes.
        recipient_count: u64,
        /// Its files.
        files: Vec<EventFile>,
    },
    /// [`EventKind::EditionSent`]
    EditionSent {
        /// The edition.
        edition_id: i64,
        /// Its template.
        report: String,
        /// When it was sealed.
        sealed_at: DateTime<Utc>,
        /// Mails that went out.
        sent_count: u64,
        /// Mails that a server refused or that expired.
        dead_count: u64,
        /// Mails that were not to be sent.
        suppressed_count: u64,
        /// Its files.
        files: Vec<EventFile>,
    },
    /// [`EventKind::EditionHeld`]
    EditionHeld {
        /// The edition.
        edition_id: i64,
        /// Its template.
        report: String,
        /// Mails of which nobody knows.
        uncertain_count: u64,
        /// Why they are held.
        reason: String,
    },
    /// [`EventKind::RunDead`]
    RunDead {
        /// `pipeline`, `report` or `upkeep`.
        kind: String,
        /// The slot.
        scheduled_for: DateTime<Utc>,
        /// Attempts it had.
        attempt_count: u64,
        /// Why the last one failed.
        error: String,
    },
}

/// The rows of one entity, counted on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntityBalance {
    /// `customer`, `deal` …
    pub entity: String,
    /// Live rows in the source.
    pub source_rows: i64,
    /// Live rows in the star.
    pub star_rows: i64,
    /// Rows set aside.
    pub quarantined_rows: i64,
}

/// A check that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// Which.
    pub identity: String,
    /// Both sides.
    pub detail: String,
}

/// A file of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventFile {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
}

impl From<&ManifestFile> for EventFile {
    fn from(file: &ManifestFile) -> Self {
        let ManifestFile { name, media_type, sha256, size } = file.clone();
        Self { name, media_type, sha256, size }
    }
}

impl Event {
    /// Which kind it is.
    pub fn kind(&self) -> EventKind {
        match self.data {
            EventData::SnapshotPublished { .. } => EventKind::SnapshotPublished,
            EventData::SnapshotHeld { .. } => EventKind::SnapshotHeld,
            EventData::EditionSealed { .. } => EventKind::EditionSealed,
            EventData::EditionSent { .. } => EventKind::EditionSent,
            EventData::EditionHeld { .. } => EventKind::EditionHeld,
            EventData::RunDead { .. } => EventKind::RunDead,
        }
    }

    /// What it happened to, so that it is told once however often it is found.
    fn subject(&self) -> String {
        match &self.data {
            EventData::SnapshotPublished { snapshot_id, .. } => format!("snapshot {snapshot_id}"),
            EventData::SnapshotHeld { .. } | EventData::RunDead { .. } => format!("run {}", self.run_id),
            EventData::EditionSealed { edition_id, .. }
            | EventData::EditionSent { edition_id, .. }
            | EventData::EditionHeld { edition_id, .. } => format!("edition {edition_id}"),
        }
    }

    /// `run.dead|run 17|crm`; the sweeps write the same key in SQL.
    pub(super) fn dedupe_key(&self, hook: &str) -> String {
        format!("{}|{}|{hook}", self.kind().name(), self.subject())
    }

    /// `2026-11-22-run.dead`, for people.
    pub(super) fn label(&self) -> String {
        format!("{}-{}", self.business_date, self.kind().name())
    }

    /// The body of a call to a program.
    pub(super) fn payload(&self) -> Value {
        let mut data = json!({ "job": self.job, "run_id": self.run_id, "business_date": self.business_date });
        let own = serde_json::to_value(&self.data).expect("texts, numbers and instants are JSON");
        if let (Value::Object(data), Value::Object(own)) = (&mut data, own) {
            data.extend(own);
            data.insert("url".to_owned(), json!(self.url));
        }
        let timestamp = self.at.to_rfc3339_opts(SecondsFormat::Millis, true);
        json!({ "type": self.kind().name(), "timestamp": timestamp, "data": data })
    }
}
