-- grain: the running visit of each deal whose stage changed, ended · $1 tenant_key · re-run: ends nothing twice
update star.fact_deal_stage as v
set left_at = greatest(c.stage_changed_at, v.entered_at)
from staging.changed_deal as c
where v.tenant_key = $1::int and v.deal_id = c.deal_id and v.left_at is null and v.stage <> c.stage
