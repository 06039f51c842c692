-- grain: one row per status, tier, liveness and band of won value (how many of the floors it reaches) · $1 tenant_key, $2 the second as of which lives are told, $3 the floors, ascending · re-run: pure read
with life as (
    select q.status, q.tier, q.is_live, width_bucket(q.won_cents, $3::bigint[])::bigint as band, q.won_cents, q.active_seconds, trunc(date_part('epoch', q.active_since))::bigint as active_since,
        q.open_deals
    from cube.customer_life as q
    where q.tenant_key = $1::int
)

-- Who became customer later is none yet.
select l.status, l.tier, l.is_live, l.band, count(*), sum(l.won_cents)::bigint, count(*) filter (where l.active_seconds <> 0 or l.active_since < $2::bigint),
    (sum(l.active_seconds) + coalesce(sum($2::bigint - l.active_since) filter (where l.active_since < $2::bigint), 0))::bigint, sum(l.open_deals)::bigint
from life as l
group by l.status, l.tier, l.is_live, l.band
