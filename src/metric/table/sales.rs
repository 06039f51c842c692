//! Tables of sales: sizes, reasons, stages, reps.

use crate::metric::Unit;
use crate::metric::snapshot::Window;
use crate::metric::table::finish::wilson;
use crate::metric::table::{Kind, Query, TableMetric};

/// A flow, over its three common spans.
const FLOW: &[Window] = &[Window::All, Window::Quarter, Window::Year];
/// Spans that have one before.
const SPAN: &[Window] = &[Window::Month, Window::Quarter, Window::Year];
/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

pub(super) const SALES: &[TableMetric] = &[
    TableMetric {
        name: "conversions",
        version: 1,
        label: "Stage conversions",
        definition: "deals that first entered a stage in the period: the share that has gone beyond it since and the \
            share won; a stage that was skipped counts as passed, a lost deal as far as it is known to have come",
        needs: &["deal"],
        windows: FLOW,
        columns: &[
            ("step", "Step", Kind::Word),
            ("entered", "Entered", Kind::WholeApart(Unit::Count)),
            ("advanced", "Advanced", Kind::WholeApart(Unit::Count)),
            ("rate", "Conversion", Kind::RatioApart(Unit::Percent)),
            ("won", "Won", Kind::WholeApart(Unit::Count)),
            ("won_rate", "Won of entered", Kind::RatioApart(Unit::Percent)),
            ("basis", "Basis", Kind::Word),
        ],
        query: Query::Within(include_str!("sql/conversions.sql")),
        finish: None,
    },
    TableMetric {
        name: "rep_performance",
        version: 1,
        label: "Rep performance",
        definition: "active customers and open deals at the end of the period, deals won and lost in it, revenue \
            credited at its event, mean value and days of the deals won, by rep; deals of nobody are a row of their \
            own",
        needs: &["sales_rep"],
        windows: &[Window::All, Window::Month, Window::Quarter, Window::Year],
        columns: &[
            ("sales_rep_id", "Rep id", Kind::Text),
            ("sales_rep", "Rep", Kind::Text),
            ("active_customers", "Active customers", Kind::Whole(Unit::Count)),
            ("won", "Won", Kind::Whole(Unit::Count)),
            ("lost", "Lost", Kind::Whole(Unit::Count)),
            ("open", "Open deals", Kind::Whole(Unit::Count)),
            ("open_value", "Open pipeline", Kind::Whole(Unit::Money)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("won_value", "Won value", Kind::Whole(Unit::Money)),
            ("avg_value", "Average deal won", Kind::Ratio(Unit::Money)),
            ("win_rate", "Win rate", Kind::Ratio(Unit::Percent)),
            ("days_to_close", "Days to close", Kind::Ratio(Unit::Days)),
        ],
        query: Query::Within(include_str!("sql/rep_performance.sql")),
        finish: None,
    },
    TableMetric {
        name: "territory_performance",
        version: 1,
        label: "Territories",
        definition: "revenue, deals won and win rate of the period by the territory of the rep credited at the \
            event; accounts and open pipeline at its end; a rep with several territories has one row for all of them",
        needs: &["sales_rep", "territory"],
        windows: FLOW,
        columns: &[
            ("territory", "Territory", Kind::Text),
            ("region", "Region", Kind::Text),
            ("reps", "Reps", Kind::Whole(Unit::Count)),
            ("accounts", "Accounts", Kind::Whole(Unit::Count)),
            ("won", "Won", Kind::Whole(Unit::Count)),
            ("win_rate", "Win rate", Kind::Ratio(Unit::Percent)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("open_value", "Open pipeline", Kind::Whole(Unit::Money)),
        ],
        query: Query::Within(include_str!("sql/territory_performance.sql")),
        finish: None,
    },
    TableMetric {
        name: "win_rate_by_size",
        version: 1,
        label: "Win rate by deal size",
        definition: "deals that closed in the period by bands of value (or of list price, the source's deal_size): the \
            share won by number, the range in which it lies with 95% certainty, and the share won by value",
        needs: &["deal"],
        windows: FLOW,
        columns: &[
            ("band", "Size", Kind::Band),
            ("floor", "From", Kind::WholeApart(Unit::Money)),
            ("won", "Won", Kind::Whole(Unit::Count)),
            ("lost", "Lost", Kind::Whole(Unit::Count)),
            ("win_rate", "Win rate", Kind::Ratio(Unit::Percent)),
            ("win_rate_value", "Win rate by value", Kind::Ratio(Unit::Percent)),
            ("revenue", "Won value", Kind::Whole(Unit::Money)),
            ("low", "From (95%)", Kind::Derived(Unit::Percent)),
            ("high", "To (95%)", Kind::Derived(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/win_rate_by_size.sql")),
        finish: Some(wilson),
    },
    TableMetric {
        name: "close_reasons",
        version: 1,
        label: "Win and loss reasons",
        definition: "deals closed in the period by outcome and the reason given at close: share of the outcome by count and \
            by value; unspecified where none was given",
        needs: &["deal"],
        windows: FLOW,
        columns: &[
            ("outcome", "Outcome", Kind::Word),
            ("reason", "Reason", Kind::Word),
            ("deals", "Deals", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("value", "Value", Kind::Whole(Unit::Money)),
            ("share_value", "Share of value", Kind::Part(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/close_reasons.sql")),
        finish: None,
    },
    TableMetric {
        name: "stage_duration",
        version: 1,
        label: "Time in stage",
        definition: "stays in a stage that were seen to begin and to end, by those that ended in the period: mean, \
            standard deviation, median and 90th percentile of their days; open deals by their mean age in the stage. The \
            bottleneck is the stage that held deals up longest altogether, of those with at least five stays",
        needs: &["deal"],
        windows: FLOW,
        columns: &[
            ("stage", "Stage", Kind::Word),
            ("basis", "Basis", Kind::Word),
            ("visits", "Completed visits", Kind::Whole(Unit::Count)),
            ("mean", "Mean", Kind::Ratio(Unit::Days)),
            ("deviation", "Standard deviation", Kind::RatioApart(Unit::Days)),
            ("median", "Median", Kind::RatioApart(Unit::Days)),
            ("p90", "P90", Kind::RatioApart(Unit::Days)),
            ("open_deals", "Open deals", Kind::Whole(Unit::Count)),
            ("open_age", "Mean age of open", Kind::Ratio(Unit::Days)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::Within(include_str!("sql/stage_duration.sql")),
        finish: None,
    },
    TableMetric {
        name: "days_to_close",
        version: 1,
        label: "Days to close",
        definition: "deals won in the period: mean, median and 90th percentile (nearest rank) of the days from creation to \
            actual close",
        needs: &["deal"],
        windows: FLOW,
        columns: &[
            ("deals", "Deals won", Kind::Whole(Unit::Count)),
            ("mean", "Mean", Kind::Ratio(Unit::Days)),
            ("median", "Median", Kind::RatioApart(Unit::Days)),
            ("p90", "P90", Kind::WholeApart(Unit::Days)),
        ],
        query: Query::Within(include_str!("sql/days_to_close.sql")),
        finish: None,
    },
    TableMetric {
        name: "leaderboard",
        version: 1,
        label: "Leaderboard",
        definition: "reps by the revenue credited to them in the period: equal revenue shares a rank and the next is \
            skipped; movement = places gained since the period before; whoever sold nothing is not ranked",
        needs: &["sales_rep"],
        windows: SPAN,
        columns: &[
            ("rank", "Rank", Kind::WholeApart(Unit::Count)),
            ("sales_rep_id", "Rep id", Kind::Text),
            ("sales_rep", "Rep", Kind::Text),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("sales", "Sales", Kind::Whole(Unit::Count)),
            ("avg_sale", "Average sale", Kind::Ratio(Unit::Money)),
            ("win_rate", "Win rate", Kind::Ratio(Unit::Percent)),
            ("closed", "Deals closed", Kind::Whole(Unit::Count)),
            ("rank_before", "Rank before", Kind::WholeApart(Unit::Count)),
            ("movement", "Movement", Kind::WholeApart(Unit::Count)),
        ],
        query: Query::Compared(include_str!("sql/leaderboard.sql")),
        finish: None,
    },
    TableMetric {
        name: "quota_attainment",
        version: 1,
        label: "Quota attainment",
        definition: "revenue on the days that a quota covers / quota, prorated by the days of it that are over, by the \
            calendar year it begins in; coverage = open value due in the rest / max(0, quota − won); no quota, no \
            row",
        needs: &["quota"],
        windows: NOW,
        columns: &[
            ("year", "Year", Kind::Date),
            ("sales_rep_id", "Rep id", Kind::Text),
            ("sales_rep", "Rep", Kind::Text),
            ("quota_due", "Quota so far", Kind::Whole(Unit::Money)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("attainment", "Attainment", Kind::Ratio(Unit::Percent)),
            ("quota", "Whole quota", Kind::Whole(Unit::Money)),
            ("open_due", "Open value due", Kind::Whole(Unit::Money)),
            ("coverage", "Coverage", Kind::Ratio(Unit::Index)),
        ],
        query: Query::AsOf(include_str!("sql/quota_attainment.sql")),
        finish: None,
    },
    TableMetric {
        name: "workload",
        version: 1,
        label: "Workload",
        definition: "active customers and open pipeline by rep and territory against the mean of all reps (1.0); rebalance = \
            accounts to take over (+) or give (−) for the smallest spread, sums to zero",
        needs: &["sales_rep", "customer"],
        windows: NOW,
        columns: &[
            ("territory", "Territory", Kind::Text),
            ("sales_rep_id", "Rep id", Kind::Text),
            ("sales_rep", "Rep", Kind::Text),
            ("accounts", "Accounts", Kind::Whole(Unit::Count)),
            ("open_deals", "Open deals", Kind::Whole(Unit::Count)),
            ("open_value", "Open pipeline", Kind::Whole(Unit::Money)),
            ("account_index", "Account index", Kind::RatioApart(Unit::Index)),
            ("value_index", "Value index", Kind::RatioApart(Unit::Index)),
            ("rebalance", "Rebalance", Kind::Whole(Unit::Count)),
        ],
        query: Query::AsOf(include_str!("sql/workload.sql")),
        finish: None,
    },
    TableMetric {
        name: "activity",
        version: 1,
        label: "Activity",
        definition: "calls, meetings and e-mails of a rep per business day of the period",
        needs: &["interaction"],
        windows: FLOW,
        columns: &[
            ("sales_rep_id", "Rep id", Kind::Text),
            ("sales_rep", "Rep", Kind::Text),
            ("interactions", "Interactions", Kind::Whole(Unit::Count)),
            ("calls", "Calls", Kind::Whole(Unit::Count)),
            ("meetings", "Meetings", Kind::Whole(Unit::Count)),
            ("emails", "E-mails", Kind::Whole(Unit::Count)),
            ("calls_a_day", "Calls a day", Kind::Part(Unit::Index)),
            ("meetings_a_day", "Meetings a day", Kind::Part(Unit::Index)),
            ("emails_a_day", "E-mails a day", Kind::Part(Unit::Index)),
            ("interactions_a_day", "Interactions a day", Kind::Part(Unit::Index)),
        ],
        query: Query::Within(include_str!("sql/activity.sql")),
        finish: None,
    },
];
