-- grain: one interaction that arrived or changed after a snapshot was published and began in a span
-- $1 tenant, $2 from, $3 until, $4 snapshot_id, $5 rows at most · re-run: pure read
with told as (
    select s.tenant_key, age(s.xmin) as age
    from metric.snapshot as s
    join star.dim_tenant as t on t.tenant_key = s.tenant_key
    where s.snapshot_id = $4::bigint and t.tenant = $1::text
)

select
    i.interaction_id as id, i.type as name, i.started_date as date, null::bigint as cents,
    i.deleted_at is not null as is_deleted, count(*) over () as row_count
from star.fact_interaction as i
join told on told.tenant_key = i.tenant_key
where age(i.xmin) < told.age and i.started_date >= $2::date and i.started_date < $3::date
order by i.started_at desc, i.interaction_id
limit $5::bigint
