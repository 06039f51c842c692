-- A night in which one percent of the deals and of the interactions changed.
update star.fact_deal set reporting_cents = reporting_cents + 100, value_cents = value_cents + 100 where deal_id in (select id from bid where n % 100 = 0 and born > date '2026-10-01' or n between 1 and 9000);
update star.fact_interaction set duration_seconds = duration_seconds + 1 where started_date > date '2026-11-15';
insert into vesper.touched_day (tenant_key, fact, day)
select 1, f.fact, d.date from star.dim_date as d cross join (values ('deal'), ('interaction'), ('customer')) as f (fact) where d.date between date '2026-11-16' and date '2026-11-25';
