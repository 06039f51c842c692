select
    d.id::text as deal_id,
    d.customer_id::text as customer_id,
    d.company_id::text as company_id,
    d.assigned_to::text as sales_rep_id,
    d.name,
    d.value_cents,
    d.currency,
    d.stage::text as stage,
    d.probability,
    d.source::text as source,
    d.expected_close_date,
    d.actual_close_date,
    nullif(d.close_reason, '') as close_reason,
    d.created_at,
    d.updated_at,
    d.deleted_at
from customer_deals as d
