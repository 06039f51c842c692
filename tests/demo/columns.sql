-- grain: one row per column of a table in schema public, as `table.column type [labels]`
select format(
    '%s.%s %s%s',
    c.relname,
    a.attname,
    format_type(a.atttypid, a.atttypmod),
    (select ' (' || string_agg(e.enumlabel, ', ' order by e.enumsortorder) || ')' from pg_enum e where e.enumtypid = a.atttypid)
)
from pg_attribute a
join pg_class c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum
