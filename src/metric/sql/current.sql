-- grain: the current snapshot, when it holds exactly these numbers · $1 tenant_key, $2 content_hash · re-run: pure read
select s.snapshot_id
from metric.current as c join metric.snapshot as s on s.snapshot_id = c.snapshot_id
where c.tenant_key = $1::int and s.content_hash = $2::text
