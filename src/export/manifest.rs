//! What an export holds, for whoever loads it: columns, files, rows and digests.

use chrono::NaiveDate;
use serde::Serialize;

use crate::export::{ExportOrder, Format, Grain};

/// `manifest.json`. No time of day is in it: the same rows give the same manifest.
#[derive(Debug, Clone, Serialize)]
pub struct Manifest {
    /// Schema and name of the table.
    pub dataset: String,
    /// What the warehouse says about it.
    pub comment: String,
    /// Parquet or CSV.
    pub format: Format,
    /// How rows are spread over files.
    pub partition: Grain,
    /// The column whose UTC day decides the file.
    pub by: Option<String>,
    /// The tenant whose rows these are; all when there is none.
    pub tenant: Option<String>,
    /// The last day that is loaded completely.
    pub business_date: Option<NaiveDate>,
    /// Names and types of the warehouse, in order.
    pub columns: Vec<ManifestColumn>,
    /// Rows of all files.
    pub row_count: u64,
    /// The files, in order.
    pub files: Vec<ExportedFile>,
}

/// A column of the files.
#[derive(Debug, Clone, Serialize)]
pub struct ManifestColumn {
    name: String,
    #[serde(rename = "type")]
    sql_type: String,
}

/// A file of the export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedFile {
    /// Its name in the folder.
    pub name: String,
    /// Rows, the header line of CSV apart.
    pub row_count: u64,
    /// Bytes.
    pub byte_count: u64,
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
}

impl Manifest {
    pub(super) fn new(
        order: &ExportOrder<'_>,
        by: Option<&str>,
        business_date: Option<NaiveDate>,
        files: Vec<ExportedFile>,
    ) -> Self {
        let column =
            |c: &crate::export::column::Column| ManifestColumn { name: c.name.clone(), sql_type: c.sql_type.clone() };
        Self {
            dataset: order.dataset.name.clone(),
            comment: order.dataset.comment.clone(),
            format: order.format,
            partition: order.grain,
            by: by.map(str::to_owned),
            tenant: order.tenant.map(str::to_owned),
            business_date,
            columns: order.dataset.columns.iter().map(column).collect(),
            row_count: files.iter().map(|f| f.row_count).sum(),
            files,
        }
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("text, numbers and lists make JSON");
        text.push('\n');
        text
    }
}
