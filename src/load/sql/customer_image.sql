-- grain: one row per staged customer that is new or differs from its current version · $1 tenant_key, $2 extracted_at, $3 noticed_at, $4 known_until · re-run: empty
insert into staging.changed_customer (
    customer_id, status, tier, sales_rep_key, company_key, name, email_hash, source, tags, attributes, churn_reason,
    created_at, converted_at, churned_at, last_contacted_at, deleted_at, version_key, is_new, is_new_version, is_new_status, changed_at)
with image as (
    select
        s.customer_id,
        s.status,
        coalesce(s.tier, 'unknown') as tier,
        coalesce(r.sales_rep_key, 0) as sales_rep_key,
        coalesce(c.company_key, 0) as company_key,
        s.name,
        encode(sha256(convert_to(lower(s.email), 'UTF8')), 'hex') as email_hash,
        s.source,
        s.tags,
        s.attributes,
        s.churn_reason,
        s.created_at,
        s.converted_at,
        s.churned_at,
        s.last_contacted_at,
        s.deleted_at,
        s.updated_at
    from staging.customer as s
    left join star.dim_sales_rep as r on r.tenant_key = $1::int and r.sales_rep_id = s.sales_rep_id and r.is_current
    left join star.dim_company as c on c.tenant_key = $1::int and c.company_id = s.company_id and c.is_current
),

compared as (
    select
        i.*,
        v.customer_key as version_key,
        v.valid_from as version_from,
        v.customer_key is null or v.is_inferred as is_new,
        (i.status, i.tier, i.sales_rep_key, i.company_key) is distinct from (v.status, v.tier, v.sales_rep_key, v.company_key) as is_new_version,
        i.status is distinct from v.status as is_new_status,
        (i.name, i.email_hash, i.source, i.tags, i.attributes, i.churn_reason, i.created_at, i.converted_at, i.churned_at, i.last_contacted_at, i.deleted_at)
        is distinct from
        (v.name, v.email_hash, v.source, v.tags, v.attributes, v.churn_reason, v.created_at, v.converted_at, v.churned_at, v.last_contacted_at, v.deleted_at) as is_overwritten
    from image as i
    left join star.dim_customer as v on v.tenant_key = $1::int and v.customer_id = i.customer_id and v.is_current
)

select
    c.customer_id, c.status, c.tier, c.sales_rep_key, c.company_key, c.name, c.email_hash, c.source, c.tags, c.attributes, c.churn_reason,
    c.created_at, c.converted_at, c.churned_at, c.last_contacted_at, c.deleted_at, c.version_key, c.is_new, c.is_new_version and not c.is_new, c.is_new_status,
    -- When the change happened: the row's own stamp of the new status, else its last update if that is news, else the night; never before the version it ends.
    greatest(
        case
            when c.is_new_status and c.status = 'customer' and c.converted_at between c.version_from and $2 then c.converted_at
            when c.is_new_status and c.status = 'churned' and c.churned_at between c.version_from and $2 then c.churned_at
            when c.updated_at > coalesce($4::timestamptz, '-infinity') then least(c.updated_at, $2::timestamptz)
            else $3::timestamptz
        end,
        c.version_from + interval '1 microsecond') as changed_at
from compared as c
where c.is_new or c.is_new_version or c.is_overwritten
