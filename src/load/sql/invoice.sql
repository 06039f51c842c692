-- grain: one row per staged invoice, as fact_invoice wants it · $1 tenant_key · re-run: pure read
with staged as (
    select s.*, (s.issued_at at time zone 'UTC')::date as issue_date, (s.paid_at at time zone 'UTC')::date as paid_date
    from staging.invoice as s
)

select
    $1::int as tenant_key,
    s.invoice_id,
    s.invoice_number,
    coalesce(then_.customer_key, present.customer_key, 0) as customer_key,
    s.customer_id,
    s.order_id,
    s.status,
    s.subtotal_cents,
    s.tax_cents,
    s.amount_cents,
    s.currency,
    round(s.amount_cents * coalesce(fx.rate, 1))::bigint as reporting_cents,
    s.issued_at,
    s.issue_date,
    (s.due_at at time zone 'UTC')::date as due_date,
    s.paid_at,
    s.paid_date,
    s.paid_date - s.issue_date as days_to_pay,
    s.deleted_at
from staged as s
left join star.dim_customer as present on present.tenant_key = $1::int and present.customer_id = s.customer_id and present.is_current
left join star.dim_customer as then_
    on then_.tenant_key = $1::int and then_.customer_id = s.customer_id
    and then_.valid_from <= s.issued_at and s.issued_at < then_.valid_until
left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.issue_date and s.issue_date < fx.valid_until
