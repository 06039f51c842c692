//! The definitions of a snapshot, kept beside it: what its numbers meant when they were published.

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::types::Json;
use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::metric::catalog::{Basis, Catalog, Group, Metric, Nature, intern, intern_list, intern_metric};
use crate::metric::table::all_tables;
use crate::metric::{Direction, MetricError, Unit, failed};

/// SHA-256 over a catalog and the files of the deployment's own metrics: changes whenever a definition does.
pub fn definition_hash(catalog: &Catalog, kpi_hash: &str) -> String {
    let mut text: String = catalog.iter().map(|m| format!("{}:{}\n", m.versioned(), m.definition)).collect();
    text.extend(all_tables().map(|t| format!("{}@{}:{}\n", t.name, t.version, t.definition)));
    text.push_str(kpi_hash);
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Writes a set of definitions down. Re-run: the set is there, nothing is written.
pub(super) async fn write_definitions(tx: &mut PgConnection, hash: &str, catalog: &Catalog) -> Result<(), MetricError> {
    let set: Vec<Value> =
        catalog.iter().map(|m| serde_json::to_value(m).expect("a definition has texts and numbers")).collect();
    let write = sqlx::query(include_str!("sql/insert_definitions.sql")).bind(hash).bind(Json(set)).execute(tx).await;
    write.map(drop).map_err(failed("writing the definitions"))
}

/// Reads a set; the metrics of the house for a snapshot that was published before sets were kept.
pub(super) async fn load_definitions(connection: &mut PgConnection, hash: &str) -> Result<Catalog, MetricError> {
    let rows = sqlx::query(include_str!("sql/load_definitions.sql")).bind(hash).fetch_all(connection).await;
    let rows = rows.map_err(failed("reading the definitions"))?;
    let metrics: Vec<&'static Metric> = rows.iter().filter_map(read).collect();
    Ok(if metrics.is_empty() { Catalog::built_in() } else { Catalog::of(metrics) })
}

/// One definition; `None` for one whose words a later version wrote and this one does not know.
fn read(row: &PgRow) -> Option<&'static Metric> {
    fn named<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str, wanted: &str) -> Option<T> {
        all.iter().copied().find(|value| name(*value) == wanted)
    }
    let list = |column: &str| {
        let texts: Vec<String> = row.get(column);
        intern_list(&texts.iter().map(|text| intern(text)).collect::<Vec<_>>())
    };
    Some(intern_metric(Metric {
        name: intern(row.get("metric")),
        version: u16::try_from(row.get::<i32, _>("version")).ok()?,
        label: intern(row.get("label")),
        unit: named(&Unit::ALL, Unit::name, row.get("unit"))?,
        direction: named(&Direction::ALL, Direction::name, row.get("direction"))?,
        nature: named(&[Nature::Flow, Nature::Stock], Nature::name, row.get("nature"))?,
        group: named(&Group::ALL, Group::name, row.get("chapter"))?,
        dimensions: list("dimensions"),
        has_series: row.get("has_series"),
        basis: named(&[Basis::Recorded, Basis::Observed, Basis::Present], Basis::name, row.get("basis"))?,
        cubes: list("cubes"),
        definition: intern(row.get("words")),
    }))
}
