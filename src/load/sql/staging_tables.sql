-- grain: one row per staging table that holds rows or may hold them · re-run: pure read
select format('%I.%I', n.nspname, c.relname)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'staging' and c.relkind = 'r'
order by 1
