-- grain: one row: the first day that anything moved or happened on; null when nothing did · $1 tenant_key · re-run: pure read
select least(
    (select min(q.day) from cube.deal_flow_day as q where q.tenant_key = $1::int), (select min(q.day) from cube.customer_stock_day as q where q.tenant_key = $1::int),
    (select min(q.day) from cube.interaction_day as q where q.tenant_key = $1::int), (select min(q.day) from cube.order_day as q where q.tenant_key = $1::int),
    (select min(q.day) from cube.revenue_day as q where q.tenant_key = $1::int and q.mode = (select t.revenue_mode from star.dim_tenant as t where t.tenant_key = $1::int)),
    (select min(q.day) from cube.mrr_movement_day as q where q.tenant_key = $1::int))
