-- grain: one rate per currency and first day · $1 tenant_key · re-run: writes only what differs
insert into star.fx_rate as f (tenant_key, currency, valid_from, rate)
select distinct on (s.currency, s.valid_from) $1::int, s.currency, s.valid_from, s.rate::numeric(20, 10)
from staging.fx_rate as s
order by s.currency, s.valid_from, s.fx_rate_id
on conflict (tenant_key, currency, valid_from) do update set rate = excluded.rate
where f.rate <> excluded.rate
