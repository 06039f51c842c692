-- grain: one deal that arrived or changed after a snapshot was published and closed (or, with $6, was created) in a span
-- $1 tenant, $2 from, $3 until, $4 snapshot_id, $5 rows at most, $6 whether by the day of creation · re-run: pure read
-- A row is younger than a snapshot when the transaction that wrote it is: no column has to remember.
with told as (
    select s.tenant_key, age(s.xmin) as age
    from metric.snapshot as s
    join star.dim_tenant as t on t.tenant_key = s.tenant_key
    where s.snapshot_id = $4::bigint and t.tenant = $1::text
)

select
    d.deal_id as id, d.name, case when $6::bool then d.created_date else d.actual_close_date end as date,
    d.reporting_cents as cents, d.deleted_at is not null as is_deleted, count(*) over () as row_count
from star.fact_deal as d
join told on told.tenant_key = d.tenant_key
where age(d.xmin) < told.age
    and case when $6::bool then d.created_date else d.actual_close_date end >= $2::date
    and case when $6::bool then d.created_date else d.actual_close_date end < $3::date
order by d.reporting_cents desc, d.deal_id
limit $5::bigint
