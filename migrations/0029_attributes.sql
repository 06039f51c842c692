-- What a query or file selects of a member beyond the contract: one JSON object a member, overwritten (SCD1).
do $$
declare
    member text;
begin
    foreach member in array array['sales_rep', 'company', 'customer', 'product', 'territory', 'campaign'] loop
        execute format('alter table staging.%I add column attributes jsonb', member);
        execute format('alter table staging.%I add column attributes jsonb', 'changed_' || member);
        execute format('alter table star.%I add column attributes jsonb', 'dim_' || member);
        execute format('comment on column star.%I.attributes is ''What the source''''s query selects beyond the contract, by column name; overwritten''', 'dim_' || member);
    end loop;
end
$$;

create or replace view star.sales_rep with (security_invoker = true) as
select r.tenant_key, r.sales_rep_key, r.sales_rep_id, r.name, r.email, r.is_active, r.created_at, r.attributes
from star.dim_sales_rep as r
where r.is_current and r.deleted_at is null and r.tenant_key > 0;

create or replace view star.company with (security_invoker = true) as
select c.tenant_key, c.company_key, c.company_id, c.name, c.industry, c.size, c.country, c.created_at, c.attributes
from star.dim_company as c
where c.is_current and c.deleted_at is null and c.tenant_key > 0;

create or replace view star.product with (security_invoker = true) as
select p.tenant_key, p.product_key, p.product_id, p.sku, p.name, p.category, p.brand, p.status, p.created_at, p.attributes
from star.dim_product as p
where p.is_current and p.deleted_at is null and p.tenant_key > 0;

create or replace view star.customer with (security_invoker = true) as
select c.tenant_key, c.customer_key, c.customer_id, c.name, c.status, c.tier, r.name as sales_rep, o.name as company, o.industry, o.country,
    c.source, c.created_at, c.converted_at, c.churned_at, c.churn_reason, c.valid_from as version_since, c.attributes
from star.dim_customer as c
join star.dim_sales_rep as r on r.sales_rep_key = c.sales_rep_key
join star.dim_company as o on o.company_key = c.company_key
where c.is_current and c.deleted_at is null and c.tenant_key > 0;

create or replace view star.territory with (security_invoker = true) as
select t.tenant_key, t.territory_key, t.territory_id, t.name, t.region, t.country, r.name as sales_rep, t.attributes
from star.dim_territory as t
join star.dim_sales_rep as r on r.sales_rep_key = t.sales_rep_key
where t.deleted_at is null and t.tenant_key > 0;

create or replace view star.campaign with (security_invoker = true) as
select c.tenant_key, c.campaign_key, c.campaign_id, c.name, c.channel, c.start_date, c.until_date, c.budget_cents / 100.0 as budget, c.currency, c.attributes
from star.dim_campaign as c
where c.deleted_at is null and c.tenant_key > 0;

do $$
declare
    member text;
begin
    foreach member in array array['sales_rep', 'company', 'customer', 'product', 'territory', 'campaign'] loop
        execute format('comment on column star.%I.attributes is ''What the source''''s query selects beyond the contract, by column name''', member);
    end loop;
end
$$;
