-- grain: one row, a count a table
select
    (select count(*) from identity_users where email like '%@promenade.example') as sales_reps,
    (select count(*) from customer_companies) as companies,
    (select count(*) from customer_customers) as customers,
    (select count(*) from customer_deals) as deals,
    (select count(*) from customer_interactions) as interactions,
    (select count(*) from warehouse_products) as products,
    (select count(*) from order_orders) as orders,
    (select count(*) from order_lines) as order_lines,
    (select count(*) from billing_subscriptions) as subscriptions,
    (select count(*) from billing_invoices) as invoices,
    (select count(*) from billing_payments) as payments,
    (select count(*) from warehouse_inventory) as inventory,
    (select count(*) from warehouse_stock_movements) as stock_movements
