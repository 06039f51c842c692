-- grain: one entity's latest balance · $1 tenant_key · re-run: pure read
select distinct on (l.entity) l.entity, l.source_live, l.star_live, l.quarantined, l.source_amount::text, l.star_amount::text, l.mark, l.source
from vesper.load_count as l
where l.tenant_key = $1::int
order by l.entity, l.load_count_id desc
