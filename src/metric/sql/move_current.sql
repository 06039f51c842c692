-- grain: the tenant's pointer · $1 tenant_key, $2 snapshot_id · re-run: the same pointer; a later business date is never replaced by an earlier one
with moved as (
    insert into metric.current as c (tenant_key, snapshot_id) values ($1::int, $2::bigint)
    on conflict (tenant_key) do update set snapshot_id = excluded.snapshot_id
    where (select s.business_date from metric.snapshot as s where s.snapshot_id = c.snapshot_id)
        <= (select s.business_date from metric.snapshot as s where s.snapshot_id = excluded.snapshot_id)
    returning snapshot_id
)

select pg_notify('vesper_snapshot', m.snapshot_id::text) from moved as m
