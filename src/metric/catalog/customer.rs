//! Metrics of customers.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Customers:
    total_customers @ 1 "Customers" Count Up Stock ["status", "tier", "sales_rep"] false Observed ["customer_stock_day"]
        "live customers of every status at the end of the window";
    active_customers @ 1 "Active customers" Count Up Stock ["tier", "sales_rep"] false Observed ["customer_stock_day"]
        "customers with status customer at the end of the window, by the owner and tier of that day";
    new_customers @ 1 "New customers" Count Up Flow [] true Observed ["customer_flow_day"]
        "first transitions to customer in the window; a return after churn is not new";
    reactivated_customers @ 1 "Reactivated customers" Count Up Flow [] true Observed ["customer_flow_day"]
        "returns to customer after a churn in the window; apart from new customers";
    churned_customers @ 1 "Churned customers" Count Down Flow [] true Observed ["customer_flow_day"]
        "transitions to churned in the window";
    churn_rate @ 1 "Churn rate" Percent Down Flow [] false Observed ["customer_spell_day", "customer_stock_day"]
        "customers at the start of the window who churned within it, per customers at its start";
    avg_lifetime_weeks @ 1 "Average lifetime" Weeks Up Stock ["tier"] false Present ["customer_life"]
        "mean of the active spells (until churn or the as-of date) of all who ever became customer, in weeks";
};
