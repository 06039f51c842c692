-- grain: one row per status, tier and band of lifetime value with customers · $1 tenant_key, $2 until · re-run: pure read
with life as (
    select l.status, l.tier, width_bucket(l.won_cents, array[0, 1, 1000000, 5000000, 25000000]::bigint[]) as band, l.open_deals, l.won_cents
    from cube.customer_life as l
    where l.tenant_key = $1::int and l.is_live and $2::date is not null
)

select l.status, l.tier, (array['nothing', 'up to 10,000', '10,000–50,000', '50,000–250,000', '250,000+'])[l.band], count(*), count(*), (sum(count(*)) over ())::bigint,
    sum(l.open_deals)::bigint, sum(l.won_cents)::bigint
from life as l
group by l.status, l.tier, l.band
order by array_position(array['lead', 'prospect', 'customer', 'churned'], l.status), array_position(array['free', 'basic', 'pro', 'enterprise'], l.tier), l.band
