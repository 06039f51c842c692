-- grain: one staged line whose order is unknown, marked · $1 tenant_key · re-run: marks the same rows
update staging.order_line as s
set violation = concat_ws('; ', s.violation, format('order %s is not known', s.order_id))
where not exists (select from staging."order" as o where o.order_id = s.order_id and o.violation is null)
    and not exists (select from star.fact_order as f where f.tenant_key = $1::int and f.order_id = s.order_id)
