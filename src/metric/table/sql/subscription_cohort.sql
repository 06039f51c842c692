-- grain: one row per quarter in which subscriptions began · $1 tenant_key, $2 until · re-run: pure read
-- By the day first: a day is put into its quarter once, and not each of its subscriptions.
with begun as (
    select s.start_date, count(*) as subscriptions, count(*) filter (where s.paid_from is not null) as paid,
        count(*) filter (where coalesce(s.deleted_at >= $2::date, true) and (s.status in ('active', 'trial', 'paused') or coalesce(s.paid_until >= $2::date, false))) as open
    from star.fact_subscription as s
    where s.tenant_key = $1::int and s.start_date < $2::date
    group by s.start_date
)

select to_char(q.quarter, 'YYYY"-Q"Q'), sum(q.subscriptions)::bigint, sum(q.paid)::bigint, sum(q.open)::bigint, sum(q.open)::bigint, sum(q.subscriptions)::bigint
from (select date_trunc('quarter', b.start_date::timestamp) as quarter, b.* from begun as b) as q
group by q.quarter
order by q.quarter
