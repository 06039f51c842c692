-- grain: one row per staging table that is not empty · re-run: pure read
select format('%I.%I', n.nspname, c.relname)
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where n.nspname = 'staging' and c.relkind = 'r' and pg_relation_size(c.oid) > 0
order by 1
