//! A person has entities compared whole by the next load, whatever the marks say.
//!
//! For what no change of the source tells: a row of the star that somebody wrote, a trigger that was missing for a while.

use sqlx::{PgConnection, Row};

use crate::load::{LoadError, warehouse};

/// An entity whose every row the next load compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Whose it is.
    pub tenant: String,
    /// The source's folder.
    pub source: String,
    /// The entity.
    pub entity: String,
}

/// Asks the next load of each tenant for every row of these entities, of one tenant or of all.
///
/// What was never loaded, or comes by file, has no mark: it is read whole anyway, and is not among the answers.
/// Re-run: the same rows; the later moment counts.
pub async fn ask_whole(
    connection: &mut PgConnection,
    tenant: Option<&str>,
    entities: &[&str],
) -> Result<Vec<Asked>, LoadError> {
    let asked = sqlx::query(include_str!("sql/ask_whole.sql")).bind(tenant).bind(entities).fetch_all(connection).await;
    let asked = asked.map_err(warehouse("asking for entities to be compared whole"))?;
    Ok(asked.iter().map(|row| Asked { tenant: row.get(0), source: row.get(1), entity: row.get(2) }).collect())
}
