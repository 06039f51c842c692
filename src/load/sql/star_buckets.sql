-- not prepared: a template, {table}, {entity}, {key}, {bucket} and {hash_sum} are put in
-- grain: one row per bucket of the keys that the star will hold alive when the staged rows are merged · $1 tenant_key · re-run: pure read
select {bucket}, count(*), {hash_sum}
from (
    select f.{key} as key
    from star.{table} as f
    where f.tenant_key = $1::int and f.deleted_at is null
        and not exists (select from staging."{entity}" as s where s.{key} = f.{key})
    union all
    select s.{key}
    from staging."{entity}" as s
    where s.{key} is not null {staged_is_live}
) as k
group by 1
