//! Metrics of money that comes in, and of money that comes again.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Revenue:
    revenue @ 2 "Revenue" Money Up Flow ["tier", "sales_rep"] true Recorded ["revenue_day"]
        "value of deals won at their close date and its rate; or of orders or payments, as the source says";
    active_subscriptions @ 1 "Active subscriptions" Count Up Stock [] false Recorded ["subscription_stock_day"]
        "paid subscriptions running at the end of the window";
    mrr @ 1 "Monthly recurring revenue" Money Up Stock [] false Recorded ["subscription_stock_day"]
        "active paid subscriptions a month (yearly / 12, quarterly / 3); no trial, no paused one";
};
