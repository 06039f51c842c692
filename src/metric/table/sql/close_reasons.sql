-- grain: one row per outcome and reason · $1 tenant_key, $2 until, $3 from · re-run: pure read
with closed as (
    select q.outcome, q.reason, sum(q.deals)::bigint as deals, sum(q.value_cents)::bigint as cents
    from cube.deal_close_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.outcome, q.reason
)

select c.outcome, c.reason, c.deals, c.deals, (sum(c.deals) over of_outcome)::bigint, c.cents, c.cents, (sum(c.cents) over of_outcome)::bigint
from closed as c
window of_outcome as (partition by c.outcome)
order by c.outcome, c.deals desc, c.reason
