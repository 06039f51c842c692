//! From an operational database to a published snapshot, on real Postgres.

mod attribute;
mod balance;
mod case;
mod change;
mod explain;
mod export;
mod flight;
mod keep;
mod kpi;
mod mrr;
mod northwind;
mod option;
mod oracle;
mod refusal;
mod rollup;
mod set;
mod sheet;
mod tenant;
mod tpch;
mod vacuum;

use std::path::Path;

use sqlx::{Connection, PgConnection};
use vesper::base::Night;
use vesper::base::pg::Database;
use vesper::cube::{CubeReport, refresh_cubes};
use vesper::load::{LoadError, LoadReport, load_source};
use vesper::metric::{Kpis, MetricError, Published, publish};
use vesper::source::{SheetPlace, SourceSpec};

/// A warehouse connection and the source it is fed from.
pub struct Feed {
    pub warehouse: PgConnection,
    pub source: Database,
    pub spec: SourceSpec,
    pub kpis: Kpis,
}

/// What one night did.
pub struct NightReport {
    pub load: LoadReport,
    pub cube: CubeReport,
    pub published: Published,
}

impl Feed {
    /// A feed from `source_url` through the folder at `folder` (relative to the repository).
    pub async fn new(warehouse: PgConnection, source_url: &str, folder: &str) -> Feed {
        let spec = read_source(folder);
        let source = Database::parse("VESPER_SOURCE_URL", source_url).expect("a URL");
        Feed { warehouse, source, spec, kpis: Kpis::default() }
    }

    /// The load alone, committed.
    pub async fn load(&mut self, night: &Night) -> Result<LoadReport, LoadError> {
        let mut tx = self.warehouse.begin().await.expect("a transaction");
        let report = load_source(&mut tx, &self.source, &self.spec, night).await?;
        tx.commit().await.expect("the load commits");
        Ok(report)
    }

    /// Load, cubes and publish, each in a transaction of its own as the recipe does.
    pub async fn night(&mut self, date: &str) -> NightReport {
        let night = night_of(date);
        let load = self.load(&night).await.expect("the source fits the contract");
        let mut tx = self.warehouse.begin().await.expect("a transaction");
        let cube = refresh_cubes(&mut tx, load.tenant_key).await.expect("the cubes refresh");
        tx.commit().await.expect("the cubes commit");
        let published = self.publish(load.tenant_key, &night).await.expect("the identities hold");
        NightReport { load, cube, published }
    }

    /// The publish alone, committed when it succeeds.
    pub async fn publish(&mut self, tenant_key: i32, night: &Night) -> Result<Published, MetricError> {
        let mut tx = self.warehouse.begin().await.expect("a transaction");
        let published = publish(&mut tx, tenant_key, night, &self.kpis).await?;
        tx.commit().await.expect("the publish commits");
        Ok(published)
    }
}

/// The night that works for `date`, started at noon of the next day.
pub fn night_of(date: &str) -> Night {
    let business_date = date.parse().expect("a date");
    let night = Night { business_date, run_id: None, started_at: chrono::DateTime::UNIX_EPOCH };
    Night { started_at: night.as_of() + chrono::TimeDelta::hours(12), ..night }
}

fn read_source(folder: &str) -> SourceSpec {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let (mut files, mut sheets) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(&path).expect("the source folder") {
        let entry = entry.expect("an entry").path();
        let name = entry.display().to_string();
        if name.ends_with(".csv") {
            sheets.push((name, SheetPlace::Disk(entry)));
        } else {
            files.push((name, std::fs::read_to_string(&entry).expect("text")));
        }
    }
    let name = folder.rsplit('/').next().expect("a name");
    SourceSpec::parse(name, &files, &sheets, "USD").expect("a source without problems")
}
