-- grain: one entity of a run's loads, and their sum · $1 run_id · re-run: pure read
select coalesce(c.entity, 'all'), sum(c.read)::bigint, sum(c.loaded)::bigint, sum(c.unchanged)::bigint, sum(c.quarantined)::bigint, sum(c.deleted)::bigint,
    case when c.entity is not null then string_agg(distinct c.reach, '; ') end
from vesper.load_count as c
where c.run_id = $1::bigint
group by grouping sets ((c.entity), ())
-- The sum of no loads is no row.
having count(*) > 0
order by c.entity is null, min(c.load_count_id)
