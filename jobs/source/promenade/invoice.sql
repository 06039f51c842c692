-- Promenade keeps these dates without a zone; they are UTC.
select
    i.id::text as invoice_id,
    i.invoice_no as invoice_number,
    i.customer_id::text as customer_id,
    i.order_id::text as order_id,
    i.status::text as status,
    i.subtotal_amount as subtotal_cents,
    i.tax_amount as tax_cents,
    i.total_amount as amount_cents,
    i.currency,
    i.issue_date at time zone 'UTC' as issued_at,
    i.due_date at time zone 'UTC' as due_at,
    i.paid_date at time zone 'UTC' as paid_at,
    i.created_at,
    i.updated_at,
    i.deleted_at
from billing_invoices as i
