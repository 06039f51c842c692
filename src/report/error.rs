//! Why a report could not be said.

use crate::base::{Remedied, Remedy, nearest};

/// Why a document could not be built from a template and a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The snapshot holds no point of a metric the template asks for.
    #[error("report `{report}`: metric `{metric}` is not in snapshot {snapshot_id}")]
    Unpublished {
        /// The template.
        report: String,
        /// The metric.
        metric: String,
        /// The snapshot.
        snapshot_id: i64,
    },
    /// The snapshot holds no daily series of a metric the template draws over time.
    #[error("report `{report}`: snapshot {snapshot_id} has no daily series of `{metric}`")]
    SeriesMissing {
        /// The template.
        report: String,
        /// The metric.
        metric: String,
        /// The snapshot.
        snapshot_id: i64,
    },
    /// Several rows of a published table fall together where a column says nothing of several.
    #[error("report `{report}`: column `{column}` of `{table}` says nothing of {row_count} rows together")]
    NotTogether {
        /// The template.
        report: String,
        /// The published table.
        table: String,
        /// Its column.
        column: String,
        /// How many rows fell together.
        row_count: usize,
    },
    /// A `members` list names what the dimension does not have.
    #[error("report `{report}`: dimension `{dimension}` has no member `{member}`")]
    UnknownMember {
        /// The template.
        report: String,
        /// The dimension.
        dimension: String,
        /// What was asked for.
        member: String,
        /// What there is.
        valid: Vec<String>,
    },
    /// What came and went is not the difference of opening and closing.
    #[error("report `{report}`: the bridge \"{title}\" begins at {opening}, moves by {moved} and ends at {closing}")]
    Bridge {
        /// The template.
        report: String,
        /// The chart.
        title: String,
        /// Where it begins.
        opening: i64,
        /// All steps together.
        moved: i64,
        /// Where it ends.
        closing: i64,
    },
    /// Words over the numbers failed.
    #[error("report `{report}`: the words of `{place}` cannot be written")]
    Words {
        /// The template.
        report: String,
        /// Which text: a section, the subject.
        place: String,
        /// The template engine's reason.
        #[source]
        source: minijinja::Error,
    },
}

impl Remedied for ReportError {
    fn remedy(&self) -> Remedy {
        match self {
            ReportError::Unpublished { .. } | ReportError::SeriesMissing { .. } => Remedy::RetryLater,
            ReportError::NotTogether { .. }
            | ReportError::UnknownMember { .. }
            | ReportError::Bridge { .. }
            | ReportError::Words { .. } => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            ReportError::Unpublished { .. } | ReportError::SeriesMissing { .. } => {
                Some("the snapshot is older than the metric: run the metrics job, then the report again".to_owned())
            }
            ReportError::NotTogether { .. } => Some(
                "a rank, a median or a level belongs to one row: filter the others away, or cut by `rows`".to_owned(),
            ),
            ReportError::UnknownMember { member, valid, .. } => {
                Some(match nearest(member, valid.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("valid: {}", valid.join(", ")),
                })
            }
            ReportError::Bridge { .. } => {
                Some("list every movement of the metric in `plus` and `minus`: a bridge sums to the cent".to_owned())
            }
            ReportError::Words { .. } => {
                Some("`vesper check` names the line; see the comments in templates/reports".to_owned())
            }
        }
    }
}
