-- grain: one new version per customer with a change · $1 tenant_key · re-run: opens nothing twice
insert into star.dim_customer (
    tenant_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, basis, name, email_hash, source, tags, attributes, churn_reason,
    created_at, converted_at, churned_at, last_contacted_at, deleted_at)
select
    $1::int, c.customer_id, c.status, c.tier, c.sales_rep_key, c.company_key, c.changed_at, 'observed', c.name, c.email_hash, c.source, c.tags, c.attributes, c.churn_reason,
    c.created_at, c.converted_at, c.churned_at, c.last_contacted_at, c.deleted_at
from staging.changed_customer as c
where c.is_new_version
