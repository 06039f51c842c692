-- grain: one row per touched customer whose lifetime changed · $1 tenant_key · re-run: changes nothing
insert into cube.customer_life as l (tenant_key, customer_id, tier, status, is_live, active_seconds, active_since, won_cents, won_deals, open_deals)
with touched as materialized (
    select t.customer_id from vesper.touched_customer as t where t.tenant_key = $1::int
)

-- Customer by customer, by the keys of its spells and deals: what is read grows with the customers that were touched.
select $1::int, c.customer_id, c.tier, c.status, c.deleted_at is null, coalesce(s.active_seconds, 0)::bigint, s.active_since, d.won_cents, d.won_deals, d.open_deals
from touched as t
join star.dim_customer as c on c.tenant_key = $1::int and c.customer_id = t.customer_id and c.is_current and not c.is_inferred
cross join lateral (
    select
        sum(extract(epoch from least(s.left_at, c.deleted_at) - s.entered_at)) filter (where least(s.left_at, c.deleted_at) is not null) as active_seconds,
        max(s.entered_at) filter (where least(s.left_at, c.deleted_at) is null) as active_since
    from star.fact_customer_status as s
    where s.tenant_key = $1::int and s.customer_id = c.customer_id and s.status = 'customer' and (c.deleted_at is null or s.entered_at < c.deleted_at)
) as s
-- Deals of every version of the customer.
cross join lateral (
    select
        coalesce(sum(d.reporting_cents) filter (where d.is_won), 0)::bigint as won_cents,
        count(*) filter (where d.is_won) as won_deals,
        count(*) filter (where not d.is_won and not d.is_lost and d.deleted_at is null) as open_deals
    from star.dim_customer as v
    join star.fact_deal as d on d.tenant_key = $1::int and d.customer_key = v.customer_key
    where v.tenant_key = $1::int and v.customer_id = c.customer_id
) as d
on conflict (tenant_key, customer_id) do update
set tier = excluded.tier, status = excluded.status, is_live = excluded.is_live, active_seconds = excluded.active_seconds,
    active_since = excluded.active_since, won_cents = excluded.won_cents, won_deals = excluded.won_deals, open_deals = excluded.open_deals
where (l.tier, l.status, l.is_live, l.active_seconds, l.active_since, l.won_cents, l.won_deals, l.open_deals)
    is distinct from (excluded.tier, excluded.status, excluded.is_live, excluded.active_seconds, excluded.active_since, excluded.won_cents, excluded.won_deals, excluded.open_deals)
