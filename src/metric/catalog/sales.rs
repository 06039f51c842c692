//! Metrics of deals and of those who close them.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Sales:
    deals_won @ 1 "Deals won" Count Up Flow ["tier", "sales_rep"] true Recorded ["deal_flow_day"]
        "deals closed as won in the window";
    deals_lost @ 1 "Deals lost" Count Down Flow ["tier", "sales_rep"] true Recorded ["deal_flow_day"]
        "deals closed as lost in the window";
    win_rate @ 1 "Win rate" Percent Up Flow ["tier", "sales_rep"] false Recorded ["deal_flow_day"]
        "100 × won / (won + lost) by count, by actual close date; 20 won and 10 lost give 66.7";
    win_rate_value @ 1 "Win rate by value" Percent Up Flow ["tier", "sales_rep"] false Recorded ["deal_flow_day"]
        "100 × value won / (value won + value lost), by actual close date";
    avg_deal_value @ 1 "Average deal won" Money Up Flow ["sales_rep"] false Recorded ["deal_flow_day"]
        "revenue / deals won";
    avg_days_to_close @ 1 "Days to close" Days Down Flow ["sales_rep"] false Recorded ["deal_flow_day"]
        "mean days from creation to actual close of the deals won";
    deals_created @ 1 "New deals" Count Up Flow [] true Recorded ["deal_flow_day"]
        "deals created in the window";
    total_deals @ 1 "Deals" Count Up Stock ["stage"] false Observed ["deal_stock_day"]
        "all live deals at the end of the window, closed ones included";
    total_deal_value @ 1 "Value of all deals" Money Up Stock ["stage"] false Observed ["deal_stock_day"]
        "value of all live deals, closed ones included";
    open_deals @ 1 "Open deals" Count Up Stock ["stage", "sales_rep"] false Observed ["deal_stock_day"]
        "live deals that are neither won nor lost at the end of the window";
    open_value @ 1 "Open pipeline" Money Up Stock ["stage", "sales_rep"] false Observed ["deal_stock_day"]
        "value of the open deals";
    weighted_value @ 1 "Weighted pipeline" Money Up Stock ["stage"] false Present ["deal_stock_day"]
        "value × probability of the open deals, as both stand now";
    stage_reached @ 1 "Deals that reached the stage" Count Neutral Stock ["stage"] false Observed ["deal_cohort_day", "deal_flow_day"]
        "deals whose furthest stage is this one or a later one; lost deals count by the furthest open stage known";
};
