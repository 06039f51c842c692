-- grain: one row per open stage · $1 tenant_key, $2 until, $3 from · re-run: pure read
-- Standard deviation (of a sample) and percentiles by whole hours: the median is the mean of the two middle visits, P90 the visit of that rank.
with visit as (
    select q.stage, q.hours, sum(q.visits) as visits, sum(q.seconds) as seconds
    from cube.stage_visit_day as q
    where q.tenant_key = $1::int and q.day >= $3::date and q.day < $2::date
    group by q.stage, q.hours
),

counted as (
    select v.stage, v.hours, sum(v.visits) over (partition by v.stage order by v.hours) as up_to, sum(v.visits) over (partition by v.stage) as n
    from visit as v
),

length as (
    select c.stage,
        min(c.hours) filter (where c.up_to * 2 >= c.n) + min(c.hours) filter (where c.up_to >= div(c.n, 2) + 1) as middle_hours,
        min(c.hours) filter (where c.up_to >= ceil(c.n * 0.9)) as p90_hours
    from counted as c
    group by c.stage
),

total as (
    select v.stage, sum(v.visits)::bigint as visits, sum(v.seconds)::bigint as seconds,
        -- Through sums of squares, since a row stands for many visits; one visit has no deviation.
        sqrt(greatest(0, sum(v.visits * v.hours::numeric ^ 2) - sum(v.visits * v.hours) ^ 2 / sum(v.visits)) / nullif(sum(v.visits) - 1, 0)) as deviation_hours
    from visit as v
    group by v.stage
),

stock as (
    select q.stage, sum(q.deals)::bigint as deals, sum(q.deals) * ($2::date - date '2000-01-01') - sum(q.entered_day_sum) as age_days
    from cube.deal_stock_between($1::int, '-infinity', $2::date) as q
    group by q.stage
),

ranked as (
    select s.rank, s.stage, coalesce(t.visits, 0) as visits, coalesce(t.seconds, 0) as seconds, t.deviation_hours, l.middle_hours, l.p90_hours,
        coalesce(o.deals, 0) as open_deals, coalesce(o.age_days, 0)::bigint as age_days,
        t.visits >= 5 and l.middle_hours * t.visits = max(l.middle_hours * t.visits) filter (where t.visits >= 5) over () as is_bottleneck
    from (values (1, 'lead'), (2, 'qualified'), (3, 'proposal'), (4, 'negotiation')) as s (rank, stage)
    left join total as t on t.stage = s.stage
    left join length as l on l.stage = s.stage
    left join stock as o on o.stage = s.stage
)

select r.stage, 'observed', r.visits, r.seconds, (r.visits * 86400)::bigint, round(r.deviation_hours * 3600)::bigint, 86400::bigint, r.middle_hours::bigint, 48::bigint, r.p90_hours::bigint, 24::bigint,
    r.open_deals, r.age_days, r.open_deals, case when r.is_bottleneck then 'bottleneck' end
from ranked as r
order by r.rank
