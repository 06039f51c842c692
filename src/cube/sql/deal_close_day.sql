-- grain: one row per close date, outcome, size band and reason of the touched days · $1 tenant_key · re-run: after the days were deleted, the same rows
insert into cube.deal_close_day (tenant_key, day, outcome, band, reason, deals, value_cents)
select $1::int, d.actual_close_date, case when d.is_won then 'won' else 'lost' end,
    width_bucket(case t.deal_size when 'list_price' then coalesce(d.list_price_cents, d.reporting_cents) else d.reporting_cents end, t.deal_band_cents),
    coalesce(nullif(trim(d.close_reason), ''), 'unspecified'), count(*), sum(d.reporting_cents)
from star.fact_deal as d
join star.dim_tenant as t on t.tenant_key = d.tenant_key
where d.tenant_key = $1::int and (d.is_won or d.is_lost)
    and d.actual_close_date in (select n.day from vesper.touched_day as n where n.tenant_key = $1::int and n.fact = 'deal')
group by 2, 3, 4, 5
