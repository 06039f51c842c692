-- grain: the running visit of each deal whose stage changed, ended · $1 tenant_key · re-run: ends nothing twice
update star.fact_deal_stage as v
set left_at = greatest(d.stage_changed_at, v.entered_at)
from star.fact_deal as d
join staging.changed_deal as c on c.deal_id = d.deal_id
where d.tenant_key = $1::int and v.tenant_key = d.tenant_key and v.deal_id = d.deal_id and v.left_at is null and v.stage <> d.stage
