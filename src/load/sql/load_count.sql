-- grain: one row per entity of a load · $1 tenant_key, $2 run_id, $3 business_date, $4 mark, $5 extracted_at, $6 entities, $7–$11 counts · re-run: a new load, new rows
insert into vesper.load_count (tenant_key, run_id, business_date, mark, extracted_at, entity, read, loaded, unchanged, quarantined, deleted)
select $1::int, $2::bigint, $3::date, $4::text, $5::timestamptz, c.*
from unnest($6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[]) as c
