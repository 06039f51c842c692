//! How rows are spread over files: by the month or year of a day, or not at all.

use serde::Serialize;

use crate::base::nearest;
use crate::export::column::Column;
use crate::export::{Dataset, ExportError};

/// How rows are spread over files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// One file.
    #[default]
    None,
    /// One file a calendar month (UTC).
    Month,
    /// One file a calendar year (UTC).
    Year,
}

/// The file of rows that have no day.
const UNDATED: &str = "undated";
/// The one file of a dataset that is not parted.
const WHOLE: &str = "all";

impl Grain {
    /// The expression that names a row's file.
    pub(super) fn expression(self, by: Option<&Column>) -> String {
        let pattern = match self {
            Grain::Month => "YYYY-MM",
            Grain::Year => "YYYY",
            Grain::None => return format!("'{WHOLE}'"),
        };
        let Some(by) = by else { return format!("'{WHOLE}'") };
        format!("case when isfinite({}) then to_char({}, '{pattern}') else '{UNDATED}' end", by.quoted(), by.day())
    }

    /// The name of the file of a dataset without rows.
    pub(super) fn name_of_nothing(self) -> &'static str {
        match self {
            Grain::None => WHOLE,
            Grain::Month | Grain::Year => "none",
        }
    }
}

/// The column whose day decides a row's file: the one asked for, else the table's first day that is always there, else
/// its first day.
pub(super) fn choose_column<'d>(
    dataset: &'d Dataset,
    grain: Grain,
    by: Option<&str>,
) -> Result<Option<&'d Column>, ExportError> {
    if let Some(name) = by {
        let Some(column) = dataset.columns.iter().find(|c| c.name == name) else {
            let days: Vec<&str> = dataset.columns.iter().filter(|c| c.has_day()).map(|c| c.name.as_str()).collect();
            let hint = match nearest(name, days.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the columns with a date or a time are {}", days.join(", ")),
            };
            return Err(ExportError::Column { dataset: dataset.name.clone(), column: name.to_owned(), hint });
        };
        if !column.has_day() {
            let (dataset, column, found) = (dataset.name.clone(), column.name.clone(), column.sql_type.clone());
            return Err(ExportError::NoDay { dataset, column, found });
        }
        return Ok(Some(column));
    }
    if grain == Grain::None {
        return Ok(None);
    }
    let mut days = dataset.columns.iter().filter(|c| c.has_day());
    let first = days.clone().next();
    match days.find(|c| dataset.required.contains(&c.name)).or(first) {
        Some(column) => Ok(Some(column)),
        None => Err(ExportError::NoDays { dataset: dataset.name.clone() }),
    }
}
