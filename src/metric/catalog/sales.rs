//! Metrics of deals and of those who close them.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Sales:
    deals_won @ 1 "Deals won" Count Up Flow ["tier", "sales_rep"] true Recorded ["deal_flow_day"]
        "deals closed as won in the period";
    deals_lost @ 1 "Deals lost" Count Down Flow ["tier", "sales_rep"] true Recorded ["deal_flow_day"]
        "deals closed as lost in the period";
    win_rate @ 1 "Win rate" Percent Up Flow ["tier", "sales_rep"] false Recorded ["deal_flow_day"]
        "of the deals that closed in the period, the share that was won, by number: 20 won and 10 lost give 66.7%";
    win_rate_value @ 1 "Win rate by value" Percent Up Flow ["tier", "sales_rep"] false Recorded ["deal_flow_day"]
        "of the value of the deals that closed in the period, the share that was won";
    avg_deal_value @ 1 "Average deal won" Money Up Flow ["sales_rep"] false Recorded ["deal_flow_day"]
        "value of the deals won in the period / their number";
    avg_days_to_close @ 1 "Days to close" Days Down Flow ["sales_rep"] false Recorded ["deal_flow_day"]
        "days from the creation of a deal to its close: the mean of the deals won in the period";
    deals_created @ 1 "New deals" Count Up Flow [] true Recorded ["deal_flow_day"]
        "deals created in the period";
    total_deals @ 1 "Deals" Count Up Stock ["stage"] false Observed ["deal_stock_day"]
        "all deals on record at the end of the period, closed ones too";
    total_deal_value @ 1 "Value of all deals" Money Up Stock ["stage"] false Observed ["deal_stock_day"]
        "value of all deals on record, closed ones too";
    open_deals @ 1 "Open deals" Count Up Stock ["stage", "sales_rep"] false Observed ["deal_stock_day"]
        "deals that are neither won nor lost at the end of the period";
    open_value @ 1 "Open pipeline" Money Up Stock ["stage", "sales_rep"] false Observed ["deal_stock_day"]
        "value of the deals that are open at the end of the period";
    weighted_value @ 1 "Weighted pipeline" Money Up Stock ["stage"] false Present ["deal_stock_day"]
        "value of every open deal × its probability, as both stand now";
    stage_reached @ 1 "Deals that reached the stage" Count Neutral Stock ["stage"] false Observed ["deal_cohort_day", "deal_flow_day"]
        "deals that came to this stage or beyond it; a lost deal counts as far as it is known to have come";
};
