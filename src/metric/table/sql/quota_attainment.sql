-- grain: one row per calendar year and rep with a quota · $1 tenant_key, $2 until · re-run: pure read
-- A quota counts for the days of it that are over; the revenue is that of exactly these days. Open value due: expected within the quotas' remaining days.
with quota as (
    select r.durable_key as sales_rep_key, extract(year from q.start_date)::int as year, q.start_date, least(q.until_date, $2::date) as until_date, q.until_date as ends_date,
        q.reporting_cents, q.reporting_cents * (least(q.until_date, $2::date) - q.start_date)::numeric / (q.until_date - q.start_date) as due_cents
    from star.fact_quota as q
    join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
    where q.tenant_key = $1::int and q.deleted_at is null and q.start_date < $2::date
),

target as (
    select q.year, q.sales_rep_key, sum(q.due_cents) as due_cents, sum(q.reporting_cents)::bigint as quota_cents, min(q.start_date) as starts, max(q.ends_date) as ends
    from quota as q
    group by q.year, q.sales_rep_key
),

won as (
    select q.year, q.sales_rep_key, sum(r.amount_cents) as cents
    from (select distinct year, sales_rep_key, start_date, until_date from quota) as q
    join cube.revenue_day as r on r.tenant_key = $1::int and r.sales_rep_key = q.sales_rep_key and r.day >= q.start_date and r.day < q.until_date
    join star.dim_tenant as t on t.tenant_key = r.tenant_key and t.revenue_mode = r.mode
    group by q.year, q.sales_rep_key
),

due as (
    select t.year, t.sales_rep_key, sum(d.reporting_cents)::bigint as cents
    from target as t
    join star.dim_sales_rep as v on v.durable_key = t.sales_rep_key
    join star.fact_deal as d on d.tenant_key = $1::int and d.sales_rep_key = v.sales_rep_key and not d.is_won and not d.is_lost and d.deleted_at is null
        and d.expected_close_date >= $2::date and d.expected_close_date < t.ends
    group by t.year, t.sales_rep_key
)

select t.year::text, p.sales_rep_id, p.name, round(t.due_cents)::bigint, round(coalesce(w.cents, 0))::bigint, round(coalesce(w.cents, 0))::bigint, round(t.due_cents)::bigint,
    t.quota_cents, coalesce(d.cents, 0), coalesce(d.cents, 0), greatest(0, t.quota_cents - round(coalesce(w.cents, 0)))::bigint
from target as t
join star.dim_sales_rep as p on p.sales_rep_key = t.sales_rep_key
left join won as w on w.year = t.year and w.sales_rep_key = t.sales_rep_key
left join due as d on d.year = t.year and d.sales_rep_key = t.sales_rep_key
order by t.year, p.name, p.sales_rep_id
