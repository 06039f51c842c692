-- grain: one row per share of the customers, the best first · $1 tenant_key, $2 until, $3 from · re-run: pure read
with bought as (
    select sum(q.amount_cents) as cents
    from cube.customer_purchase_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and q.kind = case t.revenue_mode when 'deals' then 'deal' else 'order' end
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.customer_id
),

ranked as (
    select b.cents, row_number() over (order by b.cents desc) as place, count(*) over () as n, sum(b.cents) over () as all_cents from bought as b
)

select p.percent || ' %', count(*), round(sum(r.cents))::bigint, round(sum(r.cents))::bigint, round(max(r.all_cents))::bigint
from (values (1), (5), (10), (20), (50)) as p (percent)
join ranked as r on r.place <= ceil(r.n * p.percent / 100.0)
group by p.percent
order by p.percent
