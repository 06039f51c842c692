-- grain: one row per day, event, owner and tier of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_flow_day (tenant_key, day, event, sales_rep_key, tier, deals, value_cents, days_to_close)
select $1::int, e.day, e.event, r.durable_key, c.tier, count(*), sum(d.reporting_cents), coalesce(sum(d.days_to_close) filter (where e.event = 'won'), 0)
from star.fact_deal as d
join star.dim_customer as c on c.customer_key = d.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = d.sales_rep_key
cross join lateral (
    values ('created', d.created_date), (case when d.is_won then 'won' when d.is_lost then 'lost' end, d.actual_close_date)
) as e (event, day)
where d.tenant_key = $1::int and e.event is not null
    and e.day in (select t.day from vesper.touched_day as t where t.tenant_key = $1::int and t.fact = 'deal')
group by e.day, e.event, r.durable_key, c.tier
