-- grain: every version of a customer that vanished from the source, marked · $1 tenant_key, $2 noticed_at · re-run: marks nothing twice
with gone as (
    select v.customer_id
    from star.dim_customer as v
    where v.tenant_key = $1::int and v.is_current and v.deleted_at is null and not v.is_inferred
        and not exists (select from staging.customer as s where s.customer_id = v.customer_id)
        and not exists (select from vesper.quarantine as q where q.tenant_key = $1::int and q.entity = 'customer' and q.entity_key = v.customer_id)
),

marked as (
    update star.dim_customer as v set deleted_at = $2::timestamptz
    from gone where v.tenant_key = $1::int and v.customer_id = gone.customer_id
    returning v.customer_id, v.is_current
),

touched as (
    insert into vesper.touched_day (tenant_key, fact, day)
    select distinct $1::int, 'customer', (instant at time zone 'UTC')::date
    from (
        select unnest(array[v.valid_from, v.valid_until, $2::timestamptz]) as instant
        from star.dim_customer as v join gone on gone.customer_id = v.customer_id
        where v.tenant_key = $1::int
    ) as days
    where isfinite(instant)
    on conflict do nothing
),

noted as (
    insert into vesper.touched_customer (tenant_key, customer_id)
    select $1::int, gone.customer_id from gone
    on conflict do nothing
)

select count(*) from marked where is_current
