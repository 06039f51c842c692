-- grain: one row per subscription that runs · $1 the first instant after the day
select
    s.id::uuid as id,
    s.customer_id::uuid as customer_id,
    s.status::text as status,
    s.billing_period::text as billing_period,
    s.currency::text as currency,
    s.amount_cents,
    s.renewal_date < $1 at time zone 'utc' as is_due,
    coalesce(s.trial_end_date < $1 at time zone 'utc', false) as is_tried
from billing_subscriptions s
where s.status in ('trial', 'active', 'paused') and s.deleted_at is null
order by s.id
