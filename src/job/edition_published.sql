-- grain: one edition · $1 edition · re-run: the same
select s.published_at
from vesper.edition as e
join metric.snapshot as s on s.snapshot_id = e.snapshot_id
where e.edition_id = $1
