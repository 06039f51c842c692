-- Promenade keeps these timestamps without a zone; they are UTC.
select
    s.id::text as subscription_id,
    s.customer_id::text as customer_id,
    s.plan_id as plan,
    s.status::text as status,
    s.billing_period::text as billing_period,
    s.amount_cents,
    s.currency,
    s.start_date at time zone 'UTC' as started_at,
    s.trial_end_date at time zone 'UTC' as trial_ended_at,
    s.cancelled_at at time zone 'UTC' as cancelled_at,
    coalesce(s.cancellation_effective_date, s.end_date) at time zone 'UTC' as ended_at,
    s.created_at at time zone 'UTC' as created_at,
    s.updated_at at time zone 'UTC' as updated_at,
    s.deleted_at at time zone 'UTC' as deleted_at
from billing_subscriptions as s
