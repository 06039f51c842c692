-- grain: one row per customer, the 50 with the highest revenue · $1 tenant_key, $2 until, $3 from · re-run: pure read
with bought as (
    select q.customer_id, sum(q.purchases)::bigint as purchases, sum(q.amount_cents) as cents, max(q.day) as last_day
    from cube.customer_purchase_day as q
    join star.dim_tenant as t on t.tenant_key = q.tenant_key and q.kind = case t.revenue_mode when 'deals' then 'deal' else 'order' end
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.customer_id
),

ranked as (
    select b.*, rank() over (order by b.cents desc) as rank, sum(b.cents) over () as all_cents from bought as b
)

select r.rank, r.customer_id, coalesce(c.name, r.customer_id), coalesce(c.tier, 'unknown'), r.purchases, round(r.cents)::bigint, round(r.cents)::bigint, round(r.all_cents)::bigint,
    ($2::date - 1 - r.last_day)::bigint
from ranked as r
left join star.dim_customer as c on c.tenant_key = $1::int and c.customer_id = r.customer_id and c.is_current
where r.rank <= 50
order by r.rank, r.customer_id
limit 50
