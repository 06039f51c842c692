-- grain: one row per entity of a source that was loaded before · $1 tenant_key, $2 source · re-run: pure read
select m.entity, m.definition, m.identity, m.xid::text, m.read_until, m.counted_since, m.tables, m.compared_at, m.asked_at
from vesper.source_mark as m
where m.tenant_key = $1::int and m.source = $2::text
