-- grain: one invoice a row of the arrays · re-run: sets the same values
update billing_invoices i
set
    status = n.status,
    paid_date = case when n.status = 'paid' then n.at at time zone 'utc' end,
    updated_at = n.at
from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as n (id, status, at)
where i.id = n.id::text
