-- grain: one row per table that a query reads, with what was ever written to it · $1 schemas, $2 tables · re-run: pure read
-- A new file means TRUNCATE, a rewrite or a restore: none of them counts rows.
select
    n.nspname::text,
    c.relname::text,
    coalesce(rn.nspname, n.nspname)::text as root_schema,
    coalesce(r.relname, c.relname)::text as root_name,
    c.oid::bigint,
    coalesce(pg_relation_filenode(c.oid), 0)::bigint,
    s.n_tup_ins,
    s.n_tup_upd,
    s.n_tup_del,
    c.relkind = 'r' as is_table
from unnest($1::text[], $2::text[]) as t (schema, name)
join pg_namespace as n on n.nspname = t.schema
join pg_class as c on c.relnamespace = n.oid and c.relname = t.name
left join pg_class as r on r.oid = pg_partition_root(c.oid)
left join pg_namespace as rn on rn.oid = r.relnamespace
left join pg_stat_all_tables as s on s.relid = c.oid
order by 1, 2
