select
    c.id::text as company_id,
    c.name,
    c.industry,
    c.size::text as size,
    c.country,
    c.created_at,
    c.updated_at,
    c.deleted_at
from customer_companies as c
