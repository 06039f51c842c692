-- grain: one key in quarantine · $1 tenant_key, $2 entity · re-run: pure read
select q.entity_key
from vesper.quarantine as q
where q.tenant_key = $1::int and q.entity = $2::text
order by q.entity_key
