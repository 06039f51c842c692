-- grain: one order that arrived or changed after a snapshot was published and was placed in a span
-- $1 tenant, $2 from, $3 until, $4 snapshot_id, $5 rows at most · re-run: pure read
with told as (
    select s.tenant_key, age(s.xmin) as age
    from metric.snapshot as s
    join star.dim_tenant as t on t.tenant_key = s.tenant_key
    where s.snapshot_id = $4::bigint and t.tenant = $1::text
)

select
    o.order_id as id, o.order_number as name, o.order_date as date, round(o.reporting_amount * 100)::bigint as cents,
    o.deleted_at is not null as is_deleted, count(*) over () as row_count
from star.fact_order as o
join told on told.tenant_key = o.tenant_key
where age(o.xmin) < told.age and o.order_date >= $2::date and o.order_date < $3::date
order by o.reporting_amount desc, o.order_id
limit $5::bigint
