-- grain: the mark of one entity · $1 tenant_key, $2 source, $3 entity, $4 definition, $5 identity, $6 xid, $7 read_until, $8 counted_since, $9 tables, $10 compared_at, $11 what was asked for and is done now · re-run: the same row
insert into vesper.source_mark (tenant_key, source, entity, definition, identity, xid, read_until, counted_since, tables, compared_at)
values ($1::int, $2::text, $3::text, $4::text, $5::text, $6::text::numeric, $7::timestamptz, $8::text, $9::jsonb, $10::timestamptz)
on conflict (tenant_key, source, entity) do update set
    definition = excluded.definition, identity = excluded.identity, xid = excluded.xid, read_until = excluded.read_until,
    counted_since = excluded.counted_since, tables = excluded.tables, compared_at = excluded.compared_at,
    -- What was asked for after this load had begun is still to be done.
    asked_at = nullif(source_mark.asked_at, $11::timestamptz)
