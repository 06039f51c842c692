-- grain: one row per staged order line, as fact_order_line wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.order_line_id,
    s.order_id,
    o.customer_key,
    o.sales_rep_key,
    coalesce(p.product_key, 0) as product_key,
    o.order_date,
    s.quantity,
    s.unit_price::numeric(19, 4) as unit_price,
    s.amount::numeric(19, 4) as amount,
    s.currency,
    (s.amount * coalesce(fx.rate, 1))::numeric(19, 4) as reporting_amount,
    -- A line leaves with its order.
    o.deleted_at
from staging.order_line as s
join star.fact_order as o on o.tenant_key = $1::int and o.order_id = s.order_id
left join star.dim_product as p
    on p.tenant_key = $1::int and p.product_id = s.product_id
    and p.valid_from < (o.order_date + 1)::timestamp at time zone 'UTC' and (o.order_date + 1)::timestamp at time zone 'UTC' <= p.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= o.order_date and o.order_date < fx.valid_until
