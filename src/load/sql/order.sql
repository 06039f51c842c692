-- grain: one row per staged order, as fact_order wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.order_id,
    s.order_number,
    coalesce(then_.customer_key, present.customer_key, 0) as customer_key,
    s.customer_id,
    coalesce(r.sales_rep_key, 0) as sales_rep_key,
    s.status,
    s.amount::numeric(19, 4) as amount,
    s.currency,
    (s.amount * coalesce(fx.rate, 1))::numeric(19, 4) as reporting_amount,
    s.ordered_at,
    (s.ordered_at at time zone 'UTC')::date as order_date,
    s.fulfilled_at,
    s.cancelled_at,
    s.deleted_at
from staging."order" as s
left join star.dim_sales_rep as r
    on r.tenant_key = $1::int and r.sales_rep_id = s.sales_rep_id
    and r.valid_from <= s.ordered_at and s.ordered_at < r.valid_until
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as then_
    on then_.tenant_key = $1::int and then_.customer_id = s.customer_id
    and then_.valid_from <= s.ordered_at and s.ordered_at < then_.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= (s.ordered_at at time zone 'UTC')::date and (s.ordered_at at time zone 'UTC')::date < fx.valid_until
