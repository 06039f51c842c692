select
    p.id::text as payment_id,
    p.payment_no as payment_number,
    p.customer_id::text as customer_id,
    p.invoice_id::text as invoice_id,
    p.method::text as method,
    p.status::text as status,
    p.amount as amount_cents,
    p.refunded_amount as refunded_cents,
    p.currency,
    p.created_at,
    p.processed_at at time zone 'UTC' as processed_at,
    p.refunded_at,
    p.updated_at,
    p.deleted_at
from billing_payments as p
