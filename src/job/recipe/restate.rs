//! What an earlier edition told otherwise: its snapshot against the present one, with the rows that made the difference.

use sqlx::PgConnection;

use crate::delivery::earlier_edition;
use crate::job::RunError;
use crate::job::recipe::Archive;
use crate::metric::{Metric, Snapshot, late_rows};
use crate::report::{ReportTemplate, Restatement, Scope, restatements};

/// Rows that are named; the rest is counted.
const ROW_MAX: i64 = 5;

/// Whose earlier edition is meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Earlier<'a> {
    pub job: &'a str,
    /// The edition's scope in the ledger.
    pub key: &'a str,
    pub scope: Option<&'a Scope>,
}

/// Every number of the last edition before this one that late rows moved beyond its threshold.
///
/// A first edition corrects nothing; neither does one whose predecessor's snapshot is gone.
pub(super) async fn find_restatements(
    tx: &mut PgConnection,
    archive: &mut Archive,
    template: &ReportTemplate,
    known: &Snapshot,
    earlier: Earlier<'_>,
) -> Result<Vec<Restatement>, RunError> {
    let Earlier { job, key, scope } = earlier;
    let header = &known.header;
    let Some(edition) = earlier_edition(tx, job, key, header.business_date).await? else { return Ok(Vec::new()) };
    let told_id = edition.manifest.snapshot_id;
    let Some(told) = archive.find(tx, &header.tenant, told_id).await? else { return Ok(Vec::new()) };
    let versions = edition.manifest.definitions;
    let is_comparable = |metric: &Metric| versions.contains(&metric.versioned());
    let mut found = restatements(template, scope, (&told, known), &is_comparable);
    // The rows of one member are not told apart here, and those of others are none of its reader's business.
    for restated in found.iter_mut().filter(|_| scope.is_none()) {
        let asked = (restated.metric.name, restated.period);
        let late = late_rows(tx, &header.tenant, asked, told_id, ROW_MAX).await?;
        (restated.rows, restated.row_count) = (late.rows, late.row_count);
    }
    Ok(found)
}
