//! Tables of customers: segments, RFM, cohorts, campaigns.

use crate::metric::Unit;
use crate::metric::purchase::{
    campaign_roi, concentration, loyalty_effect, monthly, quarterly, rfm, top_customers, yearly,
};
use crate::metric::snapshot::Window;
use crate::metric::table::finish::name_segments;
use crate::metric::table::segment::segments;
use crate::metric::table::{Kind, Query, Rows, TableMetric};

/// A flow, over its three common spans.
const FLOW: &[Window] = &[Window::All, Window::Quarter, Window::Year];
/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

const fn cohort((name, label): (&'static str, &'static str), rows: Rows, definition: &'static str) -> TableMetric {
    TableMetric {
        name,
        version: 1,
        label,
        definition,
        needs: &["revenue"],
        windows: NOW,
        columns: &[
            ("cohort", "Cohort", Kind::Date),
            ("k", "Periods since", Kind::WholeApart(Unit::Count)),
            ("size", "Size", Kind::WholeApart(Unit::Count)),
            ("active", "Active", Kind::Whole(Unit::Count)),
            ("retention", "Retention", Kind::Ratio(Unit::Percent)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("revenue_retention", "Revenue retention", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::BoughtAsOf(rows),
        finish: None,
    }
}

pub(super) const CUSTOMER: &[TableMetric] = &[
    TableMetric {
        name: "segments",
        version: 1,
        label: "Segments",
        definition: "everybody on record by status, tier and what they bought for so far (the value of their deals won): \
            number, share, open deals and value won",
        needs: &["customer"],
        windows: NOW,
        columns: &[
            ("status", "Status", Kind::Word),
            ("tier", "Tier", Kind::Word),
            ("band", "Lifetime value", Kind::Band),
            ("customers", "Customers", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("open_deals", "Open deals", Kind::Whole(Unit::Count)),
            ("revenue", "Won value", Kind::Whole(Unit::Money)),
        ],
        query: Query::Told(segments),
        finish: None,
    },
    TableMetric {
        name: "lifecycle",
        version: 1,
        label: "Lifecycle",
        definition: "people by the month in which they first became a lead, a prospect, a customer: the share that has \
            gone on by now, and the share of the customers at the start of the month who left in it; the last 24 \
            months. A month is immature for its first 90 days: more will go on",
        needs: &["customer"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("leads", "Leads", Kind::Whole(Unit::Count)),
            ("lead_to_prospect", "To prospect", Kind::Ratio(Unit::Percent)),
            ("prospects", "Prospects", Kind::Whole(Unit::Count)),
            ("prospect_to_customer", "To customer", Kind::Ratio(Unit::Percent)),
            ("active", "Active at the start", Kind::WholeApart(Unit::Count)),
            ("churned", "Churned of them", Kind::Whole(Unit::Count)),
            ("churn_rate", "Churn rate", Kind::Ratio(Unit::Percent)),
            ("basis", "Basis", Kind::Word),
            ("note", "Note", Kind::Word),
        ],
        query: Query::AsOf(include_str!("sql/lifecycle.sql")),
        finish: None,
    },
    TableMetric {
        name: "top_customers",
        version: 1,
        label: "Top customers",
        definition: "the 50 customers who bought for most in the period: purchases, revenue, share of all, days \
            since the last",
        needs: &["revenue"],
        windows: FLOW,
        columns: &[
            ("rank", "Rank", Kind::WholeApart(Unit::Count)),
            ("customer_id", "Customer id", Kind::Text),
            ("customer", "Customer", Kind::Text),
            ("tier", "Tier", Kind::Word),
            ("purchases", "Purchases", Kind::Whole(Unit::Count)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("days_since_last", "Days since the last", Kind::WholeApart(Unit::Count)),
        ],
        query: Query::BoughtWithin(top_customers),
        finish: None,
    },
    TableMetric {
        name: "concentration",
        version: 1,
        label: "Concentration",
        definition: "share of the period's revenue that the best 1, 5, 10, 20 and 50 % of the buyers brought \
            (rounded up to whole customers)",
        needs: &["revenue"],
        windows: FLOW,
        columns: &[
            ("best", "Best", Kind::Text),
            ("customers", "Customers", Kind::WholeApart(Unit::Count)),
            ("revenue", "Revenue", Kind::WholeApart(Unit::Money)),
            ("share", "Share", Kind::RatioApart(Unit::Percent)),
        ],
        query: Query::BoughtWithin(concentration),
        finish: None,
    },
    TableMetric {
        name: "loyalty_effect",
        version: 1,
        label: "Effect of the loyalty programme",
        definition: "what members of the loyalty programme spent in the period (since before it) against customers who \
            never joined and are like them in tier, year of first contact and spending of the year before: the \
            mean difference a member, and the range in which it lies with 95% certainty; it goes with \
            membership, which need not be its cause",
        needs: &["loyalty_member", "customer"],
        windows: &[Window::Quarter, Window::Year],
        columns: &[
            ("members", "Members", Kind::Whole(Unit::Count)),
            ("others", "Compared with", Kind::Whole(Unit::Count)),
            ("member_mean", "Mean of members", Kind::Ratio(Unit::Money)),
            ("other_mean", "Mean of the others", Kind::Ratio(Unit::Money)),
            ("difference", "Difference", Kind::RatioApart(Unit::Money)),
            ("low", "From (95%)", Kind::RatioApart(Unit::Money)),
            ("high", "To (95%)", Kind::RatioApart(Unit::Money)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::BoughtWithin(loyalty_effect),
        finish: None,
    },
    TableMetric {
        name: "rfm",
        version: 1,
        label: "RFM cells",
        definition: "everybody who bought in the last 365 days (or the source's rfm_days), scored from 1 to 5 by how \
            recently, how often and for how much: 5 is the best fifth, and equal ones share a score; with fewer \
            than five there is none. The segment follows from how recently and from the mean of the other two",
        needs: &["revenue"],
        windows: NOW,
        columns: &[
            ("recency", "Recency", Kind::WholeApart(Unit::Count)),
            ("frequency", "Frequency", Kind::WholeApart(Unit::Count)),
            ("value", "Value", Kind::WholeApart(Unit::Count)),
            ("segment", "Segment", Kind::Word),
            ("customers", "Customers", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("purchases", "Purchases", Kind::Whole(Unit::Count)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("days_since_last", "Days since the last", Kind::Ratio(Unit::Days)),
        ],
        query: Query::BoughtAsOf(rfm),
        finish: Some(name_segments),
    },
    cohort(
        ("cohort_month", "Monthly cohorts"),
        monthly,
        "customers by the month of their first purchase: how many bought again k months later, per size of the cohort, \
            and their revenue per that of the first month; the running month is not told; the last 60 cohorts",
    ),
    cohort(
        ("cohort_quarter", "Quarterly cohorts"),
        quarterly,
        "customers by the quarter of their first purchase: how many bought again k quarters later, per size of the cohort, \
            and their revenue per that of the first quarter; the running quarter is not told; the last 60 cohorts",
    ),
    cohort(
        ("cohort_year", "Yearly cohorts"),
        yearly,
        "customers by the year of their first purchase: how many bought again k years later, per size of the cohort, and \
            their revenue per that of the first year; the running year is not told; the last 60 cohorts",
    ),
    TableMetric {
        name: "campaign_roi",
        version: 1,
        label: "Return of campaigns",
        definition: "(gross profit − cost) / cost, where profit is the source's gross_margin_percent of the revenue that \
            a campaign is credited with: by the last, the first or evenly by all touches of the 90 days up to a \
            purchase; without cost there is none",
        needs: &["campaign_touch"],
        windows: NOW,
        columns: &[
            ("campaign_id", "Campaign id", Kind::Text),
            ("campaign", "Campaign", Kind::Text),
            ("channel", "Channel", Kind::Word),
            ("cost", "Cost", Kind::Whole(Unit::Money)),
            ("touches", "Touches", Kind::Whole(Unit::Count)),
            ("customers", "Customers touched", Kind::WholeApart(Unit::Count)),
            ("conversions", "Conversions", Kind::Whole(Unit::Count)),
            ("profit", "Attributed profit", Kind::Whole(Unit::Money)),
            ("roi", "ROI, last touch", Kind::Ratio(Unit::Percent)),
            ("roi_first", "ROI, first touch", Kind::Ratio(Unit::Percent)),
            ("roi_linear", "ROI, linear", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::BoughtAsOf(campaign_roi),
        finish: None,
    },
];
