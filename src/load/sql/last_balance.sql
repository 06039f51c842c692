-- grain: the last counted balance of an entity · $1 tenant_key, $2 source, $3 entity · re-run: pure read
select l.source_live, l.star_live, l.source_amount::text, l.star_amount::text, l.unequal
from vesper.load_count as l
where l.tenant_key = $1::int and l.source = $2::text and l.entity = $3::text
order by l.load_count_id desc
limit 1
