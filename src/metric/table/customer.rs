//! Tables of customers: segments, RFM, cohorts, trials, campaigns.

use crate::metric::Unit;
use crate::metric::snapshot::Window;
use crate::metric::table::finish::name_segments;
use crate::metric::table::{Kind, Query, TableMetric};

/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

pub(super) const CUSTOMER: &[TableMetric] = &[
    TableMetric {
        name: "segments",
        version: 1,
        label: "Segments",
        definition: "live customers by status, tier and band of lifetime value (won value so far); open deals and won value \
            of each",
        needs: &["customer"],
        windows: NOW,
        columns: &[
            ("status", "Status", Kind::Text),
            ("tier", "Tier", Kind::Text),
            ("band", "Lifetime value", Kind::Text),
            ("customers", "Customers", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Ratio(Unit::Percent)),
            ("open_deals", "Open deals", Kind::Whole(Unit::Count)),
            ("revenue", "Won value", Kind::Whole(Unit::Money)),
        ],
        query: Query::AsOf(include_str!("sql/segments.sql")),
        finish: None,
    },
    TableMetric {
        name: "rfm",
        version: 1,
        label: "RFM cells",
        definition: "customers who bought in the look-back (365 days, or the source's rfm_days), by scores from 1 to 5: score \
            = 1 + floor(5 × number strictly worse / n), ties share (or NTILE, the source's rfm_score); fewer than \
            five customers have no score; the segment follows from recency and the mean of frequency and value",
        needs: &[],
        windows: NOW,
        columns: &[
            ("recency", "Recency", Kind::Whole(Unit::Count)),
            ("frequency", "Frequency", Kind::Whole(Unit::Count)),
            ("value", "Value", Kind::Whole(Unit::Count)),
            ("segment", "Segment", Kind::Text),
            ("customers", "Customers", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Ratio(Unit::Percent)),
            ("purchases", "Purchases", Kind::Whole(Unit::Count)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("days_since_last", "Days since the last", Kind::Ratio(Unit::Days)),
        ],
        query: Query::AsOf(include_str!("sql/rfm.sql")),
        finish: Some(name_segments),
    },
    TableMetric {
        name: "cohort_month",
        version: 1,
        label: "Monthly cohorts",
        definition: "customers by the month of their first purchase: how many bought again k months later, per size of the \
            cohort, and their revenue per that of the first month; the running month is not told; the last 60 \
            cohorts",
        needs: &[],
        windows: NOW,
        columns: &[
            ("cohort", "Cohort", Kind::Text),
            ("k", "Months since", Kind::Whole(Unit::Count)),
            ("size", "Size", Kind::Whole(Unit::Count)),
            ("active", "Active", Kind::Whole(Unit::Count)),
            ("retention", "Retention", Kind::Ratio(Unit::Percent)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("revenue_retention", "Revenue retention", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::AsOf(include_str!("sql/cohort_month.sql")),
        finish: None,
    },
    TableMetric {
        name: "cohort_quarter",
        version: 1,
        label: "Quarterly cohorts",
        definition: "customers by the quarter of their first purchase: how many bought again k quarters later, per size of \
            the cohort, and their revenue per that of the first quarter; the running quarter is not told; the last \
            60 cohorts",
        needs: &[],
        windows: NOW,
        columns: &[
            ("cohort", "Cohort", Kind::Text),
            ("k", "Quarters since", Kind::Whole(Unit::Count)),
            ("size", "Size", Kind::Whole(Unit::Count)),
            ("active", "Active", Kind::Whole(Unit::Count)),
            ("retention", "Retention", Kind::Ratio(Unit::Percent)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("revenue_retention", "Revenue retention", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::AsOf(include_str!("sql/cohort_quarter.sql")),
        finish: None,
    },
    TableMetric {
        name: "trial_conversion",
        version: 1,
        label: "Trial to paid",
        definition: "customers by the month their first trial began: share with a paid subscription within 14, 30 and 90 \
            days, and so far; immature while 90 days are not over for all",
        needs: &["subscription"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Text),
            ("trials", "Trials", Kind::Whole(Unit::Count)),
            ("paid_14", "Within 14 days", Kind::Ratio(Unit::Percent)),
            ("paid_30", "Within 30 days", Kind::Ratio(Unit::Percent)),
            ("paid_90", "Within 90 days", Kind::Ratio(Unit::Percent)),
            ("paid", "So far", Kind::Ratio(Unit::Percent)),
            ("note", "Note", Kind::Text),
        ],
        query: Query::AsOf(include_str!("sql/trial_conversion.sql")),
        finish: None,
    },
    TableMetric {
        name: "campaign_roi",
        version: 1,
        label: "Return of campaigns",
        definition: "(attributed gross profit − cost) / cost, by last, first and linear touch of the 90 days up to a \
            purchase; cost 0 gives none; gross profit = the source's gross_margin_percent of revenue",
        needs: &["campaign_touch"],
        windows: NOW,
        columns: &[
            ("campaign_id", "Campaign id", Kind::Text),
            ("campaign", "Campaign", Kind::Text),
            ("channel", "Channel", Kind::Text),
            ("cost", "Cost", Kind::Whole(Unit::Money)),
            ("touches", "Touches", Kind::Whole(Unit::Count)),
            ("customers", "Customers touched", Kind::Whole(Unit::Count)),
            ("conversions", "Conversions", Kind::Whole(Unit::Count)),
            ("profit", "Attributed profit", Kind::Whole(Unit::Money)),
            ("roi", "ROI, last touch", Kind::Ratio(Unit::Percent)),
            ("roi_first", "ROI, first touch", Kind::Ratio(Unit::Percent)),
            ("roi_linear", "ROI, linear", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::AsOf(include_str!("sql/campaign_roi.sql")),
        finish: None,
    },
];
