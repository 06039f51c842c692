//! What can go wrong between a table and its files.

use std::path::PathBuf;

use crate::base::pg::remedy_of;
use crate::base::{Remedied, Remedy};

/// What can go wrong between a table and its files.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such table among those that may be exported.
    #[error("there is no dataset `{name}`")]
    Unknown {
        /// As it was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// The table has no such column.
    #[error("{dataset} has no column `{column}`")]
    Column {
        /// The table.
        dataset: String,
        /// As it was asked for.
        column: String,
        /// What could have been meant.
        hint: String,
    },
    /// The column holds no days.
    #[error("{dataset}: column `{column}` is {found}, and files by month or year need a date or a time")]
    NoDay {
        /// The table.
        dataset: String,
        /// The column.
        column: String,
        /// Its type.
        found: String,
    },
    /// No column of the table holds days.
    #[error("{dataset} has no column with a date or a time, so it cannot be parted by month or year")]
    NoDays {
        /// The table.
        dataset: String,
    },
    /// The table knows no tenants.
    #[error("{dataset} has no tenant_key: its rows belong to no tenant")]
    NoTenants {
        /// The table.
        dataset: String,
    },
    /// There is no such tenant.
    #[error("there is no tenant `{name}`")]
    Tenant {
        /// As it was asked for.
        name: String,
        /// Those there are.
        tenants: Vec<String>,
    },
    /// Something else is where the files should go.
    #[error("{} is there already and is no export: it has no manifest.json", path.display())]
    Occupied {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("{} cannot be written", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A frame could not be encoded.
    #[error("{} cannot be encoded", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// The library's reason.
        #[source]
        source: polars::error::PolarsError,
    },
    /// A value that the file's type cannot hold.
    #[error("column `{column}`: {value} does not fit a decimal of 38 digits")]
    Value {
        /// The column.
        column: String,
        /// As the server wrote it.
        value: String,
    },
    /// The warehouse refused a statement or broke off.
    #[error("warehouse: {action}")]
    Warehouse {
        /// What was being done.
        action: String,
        /// The driver's reason.
        #[source]
        source: sqlx::Error,
    },
}

impl ExportError {
    /// Names what was being done when the warehouse refused.
    pub(super) fn warehouse(action: impl Into<String>) -> impl FnOnce(sqlx::Error) -> ExportError {
        let action = action.into();
        move |source| ExportError::Warehouse { action, source }
    }

    /// Names the file that could not be written.
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> ExportError {
        let path = path.into();
        move |source| ExportError::File { path, source }
    }
}

impl Remedied for ExportError {
    fn remedy(&self) -> Remedy {
        match self {
            ExportError::Unknown { .. }
            | ExportError::Column { .. }
            | ExportError::NoDay { .. }
            | ExportError::NoDays { .. }
            | ExportError::NoTenants { .. }
            | ExportError::Tenant { .. }
            | ExportError::Occupied { .. }
            | ExportError::File { .. } => Remedy::FixConfig,
            ExportError::Value { .. } => Remedy::FixData,
            ExportError::Encode { .. } => Remedy::FixCode,
            ExportError::Warehouse { source, .. } => remedy_of(source),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            ExportError::Unknown { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            ExportError::Unknown { nearest: None, .. } => Some("`vesper export` lists the datasets".to_owned()),
            ExportError::Column { hint, .. } => Some(hint.clone()),
            ExportError::NoDay { .. } => Some("name another column with --by".to_owned()),
            ExportError::NoDays { .. } => Some("leave --partition out".to_owned()),
            ExportError::NoTenants { .. } => Some("leave --tenant out".to_owned()),
            ExportError::Tenant { tenants, .. } => Some(format!("the tenants are {}", tenants.join(", "))),
            ExportError::Occupied { .. } => Some("choose another --out, or move it away".to_owned()),
            ExportError::File { .. }
            | ExportError::Encode { .. }
            | ExportError::Value { .. }
            | ExportError::Warehouse { .. } => None,
        }
    }
}
