-- grain: one row per table, view or column of ours without a comment · no parameters · re-run: the same
select format('%s.%s', c.oid::regclass, a.attname) as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname in ('star', 'cube', 'metric', 'vesper') and c.relkind in ('r', 'p', 'v')
    and col_description(c.oid, a.attnum) is null
union all
select c.oid::regclass::text
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('star', 'cube', 'metric', 'vesper') and c.relkind in ('r', 'p', 'v')
    and obj_description(c.oid, 'pg_class') is null
order by 1
