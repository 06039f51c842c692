//! Bulk data: a table of the warehouse as files, for tools that read files rather than servers.
//!
//! In: the name of a table or view of `star`, `cube` or `metric`.
//! Out: a folder of Parquet or CSV files and a manifest with the rows and the SHA-256 of each.
//!
//! All files of an export show one instant of the warehouse. Rows stream in the order of the table's key, so that the
//! same rows give the same bytes, and memory holds a frame of them and no table. The folder appears whole or not at all:
//! it is written beside its place and moved there at the end, and a second export replaces the first.
//!
//! Never here: ledgers and staging, a write to the warehouse, arithmetic on the values.

mod column;
mod dataset;
mod error;
mod file;
mod folder;
mod frame;
mod manifest;
mod partition;

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::export::file::ExportFile;
use crate::export::folder::ExportFolder;
use crate::export::frame::RowBuffer;

pub use dataset::{Dataset, find_dataset, list_datasets};
pub use error::ExportError;
pub use file::Format;
pub use manifest::{ExportedFile, Manifest};
pub use partition::Grain;

/// What to write, and where.
#[derive(Debug, Clone, Copy)]
pub struct ExportOrder<'a> {
    /// The table.
    pub dataset: &'a Dataset,
    /// The kind of file.
    pub format: Format,
    /// How rows are spread over files.
    pub grain: Grain,
    /// The column whose day decides the file; the table's own first day when not told.
    pub by: Option<&'a str>,
    /// Only this tenant's rows.
    pub tenant: Option<&'a str>,
    /// The folder that gets a folder named after the dataset.
    pub out_dir: &'a Path,
}

/// What was written.
#[derive(Debug)]
pub struct Exported {
    /// The dataset's folder.
    pub folder: PathBuf,
    /// What its `manifest.json` says.
    pub manifest: Manifest,
}

/// Writes the dataset's files; `told` hears the rows written so far, a frame at a time.
///
/// Re-run: replaces the folder of an earlier export; the same rows give the same bytes.
pub async fn export(
    connection: &mut PgConnection,
    order: &ExportOrder<'_>,
    mut told: impl FnMut(u64),
) -> Result<Exported, ExportError> {
    let by = partition::choose_column(order.dataset, order.grain, order.by)?;
    let folder = ExportFolder::begin(order.out_dir, &order.dataset.name)?;
    let read = || ExportError::warehouse(format!("reading {}", order.dataset.name));
    let mut tx = connection.begin().await.map_err(read())?;
    sqlx::raw_sql("set transaction isolation level repeatable read, read only")
        .execute(&mut *tx)
        .await
        .map_err(read())?;
    if let Some(tenant) = order.tenant {
        dataset::check_tenant(&mut tx, order.dataset, tenant).await?;
    }
    let business_date = dataset::loaded_date(&mut tx, order.tenant).await?;
    let select = order.dataset.select(by, order.grain, order.tenant.is_some());
    let mut query = sqlx::query(AssertSqlSafe(select));
    if let Some(tenant) = order.tenant {
        query = query.bind(tenant);
    }

    let mut files = Vec::new();
    let mut open: Option<ExportFile> = None;
    let mut buffer = RowBuffer::new(order.dataset);
    let mut row_count = 0;
    let mut rows = query.fetch(&mut *tx);
    while let Some(row) = rows.try_next().await.map_err(read())? {
        let part: String = row.try_get(0).map_err(read())?;
        if open.as_ref().is_none_or(|file| file.part() != part) {
            close(&mut open, &mut buffer, &mut files)?;
            open = Some(ExportFile::begin(&folder, order.format, order.dataset, part)?);
        }
        buffer.push(&row)?;
        row_count += 1;
        if buffer.is_full() {
            told(row_count);
            write_frame(&mut open, &mut buffer)?;
        }
    }
    drop(rows);
    tx.rollback().await.map_err(read())?;
    if open.is_none() {
        // No rows are a file too: whoever reads it finds the columns.
        open = Some(ExportFile::begin(&folder, order.format, order.dataset, order.grain.name_of_nothing().to_owned())?);
    }
    close(&mut open, &mut buffer, &mut files)?;
    told(row_count);
    let manifest = Manifest::new(order, by.map(|column| column.name.as_str()), business_date, files);
    let folder = folder.finish(&manifest)?;
    Ok(Exported { folder, manifest })
}

fn write_frame(open: &mut Option<ExportFile>, buffer: &mut RowBuffer) -> Result<(), ExportError> {
    let Some(file) = open else { return Ok(()) };
    // Encoding takes the processor for a while; other tasks of the runtime go on elsewhere.
    tokio::task::block_in_place(|| file.write(&buffer.take_frame()?))
}

fn close(
    open: &mut Option<ExportFile>,
    buffer: &mut RowBuffer,
    files: &mut Vec<ExportedFile>,
) -> Result<(), ExportError> {
    if !buffer.is_empty() {
        write_frame(open, buffer)?;
    }
    if let Some(file) = open.take() {
        files.push(tokio::task::block_in_place(|| file.finish())?);
    }
    Ok(())
}
