-- grain: one row per staged order line, as fact_order_line wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
with rate as (
    -- Each rate with the day it ends, so that a row finds its own by a hash on the currency.
    select x.currency::text as currency, x.rate, x.valid_from, lead(x.valid_from, 1, 'infinity') over (partition by x.currency order by x.valid_from) as valid_until
    from star.fx_rate as x
    join star.dim_tenant as t on t.tenant_key = x.tenant_key and t.currency <> x.currency
    where x.tenant_key = $1::int
)

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
left join star.dim_product as p on p.tenant_key = $1::int and p.product_id = s.product_id
left join rate as fx on fx.currency = s.currency and fx.valid_from <= o.order_date and o.order_date < fx.valid_until
