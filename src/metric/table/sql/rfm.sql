-- grain: one row per cell of recency, frequency and value scores · $1 tenant_key, $2 until · re-run: pure read
-- Score = 1 + floor(5 × number strictly worse / n), so that ties share; or five groups of equal size. Fewer than five customers have none.
with bought as (
    select q.customer_id, $2::date - 1 - max(q.day) as recency, sum(q.purchases)::bigint as frequency, sum(q.amount_cents) as cents
    from cube.customer_purchase_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and q.kind = case t.revenue_mode when 'deals' then 'deal' else 'order' end
    where q.tenant_key = $1::int and q.day < $2::date and (t.rfm_days = 0 or q.day >= $2::date - t.rfm_days)
    group by q.customer_id
),

live as (
    select b.*, count(*) over () as n
    from bought as b
    left join cube.customer_life as l on l.tenant_key = $1::int and l.customer_id = b.customer_id
    where coalesce(l.is_live, true)
),

scored as (
    select l.frequency, l.cents, l.recency,
        case when l.n < 5 then null when t.rfm_score = 'ntile' then ntile(5) over (order by l.recency desc, l.customer_id collate "C")
            else 1 + (5 * (rank() over (order by l.recency desc) - 1)) / l.n end as r,
        case when l.n < 5 then null when t.rfm_score = 'ntile' then ntile(5) over (order by l.frequency, l.customer_id collate "C")
            else 1 + (5 * (rank() over (order by l.frequency) - 1)) / l.n end as f,
        case when l.n < 5 then null when t.rfm_score = 'ntile' then ntile(5) over (order by l.cents, l.customer_id collate "C")
            else 1 + (5 * (rank() over (order by l.cents) - 1)) / l.n end as m
    from live as l
    join star.dim_tenant as t on t.tenant_key = $1::int
)

select s.r::bigint, s.f::bigint, s.m::bigint, null::text, count(*), count(*), (sum(count(*)) over ())::bigint, sum(s.frequency)::bigint, round(sum(s.cents))::bigint,
    sum(s.recency)::bigint, count(*)
from scored as s
group by s.r, s.f, s.m
order by s.r desc, s.f desc, s.m desc
