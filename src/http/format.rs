//! The forms an answer comes in.

use axum::http::HeaderMap;

use crate::http::accept;
use crate::http::parameter::Query;
use crate::http::refusal::Refusal;

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Csv,
    Xlsx,
    Parquet,
}

impl Format {
    /// All of them, the one we like best first.
    pub(super) const ALL: [Format; 4] = [Format::Json, Format::Csv, Format::Xlsx, Format::Parquet];

    /// Its name in `format=`, and the ending of a file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Json => "json",
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Parquet => "parquet",
        }
    }

    pub(super) fn media_type(self) -> &'static str {
        match self {
            Format::Json => "application/json",
            Format::Csv => "text/csv; charset=utf-8; header=present",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// What `format` names, else what `Accept` likes best.
    pub(super) fn negotiate(request: &HeaderMap, query: &Query) -> Result<Format, Refusal> {
        if let Some(name) = query.get("format") {
            return Ok(Format::ALL.into_iter().find(|format| format.name() == name).expect("checked when it was read"));
        }
        let range = |format: Format| format.media_type().split(';').next().unwrap_or_default();
        let liked = Format::ALL.into_iter().rev().map(|format| (accept::quality(request, range(format)), format));
        // The last of equals wins, so the list is turned round.
        let best = liked.filter(|(q, _)| *q > 0.0).max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map(|(_, format)| format).ok_or_else(Refusal::not_acceptable)
    }
}
