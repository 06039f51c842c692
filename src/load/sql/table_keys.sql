-- grain: one row per key, foreign key and index of a table that can be made again, in the order they are made · $1 schema.table · re-run: pure read
with target as (
    select $1::text::regclass as oid
),

-- What another table points to has to stay.
pointed_to as (
    select c.conindid
    from pg_constraint as c
    join target on c.confrelid = target.oid
    where c.contype = 'f'
)

select
    format('alter table %s drop constraint %I', c.conrelid::regclass, c.conname) as take,
    format('alter table %s add constraint %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) as make,
    case c.contype when 'p' then 1 when 'u' then 2 when 'x' then 3 else 4 end as step
from pg_constraint as c
join target on c.conrelid = target.oid
where c.contype in ('p', 'u', 'x', 'f') and c.conindid not in (select p.conindid from pointed_to as p where c.contype <> 'f') and c.conparentid = 0
union all
select format('drop index %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid), 3
from pg_index as i
join target on i.indrelid = target.oid
where not exists (select from pg_constraint as c where c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x') and c.conrelid = i.indrelid)
order by step, make
