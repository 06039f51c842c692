-- grain: one row per staged payment, as fact_payment wants it · $1 tenant_key · re-run: pure read
with staged as (
    select
        s.*,
        coalesce(s.processed_at, s.created_at) as paid_at,
        (coalesce(s.processed_at, s.created_at) at time zone 'UTC')::date as payment_date,
        (s.refunded_at at time zone 'UTC')::date as refund_date
    from staging.payment as s
)

select
    $1::int as tenant_key,
    s.payment_id,
    s.payment_number,
    s.invoice_id,
    coalesce(then_.customer_key, present.customer_key, 0) as customer_key,
    s.customer_id,
    s.method,
    s.status,
    s.amount_cents,
    coalesce(s.refunded_cents, 0) as refunded_cents,
    s.currency,
    round(s.amount_cents * coalesce(fx.rate, 1))::bigint as reporting_cents,
    round(coalesce(s.refunded_cents, 0) * coalesce(back.rate, fx.rate, 1))::bigint as reporting_refunded_cents,
    s.created_at,
    s.processed_at,
    s.payment_date,
    s.refunded_at,
    s.refund_date,
    s.deleted_at
from staged as s
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as then_
    on then_.tenant_key = $1::int and then_.customer_id = s.customer_id
    and then_.valid_from <= s.paid_at and s.paid_at < then_.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.payment_date and s.payment_date < fx.valid_until
left join star.fx_span as back on back.tenant_key = $1::int and back.currency = s.currency and back.valid_from <= s.refund_date and s.refund_date < back.valid_until
