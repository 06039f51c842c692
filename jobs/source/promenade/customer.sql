select
    c.id::text as customer_id,
    c.name,
    c.email,
    c.status::text as status,
    c.tier::text as tier,
    c.source,
    c.assigned_to::text as sales_rep_id,
    c.company_id::text as company_id,
    c.tags,
    c.churn_reason,
    c.created_at,
    c.updated_at,
    c.last_contacted_at,
    c.converted_at,
    c.churned_at,
    c.deleted_at
from customer_customers as c
