-- grain: one snapshot from before the day that is not its month's last · $1 tenant_key, $2 first day of which all are kept · re-run: deletes nothing
with last_of_month as (
    select distinct on (date_trunc('month', s.business_date)) s.snapshot_id
    from metric.snapshot as s
    where s.tenant_key = $1::int
    order by date_trunc('month', s.business_date), s.business_date desc, s.snapshot_id desc
)

delete from metric.snapshot as s
where s.tenant_key = $1::int and s.business_date < $2::date
    and s.snapshot_id not in (select l.snapshot_id from last_of_month as l)
    and s.snapshot_id not in (select c.snapshot_id from metric.current as c)
    and not exists (select from vesper.edition as e where e.snapshot_id = s.snapshot_id)
