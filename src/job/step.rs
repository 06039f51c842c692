//! A step of a run: its effects, its memo and the proof that the run is still ours, in one transaction.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;
use sqlx::{Connection, PgConnection};

use crate::base::{Desk, chaos};
use crate::job::{Claim, JobError, RunError};

/// Does `work` once for this run and returns what it returned, now or on an earlier attempt.
///
/// `work` writes through the connection it is given and nowhere else. The fence comes last, so that its lock on the
/// run is held for milliseconds: when the lease was lost meanwhile, everything rolls back and the answer is
/// [`JobError::Superseded`]. A second attempt finds the memo and does nothing.
pub async fn step<T, F>(desk: impl Into<Desk>, claim: &Claim, name: &str, work: F) -> Result<T, RunError>
where
    T: Serialize + DeserializeOwned,
    F: AsyncFnOnce(&mut PgConnection) -> Result<T, RunError>,
{
    let desk = desk.into();
    let mut connection = desk.take().await.map_err(JobError::ledger("open a step"))?;
    let mut tx = connection.begin().await.map_err(JobError::ledger("open a step"))?;
    let memo: Option<Json<serde_json::Value>> = sqlx::query_scalar(include_str!("open_step.sql"))
        .bind(&claim.job)
        .bind(claim.run_id)
        .bind(name)
        .fetch_one(&mut *tx)
        .await
        .map_err(JobError::ledger("open a step"))?;
    let memo = if chaos::is_mutant("memo") { forget_memo(&mut tx, claim, name).await? } else { memo };
    chaos::point("step.opened");
    let stored = |source| JobError::Stored { run_id: claim.run_id, what: format!("output of step {name}"), source };
    if let Some(Json(output)) = memo {
        tracing::debug!(run.id = claim.run_id, step = name, "step was done by an earlier attempt");
        return Ok(serde_json::from_value(output).map_err(stored)?);
    }
    let output = work(&mut tx).await?;
    chaos::point("step.worked");
    note(&mut tx, claim, name, serde_json::to_value(&output).map_err(stored)?).await?;
    chaos::point("step.noted");
    tx.commit().await.map_err(JobError::ledger("commit a step"))?;
    chaos::point("step.committed");
    desk.keep(connection);
    Ok(output)
}

/// Stores what the step returned, and holds the run as it is until the transaction ends, if it is still this attempt's.
async fn note(tx: &mut PgConnection, claim: &Claim, name: &str, output: serde_json::Value) -> Result<(), JobError> {
    let sql = match chaos::is_mutant("fence") {
        false => include_str!("note_step.sql"),
        true => {
            "insert into vesper.run_step (run_id, step, attempt, output) select $1, $4, $2, $5 where $3::uuid is not null"
        }
    };
    let note = sqlx::query(sql).bind(claim.run_id).bind(claim.attempt).bind(claim.owner).bind(name).bind(Json(output));
    let noted = note.execute(tx).await.map_err(JobError::ledger("store a step's memo"))?;
    match noted.rows_affected() {
        0 => Err(JobError::Superseded { run_id: claim.run_id, attempt: claim.attempt }),
        _ => Ok(()),
    }
}

/// What a worker without memos would know of its steps.
async fn forget_memo<T>(tx: &mut PgConnection, claim: &Claim, name: &str) -> Result<Option<T>, JobError> {
    let forget = sqlx::query("delete from vesper.run_step where run_id = $1 and step = $2");
    forget.bind(claim.run_id).bind(name).execute(tx).await.map_err(JobError::ledger("forget a memo"))?;
    Ok(None)
}
