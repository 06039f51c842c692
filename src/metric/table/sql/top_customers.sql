-- grain: one row per customer, the 50 with the highest revenue · $1 tenant_key, $2 until, $3 from · re-run: pure read
with purchase as (
    -- In the order of the customers, in which an index holds them: summed up without a table of all of them.
    select q.customer_id, q.day, q.purchases, q.amount_cents
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day >= $3::date and q.day < $2::date
    order by q.customer_id
),

bought as materialized (
    select p.customer_id, sum(p.purchases)::bigint as purchases, sum(p.amount_cents) as cents, max(p.day) as last_day
    from purchase as p
    group by p.customer_id
),

-- Fifty are ranked and not everybody: whoever is above one of them is one of them.
most as (
    select b.* from bought as b order by b.cents desc, b.customer_id limit 50
)

select rank() over (order by m.cents desc), m.customer_id, coalesce(c.name, m.customer_id), coalesce(c.tier, 'unknown'), m.purchases, round(m.cents)::bigint, round(m.cents)::bigint,
    (select round(sum(b.cents))::bigint from bought as b), ($2::date - 1 - m.last_day)::bigint
from most as m
left join star.dim_customer as c on c.tenant_key = $1::int and c.customer_id = m.customer_id and c.is_current
order by 1, m.customer_id
