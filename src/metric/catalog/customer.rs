//! Metrics of customers.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Customers:
    total_customers @ 1 "Customers" Count Up Stock ["status", "tier", "sales_rep"] false Observed ["customer_stock_day"]
        "everybody on record at the end of the period, of every status";
    active_customers @ 1 "Active customers" Count Up Stock ["tier", "sales_rep"] false Observed ["customer_stock_day"]
        "those whose status is customer at the end of the period, under the owner and tier of that day";
    new_customers @ 1 "New customers" Count Up Flow [] true Observed ["customer_flow_day"]
        "those who became customers for the first time in the period; whoever comes back after leaving is not new";
    reactivated_customers @ 1 "Reactivated customers" Count Up Flow [] true Observed ["customer_flow_day"]
        "those who became customers again in the period after having left; they are not counted as new";
    churned_customers @ 1 "Churned customers" Count Down Flow [] true Observed ["customer_flow_day"]
        "those who left in the period: their status became churned";
    churn_rate @ 1 "Churn rate" Percent Down Flow [] false Observed ["customer_spell_day", "customer_stock_day"]
        "of the customers at the start of the period, the share who left within it";
    avg_lifetime_weeks @ 1 "Average lifetime" Weeks Up Stock ["tier"] false Present ["customer_life"]
        "how long customers stay, in weeks: the mean over everybody who ever was one, until they left or until now";
};
