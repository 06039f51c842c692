-- A night in which one percent of the deals and of the interactions changed, most of them recent, with the days and customers that its load would have touched.
create unlogged table changed_deal as select b.id from bid as b where b.born > date '2026-10-15' or b.n <= 50;
create unique index on changed_deal (id);
analyze changed_deal;
update star.fact_deal set reporting_cents = reporting_cents + 100, value_cents = value_cents + 100 where deal_id in (select id from changed_deal);
update star.fact_interaction set duration_seconds = duration_seconds + 1 where started_date > date '2026-11-15';

insert into vesper.touched_day (tenant_key, fact, day)
select 1, f.fact, d.date from star.dim_date as d cross join (values ('interaction'), ('customer')) as f (fact) where d.date between date '2026-11-16' and date '2026-11-25'
union
select 1, 'deal', e.day
from star.fact_deal as d cross join lateral (values (d.created_date), (d.actual_close_date)) as e (day)
where d.tenant_key = 1 and d.deal_id in (select id from changed_deal) and e.day is not null
union
select 1, 'deal', (e.at at time zone 'UTC')::date
from star.fact_deal_stage as v cross join lateral (values (v.entered_at), (v.left_at)) as e (at)
where v.tenant_key = 1 and v.deal_id in (select id from changed_deal) and e.at is not null;

insert into vesper.touched_customer (tenant_key, customer_id)
select distinct 1, c.customer_id
from star.fact_deal as d join star.dim_customer as c on c.customer_key = d.customer_key
where d.tenant_key = 1 and d.deal_id in (select id from changed_deal);
