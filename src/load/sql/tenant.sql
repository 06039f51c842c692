-- grain: the tenant's row · $1 tenant, $2 reporting currency, $3 revenue mode, $4 RFM score, $5 RFM days, $6 seasonal index, $7 gross margin, $8 size bands, $9 netting of MRR, $10 mean and $11 deviation of the lead time, $12 service level, $13 what sizes a deal · re-run: the same key
with before as (
    select t.tenant_key, t.deal_band_cents, t.deal_size from star.dim_tenant as t where t.tenant = $1::text
),

-- Other bands, or another size, sort every closed deal anew.
touched as (
    insert into vesper.touched_day (tenant_key, fact, day)
    select distinct b.tenant_key, 'deal', q.day
    from before as b
    join cube.deal_close_day as q on q.tenant_key = b.tenant_key
    where b.deal_band_cents <> $8::bigint[] or b.deal_size <> $13::text
    on conflict do nothing
)

insert into star.dim_tenant as t (
    tenant_key, tenant, currency, revenue_mode, rfm_score, rfm_days, season_index, gross_margin_percent, deal_band_cents, mrr_netting,
    lead_time_days, lead_time_deviation_days, service_percent, deal_size)
values ((select max(tenant_key) + 1 from star.dim_tenant), $1::text, $2::text, $3::text, $4::text, $5::int, $6::text, $7::int, $8::bigint[], $9::text,
    $10::int, $11::int, $12::int, $13::text)
on conflict (tenant) do update
set currency = excluded.currency, revenue_mode = excluded.revenue_mode, rfm_score = excluded.rfm_score, rfm_days = excluded.rfm_days,
    season_index = excluded.season_index, gross_margin_percent = excluded.gross_margin_percent, deal_band_cents = excluded.deal_band_cents,
    mrr_netting = excluded.mrr_netting, lead_time_days = excluded.lead_time_days, lead_time_deviation_days = excluded.lead_time_deviation_days,
    service_percent = excluded.service_percent, deal_size = excluded.deal_size
returning tenant_key
