-- grain: the versions a new customer's own timestamps prove: before conversion, customer, churned · $1 tenant_key · re-run: adds nothing
with spell as (
    select c.*, s.spell_status, s.starts_at, s.ends_at
    from staging.changed_customer as c
    cross join lateral (
        values
        -- What came before is taken as the step right before the first one the row proves.
        (1, case when c.status in ('lead', 'prospect') then c.status else 'prospect' end, c.created_at,
            case when c.status in ('lead', 'prospect') then null when c.status = 'customer' or c.converted_at is not null then greatest(c.converted_at, c.created_at) else greatest(c.churned_at, c.created_at) end),
        (2, 'customer', greatest(c.converted_at, c.created_at),
            case when c.status = 'churned' then greatest(c.churned_at, c.converted_at, c.created_at) end),
        (3, 'churned', greatest(c.churned_at, c.converted_at, c.created_at), null)
    ) as s (step, spell_status, starts_at, ends_at)
    where c.is_new
        and case s.step
            when 1 then s.ends_at is null or s.ends_at > s.starts_at
            when 2 then c.status = 'customer' or (c.status = 'churned' and c.converted_at is not null and s.ends_at > s.starts_at)
            else c.status = 'churned'
        end
)

insert into star.dim_customer (
    tenant_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, valid_until, is_current, basis, name, email_hash, source, tags, attributes, churn_reason,
    created_at, converted_at, churned_at, last_contacted_at, deleted_at)
select
    $1::int, s.customer_id, s.spell_status, s.tier, s.sales_rep_key, s.company_key, s.starts_at, coalesce(s.ends_at, 'infinity'), s.ends_at is null, 'inferred',
    s.name, s.email_hash, s.source, s.tags, s.attributes, s.churn_reason, s.created_at, s.converted_at, s.churned_at, s.last_contacted_at, s.deleted_at
from spell as s
where s.version_key is null or s.ends_at is not null
