//! Trouble becomes a row and a mail to the job's owner, once; the end of it too.
//!
//! What trouble is says the view `vesper.trouble`. Each look compares it with the open alerts: what is new is opened,
//! what is gone is closed, and the mails of both are in the outbox when the look commits. A kill before that leaves
//! everything as it was; the next look does the same. A storm of failed runs of a job is one trouble.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use sqlx::{FromRow, PgConnection, PgPool};

use crate::base::chaos;
use crate::delivery::{MailDraft, OnUncertain, Posting, Recipient, compose_mail, enqueue};
use crate::job::alert_mail::Trouble;
use crate::job::{JobError, RunError};

/// Whom alerts come from, and whom they go to when a job names no owner.
#[derive(Debug, Clone)]
pub struct AlertPost {
    /// The sender.
    pub sender: Recipient,
    /// Whoever looks after the deployment; without one an alert of a job without an owner is only logged.
    pub fallback: Option<Recipient>,
}

/// What a look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Alerts that were opened.
    pub opened_count: usize,
    /// Alerts that were closed.
    pub closed_count: usize,
    /// Mails put into the outbox.
    pub mail_count: u64,
}

#[derive(FromRow)]
struct AlertRow {
    alert_id: i64,
    job_id: String,
    job_kind: String,
    kind: String,
    run_id: Option<i64>,
    business_date: Option<NaiveDate>,
    reason: String,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    next_at: Option<DateTime<Utc>>,
    tz: String,
    enabled: bool,
    owner: Option<serde_json::Value>,
    posting_run_id: Option<i64>,
}

/// Opens alerts for new trouble and closes those whose trouble is over, each with its mail, in one transaction.
///
/// One process looks at a time; another that comes in the same instant finds nothing to do. A second look at the same
/// ledger changes nothing.
pub async fn look_for_trouble(pool: &PgPool, post: &AlertPost) -> Result<Look, JobError> {
    let write = || JobError::ledger("look for trouble");
    let mut tx = pool.begin().await.map_err(write())?;
    let is_ours: bool =
        sqlx::query_scalar(include_str!("take_lookout.sql")).fetch_one(&mut *tx).await.map_err(write())?;
    if !is_ours {
        tx.rollback().await.map_err(write())?;
        return Ok(Look::default());
    }
    let opened: Vec<i64> =
        sqlx::query_scalar(include_str!("open_alerts.sql")).fetch_all(&mut *tx).await.map_err(write())?;
    let closed: Vec<i64> =
        sqlx::query_scalar(include_str!("close_alerts.sql")).fetch_all(&mut *tx).await.map_err(write())?;
    let is_news = !opened.is_empty() || !closed.is_empty();
    if is_news {
        chaos::point("alert.opened");
    }
    let mut look = Look { opened_count: opened.len(), closed_count: closed.len(), mail_count: 0 };
    let alerts: Vec<AlertRow> = sqlx::query_as(include_str!("told_alerts.sql"))
        .bind([opened, closed].concat())
        .fetch_all(&mut *tx)
        .await
        .map_err(write())?;
    for alert in &alerts {
        alert.log();
        look.mail_count += alert.post(&mut tx, post).await?;
    }
    tx.commit().await.map_err(write())?;
    if is_news {
        chaos::point("alert.told");
    }
    Ok(look)
}

/// An alert that is open, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, FromRow)]
pub struct AlertLine {
    /// The alert.
    pub alert_id: i64,
    /// The job in trouble.
    pub job_id: String,
    /// `failed`, `late`, `clock` or `mail`.
    pub kind: String,
    /// The run that shows it.
    pub run_id: Option<i64>,
    /// The date that run works for.
    pub business_date: Option<NaiveDate>,
    /// What is wrong.
    pub reason: String,
    /// Since when.
    pub opened_at: DateTime<Utc>,
}

/// The open alerts, oldest first.
pub async fn alert_lines(pool: &PgPool) -> Result<Vec<AlertLine>, JobError> {
    let lines = sqlx::query_as(include_str!("alert_lines.sql")).fetch_all(pool).await;
    lines.map_err(JobError::ledger("list alerts"))
}

impl AlertRow {
    fn log(&self) {
        let AlertRow { alert_id, job_id, kind, .. } = self;
        // A mail server repeats the address it refuses; the log holds none.
        let reason = if kind == "mail" { "`vesper outbox` tells why" } else { &self.reason };
        match self.closed_at {
            None => {
                tracing::error!(alert.id = alert_id, alert.kind = %kind, job.name = %job_id, "{job_id} is in trouble ({kind}): {reason}")
            }
            Some(_) => {
                tracing::info!(alert.id = alert_id, alert.kind = %kind, job.name = %job_id, "{job_id} has recovered ({kind})")
            }
        }
    }

    /// Puts the mail into the outbox; returns how many there are, none or one.
    async fn post(&self, tx: &mut PgConnection, post: &AlertPost) -> Result<u64, JobError> {
        let owner = self.owner.clone().and_then(|owner| serde_json::from_value(owner).ok());
        let recipient: Option<Recipient> = owner.or_else(|| post.fallback.clone());
        // A job that was switched off has not recovered, it is over: there is nothing to tell.
        let (Some(recipient), Some(run_id), true) = (recipient, self.posting_run_id, self.enabled) else {
            return Ok(0);
        };
        let label = format!("alert-{}-{}", self.alert_id, self.kind);
        let (state, sent_date) = self.closed_at.map_or(("opened", self.opened_at), |at| ("closed", at));
        let body = self.trouble().mail();
        let draft = MailDraft { label: &label, sender: &post.sender, sent_date, body: &body, attachments: &[] };
        let mail = match compose_mail(&draft) {
            Ok(mail) => mail,
            // Trouble with one mail must not keep the others' alerts from being told.
            Err(error) => {
                tracing::error!(alert.id = self.alert_id, "{}", RunError::from(error));
                return Ok(0);
            }
        };
        let posting = Posting {
            run_id,
            edition_id: None,
            job: &format!("alert.{}.{state}", self.alert_id),
            scheduled_for: self.opened_at,
            scope: "",
            label: &label,
            sender: &post.sender,
            recipients: &[recipient],
            mail: &mail,
            // Told twice is better than not told.
            on_uncertain: OnUncertain::Resend,
            next_edition_at: None,
        };
        Ok(enqueue(tx, &posting).await.map_err(JobError::Alert)?.message_count)
    }

    fn trouble(&self) -> Trouble {
        Trouble {
            job: self.job_id.clone(),
            job_kind: self.job_kind.clone(),
            kind: self.kind.clone(),
            run_id: self.run_id,
            business_date: self.business_date,
            reason: self.reason.clone(),
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            next_at: self.next_at.filter(|_| self.enabled),
            zone: self.tz.parse().unwrap_or(Tz::UTC),
        }
    }
}
