//! Metrics of orders, products, stock and campaigns.

use crate::metric::catalog::{Metric, metrics};

pub(super) const METRICS: &[Metric] = metrics! { Orders:
    orders @ 1 "Orders" Count Up Flow [] true Recorded ["order_day"]
        "orders placed in the period, cancelled ones left out";
    order_value @ 1 "Order value" Money Up Flow [] true Recorded ["order_day"]
        "value of the orders placed in the period, cancelled ones left out";
    avg_order_value @ 1 "Average order value" Money Up Flow [] false Recorded ["order_day"]
        "value of the orders placed in the period / their number, cancelled ones left out";
};
