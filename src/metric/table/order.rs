//! Tables of orders, products and stock; the season of revenue.

use crate::metric::Unit;
use crate::metric::purchase::order_habits;
use crate::metric::snapshot::Window;
use crate::metric::table::{Kind, Query, TableMetric};

/// A flow, over its three common spans.
const FLOW: &[Window] = &[Window::All, Window::Quarter, Window::Year];
/// What there is at the business date.
const NOW: &[Window] = &[Window::All];

pub(super) const ORDER: &[TableMetric] = &[
    TableMetric {
        name: "orders_by_status",
        version: 1,
        label: "Orders by status",
        definition: "orders placed in the period by their status now: count, share, value and value an order",
        needs: &["order"],
        windows: FLOW,
        columns: &[
            ("status", "Status", Kind::Word),
            ("orders", "Orders", Kind::Whole(Unit::Count)),
            ("share", "Share", Kind::Part(Unit::Percent)),
            ("value", "Value", Kind::Whole(Unit::Money)),
            ("avg_value", "Average value", Kind::Ratio(Unit::Money)),
        ],
        query: Query::Within(include_str!("sql/orders_by_status.sql")),
        finish: None,
    },
    TableMetric {
        name: "order_habits",
        version: 1,
        label: "Order habits",
        definition: "customers who ever ordered: share with two or more orders, orders a customer, median days between \
            consecutive days of ordering; cancelled orders left out",
        needs: &["order"],
        windows: NOW,
        columns: &[
            ("customers", "Customers", Kind::Whole(Unit::Count)),
            ("repeaters", "Repeat customers", Kind::Whole(Unit::Count)),
            ("repeat_rate", "Repeat rate", Kind::Ratio(Unit::Percent)),
            ("orders_each", "Orders a customer", Kind::Ratio(Unit::Index)),
            ("median_gap", "Median days between", Kind::RatioApart(Unit::Days)),
        ],
        query: Query::BoughtAsOf(order_habits),
        finish: None,
    },
    TableMetric {
        name: "fulfilment",
        version: 1,
        label: "Fulfilment",
        definition: "orders placed in the period, cancelled ones left out: share fulfilled, mean, median and 90th \
            percentile of the days from order to fulfilment",
        needs: &["order"],
        windows: FLOW,
        columns: &[
            ("orders", "Orders", Kind::Whole(Unit::Count)),
            ("fulfilled", "Fulfilled", Kind::Ratio(Unit::Percent)),
            ("mean", "Mean days", Kind::Ratio(Unit::Days)),
            ("median", "Median days", Kind::WholeApart(Unit::Days)),
            ("p90", "P90", Kind::WholeApart(Unit::Days)),
        ],
        query: Query::Within(include_str!("sql/fulfilment.sql")),
        finish: None,
    },
    TableMetric {
        name: "products",
        version: 1,
        label: "Products",
        definition: "products sold in the period, cancelled orders left out: quantity, orders that hold them, revenue and its \
            share; the 200 with the highest revenue",
        needs: &["order_line"],
        windows: FLOW,
        columns: &[
            ("product_id", "Product id", Kind::Text),
            ("product", "Product", Kind::Text),
            ("category", "Category", Kind::Text),
            ("quantity", "Quantity", Kind::Whole(Unit::Count)),
            ("orders", "Orders", Kind::WholeApart(Unit::Count)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("share", "Share", Kind::Part(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/products.sql")),
        finish: None,
    },
    TableMetric {
        name: "product_categories",
        version: 1,
        label: "Product categories",
        definition: "revenue and quantity of the period by category, cancelled orders left out",
        needs: &["order_line"],
        windows: FLOW,
        columns: &[
            ("category", "Category", Kind::Text),
            ("quantity", "Quantity", Kind::Whole(Unit::Count)),
            ("revenue", "Revenue", Kind::Whole(Unit::Money)),
            ("share", "Share", Kind::Part(Unit::Percent)),
        ],
        query: Query::Within(include_str!("sql/product_categories.sql")),
        finish: None,
    },
    TableMetric {
        name: "product_pairs",
        version: 1,
        label: "Bought together",
        definition: "pairs of products that were ordered together: support = orders with both / all orders, confidence = \
            orders with both / orders with the first, lift = how much more often than by chance; the 50 most \
            frequent pairs of at least two orders",
        needs: &["order_line"],
        windows: FLOW,
        columns: &[
            ("product", "Product", Kind::Text),
            ("with", "With", Kind::Text),
            ("orders", "Orders with both", Kind::WholeApart(Unit::Count)),
            ("support", "Support", Kind::RatioApart(Unit::Percent)),
            ("confidence", "Confidence", Kind::RatioApart(Unit::Percent)),
            ("lift", "Lift", Kind::RatioApart(Unit::Index)),
        ],
        query: Query::Within(include_str!("sql/product_pairs.sql")),
        finish: None,
    },
    TableMetric {
        name: "inventory",
        version: 2,
        label: "Inventory",
        definition: "products in stock: days of supply = on hand / mean daily demand of the last 28 days, turnover = that \
            demand in a year / on hand, days of the 28 without stock, how far the demand of a day strays from that mean, \
            and a suggested reorder point: the demand d of the lead time L and a safety stock of z·√(L·σd² + d²·σL²), by \
            the source's lead_time_days, lead_time_deviation_days and service_percent (14, 0 and 95); beside it the \
            source's own",
        needs: &["inventory", "order_line"],
        windows: NOW,
        columns: &[
            ("product_id", "Product id", Kind::Text),
            ("product", "Product", Kind::Text),
            ("on_hand", "On hand", Kind::Whole(Unit::Count)),
            ("daily_demand", "Demand a day", Kind::Part(Unit::Index)),
            ("days_of_supply", "Days of supply", Kind::Ratio(Unit::Days)),
            ("turnover", "Turnover a year", Kind::Ratio(Unit::Index)),
            ("stock_out_days", "Stock-out days", Kind::WholeApart(Unit::Count)),
            ("demand_deviation", "Deviation of demand", Kind::RatioApart(Unit::Index)),
            ("safety_stock", "Safety stock", Kind::WholeApart(Unit::Count)),
            ("reorder_point", "Suggested reorder point", Kind::WholeApart(Unit::Count)),
            ("reorder_point_set", "Reorder point set", Kind::WholeApart(Unit::Count)),
        ],
        query: Query::AsOf(include_str!("sql/inventory.sql")),
        finish: None,
    },
    TableMetric {
        name: "seasonality",
        version: 1,
        label: "Seasonality",
        definition: "how a calendar month compares with an average one (1.00), apart from growth; with fewer than 24 \
            whole months there is too little history",
        needs: &["revenue"],
        windows: NOW,
        columns: &[
            ("month", "Month", Kind::Date),
            ("index", "Index", Kind::Derived(Unit::Index)),
            ("months", "Months of history", Kind::WholeApart(Unit::Count)),
            ("note", "Note", Kind::Word),
        ],
        query: Query::Season,
        finish: None,
    },
];
