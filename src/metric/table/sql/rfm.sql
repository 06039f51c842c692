-- grain: one row per cell of recency, frequency and value scores · $1 tenant_key, $2 until · re-run: pure read
-- Score = 1 + floor(5 × number strictly worse / n), so that ties share; or five groups of equal size. Fewer than five customers have none.
with bought as (
    select q.customer_id, $2::date - 1 - max(q.day) as recency, sum(q.purchases)::bigint as frequency, sum(q.amount_cents) as cents
    from cube.customer_purchase_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day < $2::date and (t.rfm_days = 0 or q.day >= $2::date - t.rfm_days)
    group by q.customer_id
),

live as materialized (
    select b.*, count(*) over () as n
    from bought as b
    where b.customer_id not in (select l.customer_id from cube.customer_life as l where l.tenant_key = $1::int and not l.is_live)
),

-- Of the two only the tenant's own is run.
scored as (
    select l.frequency, l.cents, l.recency, l.n, 1 + (5 * (rank() over (order by l.recency desc) - 1)) / l.n as r,
        1 + (5 * (rank() over (order by l.frequency) - 1)) / l.n as f, 1 + (5 * (rank() over (order by l.cents) - 1)) / l.n as m
    from live as l
    where (select t.rfm_score from star.dim_tenant as t where t.tenant_key = $1::int) <> 'ntile'
    union all
    select l.frequency, l.cents, l.recency, l.n, ntile(5) over (order by l.recency desc, l.customer_id collate "C"), ntile(5) over (order by l.frequency, l.customer_id collate "C"),
        ntile(5) over (order by l.cents, l.customer_id collate "C")
    from live as l
    where (select t.rfm_score from star.dim_tenant as t where t.tenant_key = $1::int) = 'ntile'
),

told as (
    select s.frequency, s.cents, s.recency, case when s.n >= 5 then s.r end as r, case when s.n >= 5 then s.f end as f, case when s.n >= 5 then s.m end as m from scored as s
)

select s.r::bigint, s.f::bigint, s.m::bigint, null::text, count(*), count(*), (sum(count(*)) over ())::bigint, sum(s.frequency)::bigint, round(sum(s.cents))::bigint,
    sum(s.recency)::bigint, count(*)
from told as s
group by s.r, s.f, s.m
order by s.r desc, s.f desc, s.m desc
