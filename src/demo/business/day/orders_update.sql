-- grain: one order a row of the arrays · re-run: sets the same values
update order_orders o
set
    status = n.status::order_status,
    confirmed_at = case when n.status = 'confirmed' then n.at else o.confirmed_at end,
    fulfilled_at = case when n.status = 'fulfilled' then n.at else o.fulfilled_at end,
    cancelled_at = case when n.status = 'cancelled' then n.at else o.cancelled_at end,
    invoice_id = coalesce(n.invoice_id::text, o.invoice_id),
    updated_at = n.at
from unnest($1::uuid[], $2::text[], $3::uuid[], $4::timestamptz[]) as n (id, status, invoice_id, at)
where o.id = n.id::text
