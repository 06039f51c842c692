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
    sqlx::query(include_str!("open_step.sql"))
        .bind(&claim.job)
        .execute(&mut *tx)
        .await
        .map_err(JobError::ledger("open a step"))?;
    chaos::point("step.opened");
    if chaos::is_mutant("memo") {
        let forget = sqlx::query("delete from vesper.run_step where run_id = $1 and step = $2");
        forget.bind(claim.run_id).bind(name).execute(&mut *tx).await.map_err(JobError::ledger("forget a memo"))?;
    }
    let memo: Option<Json<serde_json::Value>> =
        sqlx::query_scalar("select output from vesper.run_step where run_id = $1 and step = $2")
            .bind(claim.run_id)
            .bind(name)
            .fetch_optional(&mut *tx)
            .await
            .map_err(JobError::ledger("read a step's memo"))?;
    let stored = |source| JobError::Stored { run_id: claim.run_id, what: format!("output of step {name}"), source };
    if let Some(Json(output)) = memo {
        tracing::debug!(run.id = claim.run_id, step = name, "step was done by an earlier attempt");
        return Ok(serde_json::from_value(output).map_err(stored)?);
    }
    let output = work(&mut tx).await?;
    chaos::point("step.worked");
    sqlx::query("insert into vesper.run_step (run_id, step, attempt, output) values ($1, $2, $3, $4)")
        .bind(claim.run_id)
        .bind(name)
        .bind(claim.attempt)
        .bind(Json(serde_json::to_value(&output).map_err(stored)?))
        .execute(&mut *tx)
        .await
        .map_err(JobError::ledger("store a step's memo"))?;
    chaos::point("step.noted");
    if !chaos::is_mutant("fence") {
        fence(&mut tx, claim).await?;
    }
    chaos::point("step.fenced");
    tx.commit().await.map_err(JobError::ledger("commit a step"))?;
    chaos::point("step.committed");
    desk.keep(connection);
    Ok(output)
}

/// Holds the run as it is until the transaction ends, if it is still this attempt's.
async fn fence(tx: &mut PgConnection, claim: &Claim) -> Result<(), JobError> {
    let held: Option<bool> = sqlx::query_scalar(include_str!("fence.sql"))
        .bind(claim.run_id)
        .bind(claim.attempt)
        .bind(claim.owner)
        .fetch_optional(tx)
        .await
        .map_err(JobError::ledger("check the lease"))?;
    match held {
        Some(_) => Ok(()),
        None => Err(JobError::Superseded { run_id: claim.run_id, attempt: claim.attempt }),
    }
}
