-- grain: one row per month in which trials began · $1 tenant_key, $2 until · re-run: pure read
-- A trial is a customer's first; it paid when a subscription of the customer was paid from then on, within so many days of its start.
-- A share is told when its days are over for all of the month: nobody has failed to pay before.
with trial as (
    select s.customer_id, min(s.start_date) as start_date
    from star.fact_subscription as s
    where s.tenant_key = $1::int and s.trial_ended_at is not null and s.customer_id is not null and s.start_date < $2::date
    group by s.customer_id
),

paid as (
    select t.customer_id, t.start_date, min((s.paid_from at time zone 'UTC')::date) as paid_date
    from trial as t
    left join star.fact_subscription as s on s.tenant_key = $1::int and s.customer_id = t.customer_id and s.paid_from is not null
        and (s.paid_from at time zone 'UTC')::date >= t.start_date and (s.paid_from at time zone 'UTC')::date < $2::date
        and (s.paid_until is null or s.paid_from < s.paid_until)
    group by t.customer_id, t.start_date
),

cohort as (
    select to_char(p.start_date, 'YYYY-MM') as month, count(*) as n, max(p.start_date) as last_start,
        count(*) filter (where p.paid_date < p.start_date + 14) as paid_14, count(*) filter (where p.paid_date < p.start_date + 30) as paid_30,
        count(*) filter (where p.paid_date < p.start_date + 90) as paid_90, count(p.paid_date) as paid
    from paid as p
    group by 1
)

select c.month, c.n, case when c.last_start + 14 <= $2::date then c.paid_14 end, c.n, case when c.last_start + 30 <= $2::date then c.paid_30 end, c.n,
    case when c.last_start + 90 <= $2::date then c.paid_90 end, c.n, c.paid, c.n, case when c.last_start + 90 > $2::date then 'immature' end
from cohort as c
order by c.month
