-- grain: one row per staged cost, as fact_campaign_cost wants it · $1 tenant_key · re-run: pure read
select
    $1::int as tenant_key,
    s.campaign_cost_id,
    coalesce(c.campaign_key, 0) as campaign_key,
    s.cost_date,
    s.amount_cents,
    s.currency,
    round(s.amount_cents * coalesce(fx.rate, 1))::bigint as reporting_cents,
    null::timestamptz as deleted_at
from staging.campaign_cost as s
left join star.dim_campaign as c on c.tenant_key = $1::int and c.campaign_id = s.campaign_id
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.cost_date and s.cost_date < fx.valid_until
