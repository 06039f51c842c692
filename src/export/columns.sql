-- grain: one row per column of a table or view, in order · $1 schema.name · re-run: the same
-- A numeric's modifier holds precision and scale: ((precision << 16) | scale) + 4.
select
    a.attname::text as column_name,
    coalesce(base.typname, t.typname)::text as type_name,
    format_type(a.atttypid, a.atttypmod) as sql_type,
    case when a.atttypmod >= 4 then (a.atttypmod - 4) & 65535 end as scale,
    a.attnotnull as is_required,
    array_position(pk.conkey, a.attnum) as key_position
from pg_attribute as a
join pg_type as t on t.oid = a.atttypid
left join pg_type as base on base.oid = nullif(t.typbasetype, 0)
left join pg_constraint as pk on pk.conrelid = a.attrelid and pk.contype = 'p'
where a.attrelid = to_regclass($1) and a.attnum > 0 and not a.attisdropped
order by a.attnum
