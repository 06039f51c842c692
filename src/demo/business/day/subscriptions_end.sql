-- grain: one subscription of a customer that left · $1 customers, $2 reasons, $3 when · re-run: changes nothing
update billing_subscriptions s
set
    status = 'cancelled',
    cancelled_at = n.at at time zone 'utc',
    cancellation_effective_date = n.at at time zone 'utc',
    end_date = n.at at time zone 'utc',
    cancel_reason = n.reason,
    updated_at = n.at at time zone 'utc'
from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n (customer_id, reason, at)
where s.customer_id = n.customer_id::text and s.status in ('trial', 'active', 'paused')
