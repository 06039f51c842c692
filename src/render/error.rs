//! Why a document could not be drawn.

use crate::base::{Remedied, Remedy};

/// Why a document could not be rendered. All but a broken logo are ours to mend: a document that was built can be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A chart could not be drawn.
    #[error("chart `{chart}` cannot be drawn: {reason}")]
    Chart {
        /// Its id within the document.
        chart: String,
        /// The drawing library's reason.
        reason: String,
    },
    /// The theme's picture could not be drawn.
    #[error("the logo of `{report}` cannot be drawn: {reason}")]
    Logo {
        /// The report.
        report: String,
        /// The library's reason.
        reason: String,
    },
    /// A font could not be cut down to the letters used.
    #[error("font `{font}` cannot be subset: {reason}")]
    Font {
        /// Its PostScript name.
        font: String,
        /// The library's reason.
        reason: String,
    },
    /// The PDF could not be put together.
    #[error("the PDF of `{report}` cannot be written: {reason}")]
    Pdf {
        /// The report.
        report: String,
        /// The library's reason.
        reason: String,
    },
    /// The workbook could not be put together.
    #[error("the workbook of `{report}` cannot be written")]
    Xlsx {
        /// The report.
        report: String,
        /// The library's reason.
        #[source]
        source: Box<rust_xlsxwriter::XlsxError>,
    },
}

impl Remedied for RenderError {
    fn remedy(&self) -> Remedy {
        match self {
            RenderError::Chart { .. }
            | RenderError::Font { .. }
            | RenderError::Pdf { .. }
            | RenderError::Xlsx { .. } => Remedy::FixCode,
            RenderError::Logo { .. } => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            RenderError::Chart { .. } => Some("take the chart out of the template until it is mended".to_owned()),
            RenderError::Logo { .. } => Some("export it again as a plain PNG or SVG".to_owned()),
            RenderError::Font { .. } | RenderError::Pdf { .. } | RenderError::Xlsx { .. } => None,
        }
    }
}
