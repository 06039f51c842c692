//! Metrics of money that comes in, and of money that comes again.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Revenue:
    revenue @ 2 "Revenue" Money Up Flow ["tier", "sales_rep"] true Recorded ["revenue_day"]
        "value of the deals won, on the day they closed and at its exchange rate; or of orders or payments, where the source says so";
    active_subscriptions @ 1 "Active subscriptions" Count Up Stock [] false Recorded ["subscription_stock_day"]
        "paid subscriptions running at the end of the period";
    mrr @ 1 "Monthly recurring revenue" Money Up Stock [] false Recorded ["subscription_stock_day"]
        "what running subscriptions pay a month (a year's price / 12, a quarter's / 3); trials and pauses pay nothing";
    mrr_opening @ 1 "MRR at the start" Money Up Stock [] false Observed ["mrr_movement_day"]
        "monthly recurring revenue (MRR) when the period began; opening + new + expansion + reactivation − contraction − churn = closing, to the cent";
    mrr_new @ 1 "New MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who had never paid before, what comes and goes within a day set off";
    mrr_expansion @ 1 "Expansion MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR that paying customers added, what comes and goes within a day set off; exchange rates move nothing";
    mrr_reactivation @ 1 "Reactivated MRR" Money Up Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who had stopped paying and came back, what comes and goes within a day set off";
    mrr_contraction @ 1 "Contraction MRR" Money Down Flow [] true Observed ["mrr_movement_day"]
        "MRR that customers who went on paying took away; one of several subscriptions cancelled is contraction";
    mrr_churn @ 1 "Churned MRR" Money Down Flow [] true Observed ["mrr_movement_day"]
        "MRR of customers who paid nothing any more";
    paying_customers @ 1 "Paying customers" Count Up Stock [] false Observed ["mrr_movement_day"]
        "customers who pay for a subscription at the end of the period";
    arpa @ 1 "MRR per paying customer" Money Up Stock [] false Observed ["mrr_movement_day"]
        "monthly recurring revenue / paying customers, at the end of the period";
    gross_mrr_churn @ 1 "Gross MRR churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "(churn + contraction) / MRR at the start of the period";
    net_mrr_churn @ 1 "Net MRR churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "(churn + contraction − expansion − reactivation) / MRR at the start of the period; below zero when more came than went";
    nrr @ 1 "Net revenue retention" Percent Up Flow [] false Observed ["mrr_movement_day"]
        "(MRR at the start + expansion − contraction − churn) / MRR at the start of the period";
    grr @ 1 "Gross revenue retention" Percent Up Flow [] false Observed ["mrr_movement_day"]
        "(MRR at the start − contraction − churn) / MRR at the start of the period";
    quick_ratio @ 1 "Quick ratio" Index Up Flow [] false Observed ["mrr_movement_day"]
        "(new + expansion + reactivation) / (contraction + churn)";
    logo_churn @ 1 "Logo churn" Percent Down Flow [] false Observed ["mrr_movement_day"]
        "of the customers who paid at the start of the period, the share who stopped within it";
};
