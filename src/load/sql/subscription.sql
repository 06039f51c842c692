-- grain: one row per staged subscription, as fact_subscription wants it · $1 tenant_key, $2 extracted_at, $3 noticed_at, $4 known_until · re-run: pure read
with stamped as (
    select
        s.*,
        -- The last update, unless the load before knew it already or there is none: then the night.
        case when s.updated_at is null or (f.status is not null and s.updated_at <= $4::timestamptz) then $3::timestamptz else least(s.updated_at, $2::timestamptz) end as changed_at
    from staging.subscription as s
    left join star.fact_subscription as f on f.tenant_key = $1::int and f.subscription_id = s.subscription_id
),

staged as (
    select
        s.*,
        case s.status
            when 'trial' then null
            -- Cancelled before the trial was over: it never paid.
            else case when coalesce(s.ended_at, s.cancelled_at) <= s.trial_ended_at then null else coalesce(s.trial_ended_at, s.started_at) end
        end as paid_from,
        case s.status
            when 'cancelled' then coalesce(s.ended_at, s.cancelled_at, s.changed_at)
            when 'expired' then coalesce(s.ended_at, s.changed_at)
            when 'paused' then s.changed_at
        end as paid_until
    from stamped as s
)

select
    $1::int as tenant_key,
    s.subscription_id,
    coalesce(present.customer_key, 0) as customer_key,
    s.customer_id,
    s.plan,
    coalesce(p.plan_key, 0) as plan_key,
    s.status,
    s.billing_period,
    s.amount_cents,
    s.currency,
    round(s.amount_cents * coalesce(fx.rate, 1) / case s.billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end)::bigint as reporting_mrr_cents,
    s.started_at,
    (s.started_at at time zone 'UTC')::date as start_date,
    s.trial_ended_at,
    s.paid_from,
    case when s.paid_from is null then null when f.paid_until is not null and f.status = s.status then f.paid_until else s.paid_until end as paid_until,
    s.deleted_at
from staged as s
left join star.fact_subscription as f on f.tenant_key = $1::int and f.subscription_id = s.subscription_id
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= (s.started_at at time zone 'UTC')::date and (s.started_at at time zone 'UTC')::date < fx.valid_until
left join star.dim_plan as p on p.tenant_key = $1::int and p.plan = s.plan
