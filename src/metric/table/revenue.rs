//! Tables of recurring revenue: the bridge, who stayed, plans, subscriptions by their start, trials.

use crate::metric::Unit;
use crate::metric::snapshot::Window;
use crate::metric::table::{Kind, Query, TableMetric};

/// Spans that have one before.
const SPAN: &[Window] = &[Window::Month, Window::Quarter, Window::Year];
/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

pub(super) const REVENUE: &[TableMetric] = &[
    TableMetric {
        name: "revenue_months",
        version: 1,
        label: "Revenue by month",
        definition: "revenue and sales, new and returned customers and deals won month by month; change against the \
            month before and the same month a year before; the last 36 months, the running one marked and not \
            compared",
        needs: &["revenue"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("sales", "Sales", Kind::Whole(Unit::Count)),
            ("new_customers", "New customers", Kind::Whole(Unit::Count)),
            ("reactivated", "Returned", Kind::Whole(Unit::Count)),
            ("deals_won", "Deals won", Kind::Whole(Unit::Count)),
            ("before", "Month before", Kind::WholeApart(Unit::Money)),
            ("change", "Change", Kind::Ratio(Unit::Percent)),
            ("year_before", "Year before", Kind::WholeApart(Unit::Money)),
            ("change_year", "Change in a year", Kind::Ratio(Unit::Percent)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::AsOf(include_str!("sql/revenue_months.sql")),
        finish: None,
    },
    TableMetric {
        name: "mrr_bridge",
        version: 1,
        label: "MRR bridge",
        definition: "MRR month by month: opening + new + expansion + reactivation − contraction − churn = closing, to the \
            cent, netted by customer and day (or by customer and month, the source's mrr_netting); customers who \
            began or began again, and who stopped; the last 60 months, the running one marked",
        needs: &["subscription"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("opening", "Opening", Kind::WholeApart(Unit::Money)),
            ("new", "New", Kind::Whole(Unit::Money)),
            ("expansion", "Expansion", Kind::Whole(Unit::Money)),
            ("reactivation", "Reactivation", Kind::Whole(Unit::Money)),
            ("contraction", "Contraction", Kind::Whole(Unit::Money)),
            ("churn", "Churn", Kind::Whole(Unit::Money)),
            ("closing", "Closing", Kind::WholeApart(Unit::Money)),
            ("nrr", "Net retention", Kind::RatioApart(Unit::Percent)),
            ("grr", "Gross retention", Kind::RatioApart(Unit::Percent)),
            ("gross_churn", "Gross churn", Kind::RatioApart(Unit::Percent)),
            ("net_churn", "Net churn", Kind::RatioApart(Unit::Percent)),
            ("quick_ratio", "Quick ratio", Kind::RatioApart(Unit::Index)),
            ("customers", "Customers at the start", Kind::WholeApart(Unit::Count)),
            ("began", "Began", Kind::Whole(Unit::Count)),
            ("stopped", "Stopped", Kind::Whole(Unit::Count)),
            ("logo_churn", "Logo churn", Kind::RatioApart(Unit::Percent)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::AsOf(include_str!("sql/mrr_bridge.sql")),
        finish: None,
    },
    TableMetric {
        name: "mrr_retention",
        version: 1,
        label: "Retention of paying customers",
        definition: "customers with MRR at the start of the period, followed to its end: share that still pays, their MRR now \
            per their MRR then (net), and the same with each customer capped at the old value (gross); new \
            customers and what comes and goes in between do not count",
        needs: &["subscription"],
        windows: SPAN,
        columns: &[
            ("customers", "Customers at the start", Kind::Whole(Unit::Count)),
            ("retained", "Still paying", Kind::Whole(Unit::Count)),
            ("logo_retention", "Logo retention", Kind::Ratio(Unit::Percent)),
            ("mrr_before", "MRR at the start", Kind::Whole(Unit::Money)),
            ("mrr_now", "Their MRR now", Kind::Whole(Unit::Money)),
            ("nrr", "Net retention", Kind::Ratio(Unit::Percent)),
            ("grr", "Gross retention", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/mrr_retention.sql")),
        finish: None,
    },
    TableMetric {
        name: "mrr_by_plan",
        version: 1,
        label: "MRR by plan",
        definition: "paid subscriptions at the business date by their plan: number, customers, MRR, its share, MRR \
            a customer",
        needs: &["subscription"],
        windows: NOW,
        columns: &[
            ("plan", "Plan", Kind::Word),
            ("subscriptions", "Subscriptions", Kind::Whole(Unit::Count)),
            ("customers", "Customers", Kind::WholeApart(Unit::Count)),
            ("mrr", "MRR", Kind::Whole(Unit::Money)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("arpa", "MRR a customer", Kind::RatioApart(Unit::Money)),
        ],
        query: Query::AsOf(include_str!("sql/mrr_by_plan.sql")),
        finish: None,
    },
    TableMetric {
        name: "subscription_cohort",
        version: 1,
        label: "Subscriptions by start",
        definition: "subscriptions, trials too, by the quarter they began: how many were ever paid and how many are still open \
            (active, on trial, paused)",
        needs: &["subscription"],
        windows: NOW,
        columns: &[
            ("quarter", "Quarter", Kind::Date),
            ("subscriptions", "Subscriptions", Kind::Whole(Unit::Count)),
            ("paid", "Ever paid", Kind::Whole(Unit::Count)),
            ("open", "Still open", Kind::Whole(Unit::Count)),
            ("retention", "Share open", Kind::Ratio(Unit::Percent)),
        ],
        query: Query::AsOf(include_str!("sql/subscription_cohort.sql")),
        finish: None,
    },
    TableMetric {
        name: "trial_conversion",
        version: 1,
        label: "Trial to paid",
        definition: "customers by the month their first trial began: share with a paid subscription within 14, 30 and 90 \
            days, and so far; a share is told when its days are over for all, and the month is immature until then",
        needs: &["subscription"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("trials", "Trials", Kind::Whole(Unit::Count)),
            ("paid_14", "Within 14 days", Kind::Ratio(Unit::Percent)),
            ("paid_30", "Within 30 days", Kind::Ratio(Unit::Percent)),
            ("paid_90", "Within 90 days", Kind::Ratio(Unit::Percent)),
            ("paid", "So far", Kind::Ratio(Unit::Percent)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::AsOf(include_str!("sql/trial_conversion.sql")),
        finish: None,
    },
];
