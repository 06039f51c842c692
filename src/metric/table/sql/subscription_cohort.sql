-- grain: one row per quarter in which subscriptions began · $1 tenant_key, $2 until · re-run: pure read
with begun as (
    select date_trunc('quarter', s.start_date::timestamp)::date as quarter, s.paid_from is not null as is_paid,
        coalesce(s.deleted_at >= $2::date, true) and (s.status in ('active', 'trial', 'paused') or coalesce(s.paid_until >= $2::date, false)) as is_open
    from star.fact_subscription as s
    where s.tenant_key = $1::int and s.start_date < $2::date
)

select to_char(b.quarter, 'YYYY"-Q"Q'), count(*), count(*) filter (where b.is_paid), count(*) filter (where b.is_open), count(*) filter (where b.is_open), count(*)
from begun as b
group by b.quarter
order by b.quarter
