//! Tables of what was said to customers.

use crate::metric::Unit;
use crate::metric::snapshot::Window;
use crate::metric::table::{Kind, Query, TableMetric};

/// A flow, over its common spans.
const FLOW: &[Window] = &[Window::All, Window::Month, Window::Quarter, Window::Year];
/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

pub(super) const INTERACTION: &[TableMetric] = &[
    TableMetric {
        name: "interactions_by_type",
        version: 1,
        label: "Interactions by type",
        definition: "interactions of the period by type: number, share, mean minutes of those with a duration, share that \
            succeeded of those with an outcome",
        needs: &["interaction"],
        windows: FLOW,
        columns: &[
            ("type", "Type", Kind::Word),
            ("interactions", "Interactions", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("avg_duration", "Mean minutes", Kind::Ratio(Unit::Minutes)),
            ("success_rate", "Successful", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/interactions_by_type.sql")),
        finish: None,
    },
    TableMetric {
        name: "interactions_by_outcome",
        version: 1,
        label: "Interactions by outcome",
        definition: "interactions of the period by outcome (none where none was given): number, share, mean minutes of those \
            with a duration",
        needs: &["interaction"],
        windows: FLOW,
        columns: &[
            ("outcome", "Outcome", Kind::Word),
            ("interactions", "Interactions", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("avg_duration", "Mean minutes", Kind::Ratio(Unit::Minutes)),
        ],
        query: Query::Within(include_str!("sql/interactions_by_outcome.sql")),
        finish: None,
    },
    TableMetric {
        name: "contact_frequency",
        version: 1,
        label: "Contact frequency",
        definition: "interactions month by month per customer at the month's end, and their mean minutes; the last 24 \
            months, the running one marked",
        needs: &["interaction", "customer"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("interactions", "Interactions", Kind::Whole(Unit::Count)),
            ("customers", "Customers", Kind::WholeApart(Unit::Count)),
            ("frequency", "Per customer", Kind::RatioApart(Unit::Mean)),
            ("avg_duration", "Mean minutes", Kind::Ratio(Unit::Minutes)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::AsOf(include_str!("sql/contact_frequency.sql")),
        finish: None,
    },
];
