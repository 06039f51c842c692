-- grain: one row per staged quota, as fact_quota wants it · $1 tenant_key · re-run: pure read
select
    $1::int as tenant_key,
    s.quota_id,
    coalesce(by_id.sales_rep_key, by_address.sales_rep_key, 0) as sales_rep_key,
    s.start_date,
    s.until_date,
    s.amount_cents,
    s.currency,
    round(s.amount_cents * coalesce(fx.rate, 1))::bigint as reporting_cents,
    null::timestamptz as deleted_at
from staging.quota as s
left join star.sales_rep_handle as by_id on by_id.tenant_key = $1::int and by_id.handle = s.sales_rep
left join star.sales_rep_handle as by_address on by_address.tenant_key = $1::int and by_address.handle = lower(s.sales_rep)
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.start_date and s.start_date < fx.valid_until
