-- grain: one row per invoice that is not paid · $1 the first instant after the day
select
    i.id::uuid as id,
    i.customer_id::uuid as customer_id,
    i.total_amount,
    i.currency::text as currency,
    i.status,
    i.due_date < $1 at time zone 'utc' as is_due
from billing_invoices i
where i.status in ('sent', 'overdue') and i.deleted_at is null
order by i.id
