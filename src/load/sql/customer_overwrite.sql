-- grain: every version of a changed customer that differs: what overwrites (SCD1) is the same in all of them · $1 tenant_key · re-run: no-op
update star.dim_customer as v
set name = c.name, email_hash = c.email_hash, source = c.source, tags = c.tags, attributes = c.attributes, churn_reason = c.churn_reason, created_at = c.created_at,
    converted_at = c.converted_at, churned_at = c.churned_at, last_contacted_at = c.last_contacted_at, deleted_at = c.deleted_at
from staging.changed_customer as c
where v.tenant_key = $1::int and v.customer_id = c.customer_id
    -- The versions that were opened with these values are not written twice.
    and (v.name, v.email_hash, v.source, v.tags, v.attributes, v.churn_reason, v.created_at, v.converted_at, v.churned_at, v.last_contacted_at, v.deleted_at)
    is distinct from
    (c.name, c.email_hash, c.source, c.tags, c.attributes, c.churn_reason, c.created_at, c.converted_at, c.churned_at, c.last_contacted_at, c.deleted_at)
