//! What the generated company keeps in spreadsheets: CSV files that fit the business, from its own rows.

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use sqlx::{Column as _, Executor, PgConnection, Row, SqlSafeStr, Statement};

use super::{BusinessSpec, DemoError};

/// A file's name without its ending, and the rows it holds, as text.
const SHEETS: [(&str, &str); 6] = [
    ("territory", include_str!("reference/territory.sql")),
    ("quota", include_str!("reference/quota.sql")),
    ("campaign", include_str!("reference/campaign.sql")),
    ("campaign_cost", include_str!("reference/campaign_cost.sql")),
    ("campaign_touch", include_str!("reference/campaign_touch.sql")),
    ("loyalty_member", include_str!("reference/loyalty_member.sql")),
];

/// Writes the company's spreadsheets into `folder`, as of the end of its history, but for those that `is_kept_elsewhere`.
///
/// A file that is there stays as it is: it is the company's now. So a second run changes nothing.
pub async fn write_reference(
    connection: &mut PgConnection,
    spec: &BusinessSpec,
    folder: &Path,
    is_kept_elsewhere: impl Fn(&str) -> bool,
) -> Result<(), DemoError> {
    std::fs::create_dir_all(folder).map_err(|source| written(folder, source))?;
    for (name, query) in SHEETS.into_iter().filter(|(name, _)| !is_kept_elsewhere(name)) {
        let path = folder.join(format!("{name}.csv"));
        if path.exists() {
            continue;
        }
        // Whole or not at all: what a killed process leaves is a hidden file that the next one writes over.
        let draft = folder.join(format!(".{name}.csv"));
        write_sheet(connection, spec, (query, &draft)).await?;
        std::fs::rename(&draft, &path).map_err(|source| written(&path, source))?;
    }
    Ok(())
}

async fn write_sheet(
    connection: &mut PgConnection,
    spec: &BusinessSpec,
    (query, path): (&'static str, &PathBuf),
) -> Result<(), DemoError> {
    let failed = |error: csv::Error| written(path, std::io::Error::other(error));
    let mut sheet = csv::Writer::from_path(path).map_err(failed)?;
    let reading = |source| DemoError::Statement { action: format!("read the rows of {}", path.display()), source };
    let prepared = connection.prepare(query.into_sql_str()).await.map_err(reading)?;
    sheet.write_record(prepared.columns().iter().map(|c| c.name())).map_err(failed)?;
    let mut rows = sqlx::query(query).bind(spec.end_at()).fetch(connection);
    while let Some(row) = rows.try_next().await.map_err(reading)? {
        let cells = (0..row.len()).map(|i| row.get::<Option<String>, _>(i).unwrap_or_default());
        sheet.write_record(cells).map_err(failed)?;
    }
    sheet.flush().map_err(|source| written(path, source))
}

fn written(path: &Path, source: std::io::Error) -> DemoError {
    DemoError::File { verb: "write", path: path.to_owned(), source }
}
