//! Metrics of money that comes in, and of money that comes again.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Revenue:
    revenue @ 2 "Revenue" Money Up Flow ["tier", "sales_rep"] true Recorded ["revenue_day"]
        "value of deals won at their close date and its rate; or of orders or payments, as the source says";
    active_subscriptions @ 1 "Active subscriptions" Count Up Stock [] false Recorded ["subscription_stock_day"]
        "paid subscriptions running at the end of the window";
    mrr @ 1 "Monthly recurring revenue" Money Up Stock [] false Recorded ["subscription_stock_day"]
        "active paid subscriptions a month (yearly / 12, quarterly / 3); no trial, no paused one";
    mrr_opening @ 1 "MRR at the start" Money Up Stock [] false Observed ["mrr_movement_day"]
        "monthly recurring revenue at the close of the day before the window; opening + new + expansion + reactivation − contraction − churn = closing, to the cent";
    mrr_new @ 1 "New MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who had never paid before, netted by customer and day";
    mrr_expansion @ 1 "Expansion MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR that paying customers added, netted by customer and day; exchange rates move nothing";
    mrr_reactivation @ 1 "Reactivated MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who had paid before and had stopped, netted by customer and day";
    mrr_contraction @ 1 "Contraction MRR" Money Down Flow [] true Observed ["mrr_movement_day"]
        "MRR that customers who went on paying took away; one of several subscriptions cancelled is contraction";
    mrr_churn @ 1 "Churned MRR" Money Down Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who paid nothing any more";
    paying_customers @ 1 "Paying customers" Count Up Stock [] false Observed ["mrr_movement_day"]
        "customers with MRR at the end of the window";
    arpa @ 1 "MRR per paying customer" Money Up Stock [] false Observed ["mrr_movement_day"]
        "monthly recurring revenue / paying customers, at the end of the window";
    gross_mrr_churn @ 1 "Gross MRR churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "(churn + contraction) / MRR at the start of the window";
    net_mrr_churn @ 1 "Net MRR churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "(churn + contraction − expansion − reactivation) / MRR at the start of the window; below zero when more came than went";
    nrr @ 1 "Net revenue retention" Percent Up Flow [] false Observed ["mrr_movement_day"]
        "(MRR at the start + expansion − contraction − churn) / MRR at the start of the window";
    grr @ 1 "Gross revenue retention" Percent Up Flow [] false Observed ["mrr_movement_day"]
        "(MRR at the start − contraction − churn) / MRR at the start of the window";
    quick_ratio @ 1 "Quick ratio" Index Up Flow [] false Observed ["mrr_movement_day"]
        "(new + expansion + reactivation) / (contraction + churn)";
    logo_churn @ 1 "Logo churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "customers who paid at the start of the window and stopped within it / those who paid at its start";
};
