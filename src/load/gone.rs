//! Which rows left the source, when only the changed ones were read: the keys of both sides, compared by buckets of their
//! hashes, key by key only where a bucket differs.

use std::collections::BTreeSet;

use bytes::Bytes;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use tokio::sync::mpsc;

use crate::load::entity::{MergeSpec, merge_spec};
use crate::load::{LoadError, warehouse};
use crate::source::{Bucket, EntityQuery, Extraction, bucket_of, hash_sum_of};

/// Notes in `staging.gone` the keys that the star holds alive and the source no more.
///
/// Re-run: staging was emptied by the load.
pub(super) async fn find_gone(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    index: usize,
    query: &EntityQuery,
    tenant_key: i32,
) -> Result<(), LoadError> {
    let Some(spec) = merge_spec(query.entity.name).filter(|spec| spec.has("deleted_at")) else { return Ok(()) };
    let theirs = extraction.buckets(index, query).await.map_err(LoadError::Source)?;
    let ours = star_buckets(tx, spec, query, tenant_key, extraction.has_column(index, "deleted_at")).await?;
    let (theirs, ours): (BTreeSet<Bucket>, BTreeSet<Bucket>) =
        (theirs.into_iter().collect(), ours.into_iter().collect());
    let differing: BTreeSet<i32> = ours.difference(&theirs).map(|b| b.bucket).collect();
    if differing.is_empty() {
        return Ok(());
    }
    let differing: Vec<i32> = differing.into_iter().collect();
    stage_keys(tx, extraction, index, query, &differing).await?;
    let (entity, table, key) = (spec.entity, spec.table, spec.key);
    let note = format!(
        "insert into staging.gone (entity, key)
         select '{entity}', f.{key} from star.{table} as f
         where f.tenant_key = $1 and f.deleted_at is null and {bucket} = any($2::int[])
         and not exists (select from staging.present_key as p where p.key = f.{key})
         and not exists (select from staging.\"{entity}\" as s where s.{key} = f.{key})",
        bucket = bucket_of(&format!("f.{key}")),
    );
    let done = sqlx::query(AssertSqlSafe(note)).bind(tenant_key).bind(differing).execute(&mut *tx).await;
    done.map_err(warehouse(format!("noting what left {entity}")))?;
    Ok(())
}

/// The keys that the star will hold alive once the staged rows are merged, by bucket.
async fn star_buckets(
    tx: &mut PgConnection,
    spec: &MergeSpec,
    query: &EntityQuery,
    tenant_key: i32,
    has_deleted_at: bool,
) -> Result<Vec<Bucket>, LoadError> {
    let staged_is_live = if has_deleted_at { "and s.deleted_at is null" } else { "" };
    let statement = include_str!("sql/star_buckets.sql")
        .replace("{table}", spec.table)
        .replace("{entity}", query.entity.name)
        .replace("{key}", spec.key)
        .replace("{staged_is_live}", staged_is_live)
        .replace("{bucket}", &bucket_of("k.key"))
        .replace("{hash_sum}", &hash_sum_of("k.key"));
    // An index-only scan in the order of the keys would be slower than the table.
    tx.execute("set local enable_indexonlyscan = off").await.map_err(warehouse("preparing the comparison of keys"))?;
    let rows = sqlx::query(AssertSqlSafe(statement)).bind(tenant_key).fetch_all(&mut *tx).await;
    let rows = rows.map_err(warehouse(format!("comparing the keys of star.{}", spec.table)))?;
    tx.execute("set local enable_indexonlyscan = on").await.map_err(warehouse("ending the comparison of keys"))?;
    Ok(rows.iter().map(|r| Bucket { bucket: r.get(0), count: r.get(1), hash_sum: r.get(2) }).collect())
}

/// Streams the source's keys of some buckets into `staging.present_key`, as they come.
async fn stage_keys(
    tx: &mut PgConnection,
    extraction: &mut Extraction,
    index: usize,
    query: &EntityQuery,
    buckets: &[i32],
) -> Result<(), LoadError> {
    let failed = || warehouse(format!("staging the keys of {}", query.entity.name));
    tx.execute("truncate staging.present_key").await.map_err(failed())?;
    let (chunks_in, mut chunks_out) = mpsc::channel::<Bytes>(2);
    let reading = extraction.read_keys(index, query, buckets, chunks_in);
    let writing = async {
        let mut copy = tx.copy_in_raw("copy staging.present_key from stdin (format binary)").await.map_err(failed())?;
        let mut has_ended = false;
        while let Some(chunk) = chunks_out.recv().await {
            has_ended = chunk.ends_with(&(-1i16).to_be_bytes());
            copy.send(chunk).await.map_err(failed())?;
        }
        match has_ended {
            true => copy.finish().await.map(drop).map_err(failed()),
            false => copy.abort("the source's stream broke off").await.map_err(failed()),
        }
    };
    let (read, written) = tokio::join!(reading, writing);
    read.map_err(LoadError::Source)?;
    written?;
    tx.execute("analyze staging.present_key").await.map(drop).map_err(failed())
}
