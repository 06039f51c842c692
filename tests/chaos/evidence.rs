//! What a harness leaves behind, read when everything has stopped: ledger, audit, star, and the mail server's record.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgConnection};

use super::plan::JobPlan;
use super::star::star_digest;
use crate::delivery::smtp_server::{Accepted, Refused, SmtpServer};

/// A job and the span of its schedule that was worked.
#[derive(Debug, Clone)]
pub struct JobEvidence {
    pub plan: JobPlan,
    /// The cursor before the first worker started.
    pub started_at: DateTime<Utc>,
    /// The cursor at the end.
    pub cursor_at: DateTime<Utc>,
}

/// A run as it ended.
#[derive(Debug, Clone, FromRow)]
pub struct Run {
    pub run_id: i64,
    pub job_id: String,
    pub scheduled_for: DateTime<Utc>,
    pub business_date: NaiveDate,
    pub origin: String,
    pub state: String,
    pub attempt: i32,
    pub attempt_max: i32,
    pub last_error: Option<String>,
}

/// A change of a run's or a message's state or attempt, in order.
#[derive(Debug, Clone, FromRow)]
pub struct Change {
    /// The run or the message.
    pub id: i64,
    /// The run's job; empty for a message.
    pub job_id: String,
    pub was: Option<String>,
    pub state: String,
    pub was_attempt: Option<i32>,
    pub attempt: i32,
}

/// A step, and what its run was at the step's commit.
#[derive(Debug, Clone, FromRow)]
pub struct Step {
    pub run_id: i64,
    pub step: String,
    pub attempt: i32,
    pub run_attempt: i32,
    pub run_state: String,
}

/// How often a run's load was counted.
#[derive(Debug, Clone, FromRow)]
pub struct Load {
    pub run_id: i64,
    /// Rows of the entity that was counted most often.
    pub count_max: i64,
}

/// A sealed edition.
#[derive(Debug, Clone, FromRow)]
pub struct Edition {
    pub job_id: String,
    pub business_date: NaiveDate,
    pub scheduled_for: DateTime<Utc>,
}

/// A message as it ended.
#[derive(Debug, Clone, FromRow)]
pub struct Message {
    pub message_id: i64,
    pub rfc_message_id: String,
    pub dedupe_key: String,
    pub rcpt: String,
    pub state: String,
    pub on_uncertain: String,
    pub attempt: i32,
    pub attempt_max: i32,
    pub smtp_code: Option<i32>,
    pub smtp_text: Option<String>,
}

/// A call of a receiver as it ended.
#[derive(Debug, Clone, FromRow)]
pub struct Call {
    pub message_id: i64,
    /// Its `webhook-id`.
    pub rfc_message_id: String,
    pub state: String,
    pub on_uncertain: String,
}

/// An alert, and how many mails told of its beginning and of its end.
#[derive(Debug, Clone, FromRow)]
pub struct Alert {
    pub alert_id: i64,
    pub is_closed: bool,
    pub opened_count: i64,
    pub closed_count: i64,
}

/// Everything the checker judges by.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub jobs: Vec<JobEvidence>,
    pub runs: Vec<Run>,
    pub run_changes: Vec<Change>,
    pub steps: Vec<Step>,
    pub loads: Vec<Load>,
    pub editions: Vec<Edition>,
    pub messages: Vec<Message>,
    pub message_changes: Vec<Change>,
    pub calls: Vec<Call>,
    /// How many receivers are told of each edition.
    pub hook_count: usize,
    /// The `webhook-id` of every call that arrived.
    pub received: Vec<String>,
    pub alerts: Vec<Alert>,
    /// Published numbers: business date and digest, in order.
    pub snapshots: Vec<(NaiveDate, String)>,
    /// Digest of the star.
    pub star: String,
    /// The same of an undisturbed run of the same nights.
    pub undisturbed: Option<Undisturbed>,
    /// What the mail server took responsibility for.
    pub accepted: Vec<Accepted>,
    /// What it refused.
    pub refused: Vec<Refused>,
    /// Processes that ended in a way nobody asked for, and with what words.
    pub accidents: Vec<String>,
}

/// What the nights come to when nobody disturbs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undisturbed {
    pub star: String,
    pub snapshots: Vec<(NaiveDate, String)>,
}

impl Evidence {
    /// Reads ledger, audit and star; `jobs` come with their start, the cursor is looked up.
    pub async fn read(connection: &mut PgConnection, jobs: Vec<JobEvidence>, server: &SmtpServer) -> Evidence {
        let mut evidence = Evidence { jobs, ..Evidence::default() };
        for job in &mut evidence.jobs {
            let cursor = sqlx::query_scalar("select cursor_at from vesper.job where job_id = $1").bind(job.plan.name);
            job.cursor_at = cursor.fetch_one(&mut *connection).await.expect("the job is known");
        }
        evidence.runs = rows(
            connection,
            "select run_id, job_id, scheduled_for, business_date, origin, state, attempt, attempt_max, last_error \
             from vesper.run order by run_id",
        )
        .await;
        evidence.run_changes = rows(
            connection,
            "select run_id as id, job_id, was, state, was_attempt, attempt from audit.run_change order by change_id",
        )
        .await;
        evidence.steps =
            rows(connection, "select run_id, step, attempt, run_attempt, run_state from audit.step_commit").await;
        evidence.loads = rows(
            connection,
            "select run_id, max(row_count) as count_max \
             from (select run_id, entity, count(*) as row_count from vesper.load_count group by run_id, entity) as entity \
             group by run_id order by run_id",
        )
        .await;
        evidence.editions =
            rows(connection, "select job_id, business_date, scheduled_for from vesper.edition order by edition_id")
                .await;
        evidence.messages = rows(
            connection,
            "select message_id, rfc_message_id, dedupe_key, rcpt, state, on_uncertain, attempt, attempt_max, smtp_code, \
             smtp_text from vesper.message where channel = 'mail' order by message_id",
        )
        .await;
        evidence.message_changes = rows(
            connection,
            "select message_id as id, '' as job_id, was, state, was_attempt, attempt from audit.message_change \
             order by change_id",
        )
        .await;
        evidence.calls = rows(
            connection,
            "select message_id, rfc_message_id, state, on_uncertain from vesper.message where channel = 'webhook' \
             order by message_id",
        )
        .await;
        evidence.alerts = rows(
            connection,
            "select a.alert_id, a.closed_at is not null as is_closed, \
             (select count(*) from vesper.message as m \
              where m.dedupe_key like 'alert.' || a.alert_id || '.opened|%') as opened_count, \
             (select count(*) from vesper.message as m \
              where m.dedupe_key like 'alert.' || a.alert_id || '.closed|%') as closed_count \
             from vesper.alert as a where exists (select from vesper.job where job.job_id = a.job_id and spec -> 'owner' <> 'null') \
             order by a.alert_id",
        )
        .await;
        evidence.snapshots = read_snapshots(connection).await;
        evidence.star = star_digest(connection).await;
        evidence.accepted = server.accepted();
        evidence.refused = server.refused();
        evidence
    }
}

/// Published numbers by business date.
pub async fn read_snapshots(connection: &mut PgConnection) -> Vec<(NaiveDate, String)> {
    let sql = "select business_date, content_hash::text from metric.snapshot order by business_date, snapshot_id";
    sqlx::query_as(sql).fetch_all(connection).await.expect(sql)
}

async fn rows<T>(connection: &mut PgConnection, sql: &'static str) -> Vec<T>
where
    T: for<'r> FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    sqlx::query_as(sql).fetch_all(connection).await.expect(sql)
}
