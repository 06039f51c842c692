-- grain: one staged order line whose currency has no rate on its order's day, marked · $1 tenant_key · re-run: marks the same rows
with staged_order as (
    select o.order_id, max((o.ordered_at at time zone 'UTC')::date) as order_date
    from staging."order" as o
    where o.violation is null
    group by o.order_id
),

dated as (
    select l.order_line_id, l.currency, t.currency as reporting, coalesce(o.order_date, f.order_date) as day
    from staging.order_line as l
    join star.dim_tenant as t on t.tenant_key = $1::int and t.currency <> l.currency
    left join staged_order as o on o.order_id = l.order_id
    left join star.fact_order as f on f.tenant_key = $1::int and f.order_id = l.order_id
)

update staging.order_line as s
set violation = concat_ws('; ', s.violation, format('no exchange rate from %s to %s on %s', d.currency, d.reporting, d.day))
from dated as d
where s.order_line_id = d.order_line_id
    and not exists (select from star.fx_rate as x where x.tenant_key = $1::int and x.currency = d.currency and x.valid_from <= d.day)
