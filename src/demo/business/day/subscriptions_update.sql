-- grain: one subscription a row of the arrays · re-run: sets the same values, except that a renewal moves on
update billing_subscriptions s
set
    status = n.status::subscription_status,
    amount_cents = n.amount_cents,
    renewal_date = s.renewal_date + make_interval(months => n.months),
    cancelled_at = case when n.status = 'cancelled' then n.at at time zone 'utc' end,
    cancellation_effective_date = case when n.status = 'cancelled' then n.at at time zone 'utc' end,
    cancel_reason = case when n.status = 'cancelled' then n.reason end,
    end_date = case when n.status in ('cancelled', 'expired') then n.at at time zone 'utc' end,
    updated_at = n.at at time zone 'utc'
from unnest($1::uuid[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::timestamptz[])
    as n (id, status, amount_cents, months, reason, at)
where s.id = n.id::text
