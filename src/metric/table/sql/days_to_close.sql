-- grain: one row: won deals of the window · $1 tenant_key, $2 until, $3 from · re-run: pure read
with age as (
    select q.days_to_close as days, sum(q.deals) as deals
    from cube.deal_age_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.days_to_close
),

counted as (
    select a.days, a.deals, sum(a.deals) over (order by a.days) as up_to, sum(a.deals) over () as n from age as a
)

select coalesce(sum(c.deals), 0)::bigint, sum(c.days * c.deals)::bigint, sum(c.deals)::bigint,
    (min(c.days) filter (where c.up_to * 2 >= c.n) + min(c.days) filter (where c.up_to >= div(c.n, 2) + 1))::bigint, 2::bigint,
    (min(c.days) filter (where c.up_to >= ceil(c.n * 0.9)))::bigint
from counted as c
