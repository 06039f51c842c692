-- grain: one row per rep with an interaction · $1 tenant_key, $2 until, $3 from · re-run: pure read
with working as (
    select count(*) as days from star.dim_date as d where d.date >= $3::date and d.date < $2::date and d.is_business_day
),

contact as (
    select q.sales_rep_key, sum(q.interactions)::bigint as n, coalesce(sum(q.interactions) filter (where q.type = 'call'), 0)::bigint as calls,
        coalesce(sum(q.interactions) filter (where q.type = 'meeting'), 0)::bigint as meetings, coalesce(sum(q.interactions) filter (where q.type = 'email'), 0)::bigint as emails
    from cube.interaction_between($1::int, $3::date, $2::date) as q
    group by q.sales_rep_key
)

select p.sales_rep_id, p.name, c.n, c.calls, c.meetings, c.emails, c.calls, w.days, c.meetings, w.days, c.emails, w.days, c.n, w.days
from contact as c
cross join working as w
join star.dim_sales_rep as p on p.sales_rep_key = c.sales_rep_key
order by c.n desc, p.name, p.sales_rep_id
