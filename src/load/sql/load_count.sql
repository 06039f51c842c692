-- grain: one row per entity of a load · $1 tenant_key, $2 run_id, $3 business_date, $4 mark, $5 extracted_at, $6 entities, $7–$13 counts, $14–$15 amounts, $16 source, $17 reaches, $18 differences in words · re-run: a new load, new rows
insert into vesper.load_count (
    tenant_key, run_id, business_date, mark, extracted_at, source, entity, read, loaded, unchanged, quarantined, deleted, source_live, star_live, source_amount, star_amount, reach, unequal)
select $1::int, $2::bigint, $3::date, $4::text, $5::timestamptz, $16::text,
    c.entity, c.read, c.loaded, c.unchanged, c.quarantined, c.deleted, c.source_live, c.star_live, c.source_amount::numeric, c.star_amount::numeric, c.reach, c.unequal
from unnest($6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::text[], $17::text[], $18::text[])
    as c (entity, read, loaded, unchanged, quarantined, deleted, source_live, star_live, source_amount, star_amount, reach, unequal)
