-- grain: one deal whose present stage was entered at another instant than its row says · $1 tenant_key · re-run: changes nothing
update star.fact_deal as d
set stage_changed_at = v.entered_at
from staging.observed_deal_stage as v
where d.tenant_key = $1::int and d.deal_id = v.deal_id and v.left_at is null and d.stage_changed_at <> v.entered_at
