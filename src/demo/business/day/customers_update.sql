-- grain: one customer a row of the arrays · re-run: sets the same values
update customer_customers u
set
    status = coalesce(n.status, u.status::text)::customer_status,
    tier = coalesce(n.tier, u.tier::text)::customer_tier,
    assigned_to = coalesce(n.assigned_to::text, u.assigned_to),
    last_contacted_at = coalesce(n.contacted_at, u.last_contacted_at),
    converted_at = case when n.status = 'customer' then coalesce(u.converted_at, n.at) else u.converted_at end,
    churned_at = case when n.status = 'churned' then n.at else u.churned_at end,
    churn_reason = coalesce(n.churn_reason, u.churn_reason),
    updated_at = n.at
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[], $7::timestamptz[])
    as n (id, status, tier, assigned_to, contacted_at, churn_reason, at)
where u.id = n.id::text
