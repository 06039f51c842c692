-- grain: one published snapshot · $1 snapshot · re-run: pure read
select published_at, currency::text as currency, reconciliation
from metric.snapshot
where snapshot_id = $1
