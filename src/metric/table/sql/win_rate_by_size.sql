-- grain: one row per size band, the empty ones too · $1 tenant_key, $2 until, $3 from · re-run: pure read
with band as (
    select b.band::int as band, b.floor, lead(b.floor) over (order by b.band) as ceiling
    from star.dim_tenant as t cross join unnest(t.deal_band_cents) with ordinality as b (floor, band)
    where t.tenant_key = $1::int
)

select (b.floor / 100)::text || case when b.ceiling is null then '+' else '–' || b.ceiling / 100 end, b.floor,
    coalesce(sum(q.deals) filter (where q.outcome = 'won'), 0)::bigint, coalesce(sum(q.deals) filter (where q.outcome = 'lost'), 0)::bigint,
    coalesce(sum(q.deals) filter (where q.outcome = 'won'), 0)::bigint, coalesce(sum(q.deals), 0)::bigint,
    coalesce(sum(q.value_cents) filter (where q.outcome = 'won'), 0)::bigint, coalesce(sum(q.value_cents), 0)::bigint,
    coalesce(sum(q.value_cents) filter (where q.outcome = 'won'), 0)::bigint
from band as b
left join cube.deal_close_day as q on q.tenant_key = $1::int and q.band = b.band and q.day >= $3::date and q.day < $2::date
group by b.band, b.floor, b.ceiling
order by b.band
