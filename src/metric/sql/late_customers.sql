-- grain: one spell of a customer in a status that arrived or changed after a snapshot was published and began in a span
-- $1 tenant, $2 from, $3 until, $4 snapshot_id, $5 rows at most, $6 status · re-run: pure read
with told as (
    select s.tenant_key, age(s.xmin) as age
    from metric.snapshot as s
    join star.dim_tenant as t on t.tenant_key = s.tenant_key
    where s.snapshot_id = $4::bigint and t.tenant = $1::text
)

select
    v.customer_id as id, c.name, (v.entered_at at time zone 'UTC')::date as date, null::bigint as cents,
    c.deleted_at is not null as is_deleted, count(*) over () as row_count
from star.fact_customer_status as v
join told on told.tenant_key = v.tenant_key
left join star.dim_customer as c on c.tenant_key = v.tenant_key and c.customer_id = v.customer_id and c.is_current
where v.status = $6::text and age(v.xmin) < told.age
    and (v.entered_at at time zone 'UTC')::date >= $2::date and (v.entered_at at time zone 'UTC')::date < $3::date
order by v.entered_at desc, v.customer_id
limit $5::bigint
