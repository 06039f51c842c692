-- grain: one rate per currency and first day · $1 tenant_key, $2 currencies, $3 first days, $4 rates · re-run: writes only what differs
insert into star.fx_rate as f (tenant_key, currency, valid_from, rate)
select $1::int, r.currency, r.valid_from, r.rate::numeric(20, 10)
from unnest($2::text[], $3::date[], $4::text[]) as r (currency, valid_from, rate)
on conflict (tenant_key, currency, valid_from) do update set rate = excluded.rate
where f.rate <> excluded.rate
