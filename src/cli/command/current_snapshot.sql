-- grain: the snapshot that was published last among the current ones · re-run: pure read
select s.snapshot_id, s.business_date, s.published_at
from metric.current as c join metric.snapshot as s on s.snapshot_id = c.snapshot_id
order by s.published_at desc
limit 1
