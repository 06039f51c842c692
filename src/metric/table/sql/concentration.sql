-- grain: one row per share of the customers, the best first · $1 tenant_key, $2 until, $3 from · re-run: pure read
with purchase as (
    -- In the order of the customers, in which an index holds them: summed up without a table of all of them.
    select q.customer_id, q.amount_cents
    from cube.customer_purchase_day as q
    where q.tenant_key = $1::int and q.kind = (select case t.revenue_mode when 'deals' then 'deal' else 'order' end from star.dim_tenant as t where t.tenant_key = $1::int)
        and q.day >= $3::date and q.day < $2::date
    order by q.customer_id
),

bought as materialized (
    select sum(p.amount_cents) as cents from purchase as p group by p.customer_id
),

-- What each customer and all better ones brought.
ranked as (
    select row_number() over best as place, sum(b.cents) over best as cents
    from bought as b
    window best as (order by b.cents desc rows between unbounded preceding and current row)
),

share as materialized (
    select p.percent, ceil(t.customers * p.percent / 100.0)::bigint as customers, t.cents as all_cents
    from (select count(*) as customers, sum(b.cents) as cents from bought as b) as t
    cross join (values (1), (5), (10), (20), (50)) as p (percent)
)

select s.percent || ' %', s.customers, round(r.cents)::bigint, round(r.cents)::bigint, round(s.all_cents)::bigint
from ranked as r
join share as s on s.customers = r.place
order by s.percent
