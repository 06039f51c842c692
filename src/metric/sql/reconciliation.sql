-- grain: one entity's latest balance that was counted, with the marks of the latest load · $1 tenant_key · re-run: pure read
select l.entity, c.source_live, c.star_live, l.quarantined, trim_scale(c.source_amount)::text, trim_scale(c.star_amount)::text, l.mark, l.source
from (
    select distinct on (n.entity) n.*
    from vesper.load_count as n
    where n.tenant_key = $1::int
    order by n.entity, n.load_count_id desc
) as l
cross join lateral (
    select k.*
    from vesper.load_count as k
    where k.tenant_key = $1::int and k.entity = l.entity and k.source_live is not null and k.star_live is not null
    order by k.load_count_id desc
    limit 1
) as c
order by l.entity
