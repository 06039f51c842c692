-- grain: one row per staged interaction, as fact_interaction wants it · $1 tenant_key, $2 extracted_at (of the merge) · re-run: pure read
select
    $1::int as tenant_key,
    s.interaction_id,
    coalesce(then_.customer_key, present.customer_key, 0) as customer_key,
    s.customer_id,
    coalesce(r.sales_rep_key, 0) as sales_rep_key,
    s.type,
    s.direction,
    coalesce(s.outcome, 'none') as outcome,
    s.started_at,
    (s.started_at at time zone 'UTC')::date as started_date,
    s.duration_seconds,
    coalesce(s.is_follow_up_required, false) as is_follow_up_required,
    s.follow_up_at,
    s.deleted_at
from staging.interaction as s
left join star.dim_sales_rep as r
    on r.tenant_key = $1::int and r.sales_rep_id = s.sales_rep_id
    and r.valid_from <= s.started_at and s.started_at < r.valid_until
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as then_
    on then_.tenant_key = $1::int and then_.customer_id = s.customer_id
    and then_.valid_from <= s.started_at and s.started_at < then_.valid_until
