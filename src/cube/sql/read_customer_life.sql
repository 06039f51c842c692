-- grain: one row per status, tier, liveness and band of won value (how many of the floors it reaches) · $1 tenant_key, $2 the second as of which lives are told, $3 the floors, ascending · re-run: pure read
-- Who became customer later is none yet.
select q.status, q.tier, q.is_live, width_bucket(q.won_cents, $3::bigint[])::bigint as band, count(*), sum(q.won_cents)::bigint,
    count(*) filter (where q.active_seconds <> 0 or q.active_since < to_timestamp($2::bigint)),
    sum(q.active_seconds + case when q.active_since < to_timestamp($2::bigint) then $2::bigint - trunc(date_part('epoch', q.active_since))::bigint else 0 end)::bigint,
    sum(q.open_deals)::bigint
from cube.customer_life as q
where q.tenant_key = $1::int
group by q.status, q.tier, q.is_live, band
