-- grain: one row per table or view that is made to be read · no parameters · re-run: the same
select format('%s.%s', n.nspname, c.relname) as name, coalesce(obj_description(c.oid, 'pg_class'), '') as comment
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('star', 'cube', 'metric') and c.relkind in ('r', 'p', 'v') and not c.relispartition
order by n.nspname = 'star' desc, 1
