-- Versions of reps (active or not), companies (industry, size, country) and products (category, brand, status), as dim_customer has
-- them. The first version of a member holds since ever, so that each instant has exactly one.

create function star.keep_durable_key() returns trigger language plpgsql as $$
begin
    new.durable_key := coalesce(new.durable_key, (to_jsonb(new) ->> tg_argv[0])::bigint);
    return new;
end
$$;
comment on function star.keep_durable_key is 'The first version of a member lends its key to all of them; $1 is the column of the key';

do $$
declare
    member text;
begin
    foreach member in array array['sales_rep', 'company', 'product'] loop
        execute format('alter table star.dim_%s
            add column valid_from timestamptz not null default ''-infinity'', add column valid_until timestamptz not null default ''infinity'',
            add column is_current boolean not null default true, add column basis text not null default ''inferred'' check (basis in (''observed'', ''inferred'')),
            add column durable_key bigint, add check (valid_from < valid_until), drop constraint dim_%1$s_tenant_key_%1$s_id_key', member);
        execute format('update star.dim_%s set durable_key = %1$s_key', member);
        execute format('alter table star.dim_%s alter column durable_key set not null, add constraint dim_%1$s_versions_disjoint
            exclude using gist (tenant_key with =, %1$s_id with =, tstzrange(valid_from, valid_until) with &&)', member);
        execute format('create unique index dim_%s_current on star.dim_%1$s (tenant_key, %1$s_id) where is_current', member);
        execute format('create trigger keep_durable_key before insert on star.dim_%s for each row execute function star.keep_durable_key(''%1$s_key'')', member);
        execute format('comment on column star.dim_%s.valid_from is ''The version holds from this instant …; -infinity for the first''', member);
        execute format('comment on column star.dim_%s.valid_until is ''… until this one (exclusive); infinity for the current version''', member);
        execute format('comment on column star.dim_%s.is_current is ''The version that holds now''', member);
        execute format('comment on column star.dim_%s.basis is ''observed: Vesper saw the change; inferred: the first version, taken to have held since ever''', member);
        execute format('comment on column star.dim_%s.durable_key is ''Key of the first version: one number for all versions, by which cubes and metrics count''', member);
        execute format('alter table staging.changed_%s add column version_key bigint, add column is_new boolean, add column is_new_version boolean,
            add column changed_at timestamptz', member);
    end loop;
end
$$;
comment on table star.dim_sales_rep is 'Grain: one version of a sales rep (SCD2 on is_active); key 0 is "unassigned". Name and address overwrite';
comment on table star.dim_company is 'Grain: one version of a company (SCD2 on industry, size and country); key 0 is "none". The name overwrites';
comment on table star.dim_product is 'Grain: one version of a product (SCD2 on category, brand and status); key 0 is "unknown". Name and SKU overwrite';
comment on column star.dim_customer.sales_rep_key is 'The owner, in the version that is current or was when this one ended; 0 is nobody';
comment on column star.dim_customer.company_key is 'The company, in the version that is current or was when this one ended; 0 is none';
comment on column star.fact_deal.sales_rep_key is 'The owner, for a closed deal who had it when it was first seen closed; the version valid at the close, or the current one while open';
comment on column star.fact_deal.company_key is 'The company''s version valid at the close, or the current one while open';
comment on column star.fact_interaction.sales_rep_key is 'Who spoke, in the version valid then; 0 is nobody';
comment on column star.fact_order.sales_rep_key is 'Who is credited, in the version valid at the order; 0 is nobody';
comment on column star.fact_order_line.product_key is 'The product''s version valid at the end of the order''s day';
comment on column star.fact_stock_movement.product_key is 'The product''s version valid at the movement';
comment on column star.fact_inventory_day.product_key is 'The product''s version when the level was first seen';
comment on column star.fact_quota.sales_rep_key is 'The rep''s current version';
comment on column star.dim_territory.sales_rep_key is 'The current version of who leads it; 0 is nobody';
comment on column cube.product_day.product_key is 'The product''s version as it was sold';
comment on column cube.product_pair_day.product_key is 'A product''s durable_key';

create or replace view star.sales_rep with (security_invoker = true) as
select r.tenant_key, r.sales_rep_key, r.sales_rep_id, r.name, r.email, r.is_active, r.created_at
from star.dim_sales_rep as r
where r.is_current and r.deleted_at is null and r.tenant_key > 0;

create or replace view star.company with (security_invoker = true) as
select c.tenant_key, c.company_key, c.company_id, c.name, c.industry, c.size, c.country, c.created_at
from star.dim_company as c
where c.is_current and c.deleted_at is null and c.tenant_key > 0;

create or replace view star.product with (security_invoker = true) as
select p.tenant_key, p.product_key, p.product_id, p.sku, p.name, p.category, p.brand, p.status, p.created_at
from star.dim_product as p
where p.is_current and p.deleted_at is null and p.tenant_key > 0;

create or replace view star.sales_rep_handle with (security_invoker = true) as
select distinct on (h.tenant_key, h.handle) h.tenant_key, h.handle, h.sales_rep_key
from (
    select r.tenant_key, r.sales_rep_id as handle, r.sales_rep_key, 0 as rank from star.dim_sales_rep as r where r.is_current
    union all
    select r.tenant_key, lower(r.email), r.sales_rep_key, case when r.deleted_at is null then 1 else 2 end
    from star.dim_sales_rep as r where r.is_current and r.email is not null
) as h
order by h.tenant_key, h.handle, h.rank, h.sales_rep_key;

do $$
declare
    cube text;
begin
    foreach cube in array array['deal_flow_day', 'deal_stock_day', 'customer_stock_day', 'interaction_day', 'order_day', 'revenue_day'] loop
        execute format('comment on column cube.%I.sales_rep_key is ''durable_key of star.dim_sales_rep, whatever the version; 0 is nobody''', cube);
    end loop;
end
$$;
