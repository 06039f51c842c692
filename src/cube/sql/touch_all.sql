-- grain: one row per fact and calendar day on which a cube has or could have a row · $1 tenant_key · re-run: adds nothing
-- Both ends come from the cubes and from every date that a cube's day is taken from: a century of empty days takes seconds.
insert into vesper.touched_day (tenant_key, fact, day)
with cube_day as (
    select day from cube.deal_flow_day where tenant_key = $1::int
    union all select day from cube.deal_stock_day where tenant_key = $1::int
    union all select month from cube.deal_stock_month where tenant_key = $1::int
    union all select day from cube.deal_cohort_day where tenant_key = $1::int
    union all select day from cube.customer_flow_day where tenant_key = $1::int
    union all select day from cube.customer_spell_day where tenant_key = $1::int
    union all select day from cube.customer_stock_day where tenant_key = $1::int
    union all select day from cube.customer_cohort_day where tenant_key = $1::int
    union all select day from cube.interaction_day where tenant_key = $1::int
    union all select month from cube.interaction_month where tenant_key = $1::int
    union all select day from cube.order_day where tenant_key = $1::int
    union all select day from cube.product_day where tenant_key = $1::int
    union all select month from cube.product_month where tenant_key = $1::int
    union all select day from cube.revenue_day where tenant_key = $1::int
    union all select day from cube.customer_purchase_day where tenant_key = $1::int
    union all select day from cube.deal_close_day where tenant_key = $1::int
    union all select day from cube.deal_age_day where tenant_key = $1::int
    union all select day from cube.stage_visit_day where tenant_key = $1::int
    union all select day from cube.product_pair_day where tenant_key = $1::int
    union all select month from cube.product_pair_month where tenant_key = $1::int
    union all select day from cube.basket_day where tenant_key = $1::int
    union all select day from cube.subscription_stock_day where tenant_key = $1::int
    union all select day from cube.mrr_movement_day where tenant_key = $1::int
),

star_instant as (
    select valid_from as at from star.dim_customer where tenant_key = $1::int
    union all select least(valid_until, deleted_at) from star.dim_customer where tenant_key = $1::int
    union all select entered_at from star.fact_customer_status where tenant_key = $1::int
    union all select left_at from star.fact_customer_status where tenant_key = $1::int
    union all select entered_at from star.fact_deal_stage where tenant_key = $1::int
    union all select left_at from star.fact_deal_stage where tenant_key = $1::int
    union all select deleted_at from star.fact_deal where tenant_key = $1::int
),

star_day as (
    select (at at time zone 'UTC')::date as day from star_instant where isfinite(at)
    union all select created_date from star.fact_deal where tenant_key = $1::int
    union all select actual_close_date from star.fact_deal where tenant_key = $1::int
    union all select started_date from star.fact_interaction where tenant_key = $1::int
    union all select order_date from star.fact_order where tenant_key = $1::int
    union all select order_date from star.fact_order_line where tenant_key = $1::int
    union all select payment_date from star.fact_payment where tenant_key = $1::int
    union all select refund_date from star.fact_payment where tenant_key = $1::int
    union all select valid_from from star.fact_mrr_spell where tenant_key = $1::int
    union all select valid_until from star.fact_mrr_spell where tenant_key = $1::int
),

span as (
    select min(day) as first_day, max(day) as last_day
    from (select day from cube_day union all select day from star_day) as known
)

select $1::int, f.fact, d.date
from span
join star.dim_date as d on d.date between span.first_day and span.last_day
cross join (values ('customer'), ('deal'), ('interaction'), ('order'), ('order_line'), ('payment'), ('subscription')) as f (fact)
on conflict do nothing
