-- grain: one snapshot · $1 tenant_key … $14 revenue_mode · re-run: another snapshot (the caller compares content_hash first)
insert into metric.snapshot (
    tenant_key, business_date, first_date, published_at, run_id, definition_hash, content_hash, currency, watermarks, reconciliation, warnings, members, checks, revenue_mode)
values ($1::int, $2::date, $3::date, $4::timestamptz, $5::bigint, $6::text, $7::text, $8::text, $9::jsonb, $10::jsonb, $11::jsonb, $12::jsonb, $13::jsonb, $14::text)
returning snapshot_id
