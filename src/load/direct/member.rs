//! Members of a dimension in memory, by their ids, with every version.

use futures_util::TryStreamExt;
use polars::prelude::PlIndexMap;
use smallvec::SmallVec;
use sqlx::PgConnection;

use crate::load::row::{Rows, fields_of, long};
use crate::load::{LoadError, warehouse};

/// Versions of members, by id.
pub(super) struct Members {
    /// An id lies beside its versions, since rows name members in no order and every other place in memory is waited for.
    versions: PlIndexMap<Id, SmallVec<[Version; 2]>>,
    version_count: usize,
}

/// A UUID as text has 36 bytes; a longer id lies elsewhere.
type Id = SmallVec<[u8; 40]>;

/// One version; it holds from an instant until another, in microseconds since 2000-01-01.
#[derive(Debug, Clone, Copy)]
struct Version {
    from: i64,
    until: i64,
    key: i64,
    is_current: bool,
}

impl Members {
    /// Reads a dimension of the tenant; none when it has more versions than memory is meant for.
    pub async fn read(tx: &mut PgConnection, dimension: &str, tenant_key: i32) -> Result<Option<Members>, LoadError> {
        let action = || warehouse(format!("reading star.dim_{dimension}"));
        let statement = format!(
            "copy (select {dimension}_id, {dimension}_key, valid_from, valid_until, is_current from star.dim_{dimension}
             where tenant_key = {tenant_key} order by {dimension}_id limit {}) to stdout (format binary)",
            VERSIONS_MAX + 1
        );
        let mut members = Members { versions: PlIndexMap::default(), version_count: 0 };
        let mut rows = Rows::new(5);
        let mut stream = tx.copy_out_raw(&statement).await.map_err(action())?;
        while let Some(chunk) = stream.try_next().await.map_err(action())? {
            let read = rows.feed(&chunk, |row, _| {
                members.take(row);
                Ok(())
            });
            read.map_err(|source| LoadError::Decode { entity: "dimension", source })?;
        }
        drop(stream);
        rows.finish().map_err(|source| LoadError::Decode { entity: "dimension", source })?;
        Ok((members.version_count <= VERSIONS_MAX).then_some(members))
    }

    fn take(&mut self, row: &[u8]) {
        let mut fields = fields_of(row).map(|field| field.unwrap_or_default());
        let mut next = || fields.next().unwrap_or_default();
        let (id, key, from, until, is_current) = (next(), next(), next(), next(), next());
        let version =
            Version { key: long(key, 0), from: long(from, 0), until: long(until, 0), is_current: is_current == [1] };
        self.versions.entry(id.into()).or_default().push(version);
        self.version_count += 1;
    }

    fn versions_of(&self, id: &[u8]) -> &[Version] {
        self.versions.get(id).map_or(&[], SmallVec::as_slice)
    }

    /// The key of the version that held at an instant.
    pub fn key_at(&self, id: &[u8], at: i64) -> Option<i64> {
        self.versions_of(id).iter().find(|v| v.from <= at && at < v.until).map(|v| v.key)
    }

    /// The key of the present version.
    pub fn present_key(&self, id: &[u8]) -> Option<i64> {
        self.versions_of(id).iter().find(|v| v.is_current).map(|v| v.key)
    }
}

/// About 150 bytes each: with more, memory would grow with the business.
const VERSIONS_MAX: usize = 500_000;
