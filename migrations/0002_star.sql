-- The star: staging, dimensions, facts. Key 0 is the unknown member of every dimension.
create extension if not exists btree_gist;

create schema staging;
comment on schema staging is 'What the last extraction read, as the contract words it; emptied by each load';

create unlogged table staging.sales_rep (
    sales_rep_id text, name text, email text, is_active boolean, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.company (
    company_id text, name text, industry text, size text, country text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.customer (
    customer_id text, name text, email text, status text, tier text, source text, sales_rep_id text, company_id text, tags jsonb, churn_reason text,
    created_at timestamptz, updated_at timestamptz, last_contacted_at timestamptz, converted_at timestamptz, churned_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.product (
    product_id text, sku text, name text, category text, brand text, status text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.deal (
    deal_id text, customer_id text, company_id text, sales_rep_id text, name text, value_cents bigint, currency text, stage text, probability int, source text,
    expected_close_date date, actual_close_date date, close_reason text, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.interaction (
    interaction_id text, customer_id text, sales_rep_id text, type text, direction text, outcome text, started_at timestamptz, duration_seconds int,
    is_follow_up_required boolean, follow_up_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging."order" (
    order_id text, order_number text, customer_id text, sales_rep_id text, amount numeric, currency text, status text,
    ordered_at timestamptz, fulfilled_at timestamptz, cancelled_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);
create unlogged table staging.order_line (
    order_line_id text, order_id text, product_id text, quantity int, unit_price numeric, amount numeric, currency text, created_at timestamptz, updated_at timestamptz, violation text);
create unlogged table staging.subscription (
    subscription_id text, customer_id text, plan text, status text, billing_period text, amount_cents bigint, currency text,
    started_at timestamptz, trial_ended_at timestamptz, cancelled_at timestamptz, ended_at timestamptz, created_at timestamptz, updated_at timestamptz, deleted_at timestamptz, violation text);

create schema star;
comment on schema star is 'Dimensions and facts for BI tools; every key starts with tenant_key';

create table star.dim_date (
    date              date primary key,
    year              smallint not null,
    quarter_label     text not null,
    month             smallint not null,
    month_label       text not null,
    month_name        text not null,
    iso_year          smallint not null,
    iso_week          smallint not null,
    iso_week_label    text not null,
    iso_weekday       smallint not null,
    weekday_name      text not null,
    is_business_day   boolean not null);
comment on table star.dim_date is 'Grain: one calendar day from 1990 to 2100';
comment on column star.dim_date.date is 'The day; facts refer to it directly';
comment on column star.dim_date.quarter_label is 'Calendar quarter, 2025-Q1';
comment on column star.dim_date.month_label is 'Calendar month, 2025-01';
comment on column star.dim_date.iso_week_label is 'ISO 8601 week, 2025-W01';
comment on column star.dim_date.iso_weekday is 'Monday is 1, Sunday is 7';
comment on column star.dim_date.is_business_day is 'Monday to Friday; holidays are set by the calendar of the deployment';
insert into star.dim_date
select d::date, extract(year from d), to_char(d, 'YYYY"-Q"Q'), extract(month from d), to_char(d, 'YYYY-MM'), to_char(d, 'FMMonth'),
    extract(isoyear from d), extract(week from d), to_char(d, 'IYYY"-W"IW'), extract(isodow from d), to_char(d, 'FMDay'), extract(isodow from d) < 6
from generate_series(timestamp '1990-01-01', timestamp '2100-12-31', interval '1 day') as days (d);

create table star.dim_tenant (
    tenant_key int primary key,
    tenant     text not null unique,
    currency   char(3) not null);
comment on table star.dim_tenant is 'Grain: one source of the deployment; tenant 0 owns the unknown members';
comment on column star.dim_tenant.currency is 'Reporting currency (ISO 4217): what reporting amounts are converted to';
insert into star.dim_tenant values (0, 'unknown', 'XXX');

create table star.fx_rate (
    tenant_key int not null references star.dim_tenant,
    currency   char(3) not null,
    valid_from date not null,
    rate       numeric(20, 10) not null check (rate > 0),
    primary key (tenant_key, currency, valid_from));
comment on table star.fx_rate is 'Grain: one currency from a day on, until its next row; rate × amount = reporting amount';

create view star.fx_span with (security_invoker = true) as
select x.tenant_key, x.currency::text as currency, x.rate, x.valid_from,
    lead(x.valid_from, 1, 'infinity') over (partition by x.tenant_key, x.currency order by x.valid_from) as valid_until
from star.fx_rate as x
join star.dim_tenant as t on t.tenant_key = x.tenant_key and t.currency <> x.currency;
comment on view star.fx_span is 'Rates to the reporting currency with the day each ends (exclusive); join by currency and a day in between';

create table star.dim_sales_rep (
    tenant_key    int not null references star.dim_tenant,
    sales_rep_key bigint generated always as identity,
    sales_rep_id  text not null,
    name          text not null,
    email         text,
    is_active     boolean not null,
    created_at    timestamptz,
    deleted_at    timestamptz,
    is_inferred   boolean not null default false,
    primary key (tenant_key, sales_rep_key),
    unique (sales_rep_key),
    unique (tenant_key, sales_rep_id));
comment on table star.dim_sales_rep is 'Grain: one sales rep; key 0 is "unassigned"';
comment on column star.dim_sales_rep.is_inferred is 'A fact named this rep before the source delivered it';
insert into star.dim_sales_rep (tenant_key, sales_rep_key, sales_rep_id, name, is_active) overriding system value values (0, 0, 'unassigned', 'Unassigned', false);

create table star.dim_company (
    tenant_key  int not null references star.dim_tenant,
    company_key bigint generated always as identity,
    company_id  text not null,
    name        text not null,
    industry    text,
    size        text,
    country     text,
    created_at  timestamptz,
    deleted_at  timestamptz,
    is_inferred boolean not null default false,
    primary key (tenant_key, company_key),
    unique (company_key),
    unique (tenant_key, company_id));
comment on table star.dim_company is 'Grain: one company; key 0 is "none"';
insert into star.dim_company (tenant_key, company_key, company_id, name) overriding system value values (0, 0, 'none', 'None');

create table star.dim_product (
    tenant_key  int not null references star.dim_tenant,
    product_key bigint generated always as identity,
    product_id  text not null,
    sku         text,
    name        text not null,
    category    text,
    brand       text,
    status      text,
    created_at  timestamptz,
    deleted_at  timestamptz,
    is_inferred boolean not null default false,
    primary key (tenant_key, product_key),
    unique (product_key),
    unique (tenant_key, product_id));
comment on table star.dim_product is 'Grain: one product; key 0 is "unknown"';
insert into star.dim_product (tenant_key, product_key, product_id, name) overriding system value values (0, 0, 'unknown', 'Unknown');

create table star.dim_customer (
    tenant_key        int not null references star.dim_tenant,
    customer_key      bigint generated always as identity,
    customer_id       text not null,
    status            text not null check (status in ('lead', 'prospect', 'customer', 'churned', 'unknown')),
    tier              text not null check (tier in ('free', 'basic', 'pro', 'enterprise', 'unknown')),
    sales_rep_key     bigint not null references star.dim_sales_rep (sales_rep_key),
    company_key       bigint not null references star.dim_company (company_key),
    valid_from        timestamptz not null,
    valid_until       timestamptz not null default 'infinity',
    is_current        boolean not null default true,
    basis             text not null check (basis in ('observed', 'inferred')),
    name              text not null,
    email_hash        text,
    source            text,
    tags              jsonb,
    churn_reason      text,
    created_at        timestamptz,
    converted_at      timestamptz,
    churned_at        timestamptz,
    last_contacted_at timestamptz,
    deleted_at        timestamptz,
    is_inferred       boolean not null default false,
    primary key (tenant_key, customer_key),
    unique (customer_key),
    check (valid_from < valid_until),
    constraint dim_customer_versions_disjoint
        exclude using gist (tenant_key with =, customer_id with =, tstzrange(valid_from, valid_until) with &&));
create unique index dim_customer_current on star.dim_customer (tenant_key, customer_id) where is_current;
comment on table star.dim_customer is 'Grain: one version of a customer (SCD2 on status, tier, owner and company); key 0 is "unknown". Name, e-mail hash and tags overwrite';
comment on column star.dim_customer.valid_from is 'The version holds from this instant …';
comment on column star.dim_customer.valid_until is '… until this one (exclusive); infinity for the current version';
comment on column star.dim_customer.basis is 'observed: Vesper saw the change; inferred: derived from the row''s own timestamps';
comment on column star.dim_customer.email_hash is 'SHA-256 of the lower-case address, hex: joins without holding addresses';
comment on column star.dim_customer.deleted_at is 'The customer left the stocks at this instant; past flows keep it';
insert into star.dim_customer (tenant_key, customer_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, basis, name)
overriding system value values (0, 0, 'unknown', 'unknown', 'unknown', 0, 0, '-infinity', 'inferred', 'Unknown');

create table star.fact_customer_status (
    tenant_key  int not null references star.dim_tenant,
    customer_id text not null,
    visit       int not null,
    status      text not null,
    entered_at  timestamptz not null,
    left_at     timestamptz,
    basis       text not null check (basis in ('observed', 'inferred')),
    primary key (tenant_key, customer_id, visit),
    check (left_at is null or left_at >= entered_at));
comment on table star.fact_customer_status is 'Grain: one spell of a customer in a status';
comment on column star.fact_customer_status.visit is 'Order of the spells of a customer, from 1';

create table star.fact_deal (
    tenant_key          int not null references star.dim_tenant,
    deal_id             text not null,
    customer_key        bigint not null references star.dim_customer (customer_key),
    company_key         bigint not null references star.dim_company (company_key),
    sales_rep_key       bigint not null references star.dim_sales_rep (sales_rep_key),
    name                text,
    stage               text not null check (stage in ('lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost')),
    value_cents         bigint not null check (value_cents >= 0),
    currency            char(3) not null,
    reporting_cents     bigint not null,
    probability         int not null,
    source              text,
    close_reason        text,
    created_at          timestamptz not null,
    created_date        date not null references star.dim_date,
    expected_close_date date references star.dim_date,
    actual_close_date   date references star.dim_date,
    days_to_close       int,
    is_won              boolean not null,
    is_lost             boolean not null,
    stage_changed_at    timestamptz not null,
    deleted_at          timestamptz,
    primary key (tenant_key, deal_id));
comment on table star.fact_deal is 'Grain: one deal (accumulating snapshot)';
comment on column star.fact_deal.customer_key is 'The customer''s version valid at the close, or the current one while open';
comment on column star.fact_deal.sales_rep_key is 'The owner; for a closed deal the owner when it was first seen closed';
comment on column star.fact_deal.value_cents is 'Value in the deal''s own currency, minor units';
comment on column star.fact_deal.reporting_cents is 'Value in the reporting currency at the rate of the close date, of the creation date while open';
comment on column star.fact_deal.days_to_close is 'actual_close_date − created_date';
comment on column star.fact_deal.stage_changed_at is 'When the present stage was entered, as far as known';

create table star.fact_deal_stage (
    tenant_key int not null references star.dim_tenant,
    deal_id    text not null,
    visit      int not null,
    stage      text not null,
    entered_at timestamptz not null,
    left_at    timestamptz,
    seconds    bigint generated always as (extract(epoch from left_at - entered_at)::bigint) stored,
    basis      text not null check (basis in ('observed', 'inferred')),
    primary key (tenant_key, deal_id, visit),
    check (left_at is null or left_at >= entered_at));
comment on table star.fact_deal_stage is 'Grain: one visit of a stage by a deal';
comment on column star.fact_deal_stage.basis is 'observed: Vesper saw the deal enter and leave; inferred: passed before the first extraction, at an unknown time';

create table star.fact_interaction (
    tenant_key            int not null references star.dim_tenant,
    interaction_id        text not null,
    customer_key          bigint not null references star.dim_customer (customer_key),
    customer_id           text,
    sales_rep_key         bigint not null references star.dim_sales_rep (sales_rep_key),
    type                  text not null,
    direction             text,
    outcome               text not null,
    started_at            timestamptz not null,
    started_date          date not null references star.dim_date,
    duration_seconds      int,
    is_follow_up_required boolean not null,
    follow_up_at          timestamptz,
    deleted_at            timestamptz,
    primary key (tenant_key, interaction_id));
create index fact_interaction_customer on star.fact_interaction (tenant_key, customer_id, started_at);
comment on table star.fact_interaction is 'Grain: one interaction with a customer';
comment on column star.fact_interaction.outcome is '"none" where the source has none';

create table star.fact_order (
    tenant_key       int not null references star.dim_tenant,
    order_id         text not null,
    order_number     text,
    customer_key     bigint not null references star.dim_customer (customer_key),
    customer_id      text,
    sales_rep_key    bigint not null references star.dim_sales_rep (sales_rep_key),
    status           text not null,
    amount           numeric(19, 4) not null,
    currency         char(3) not null,
    reporting_amount numeric(19, 4) not null,
    ordered_at       timestamptz not null,
    order_date       date not null references star.dim_date,
    fulfilled_at     timestamptz,
    cancelled_at     timestamptz,
    deleted_at       timestamptz,
    primary key (tenant_key, order_id));
comment on table star.fact_order is 'Grain: one order';
comment on column star.fact_order.reporting_amount is 'Amount in the reporting currency at the rate of the order date';

create table star.fact_order_line (
    tenant_key       int not null references star.dim_tenant,
    order_line_id    text not null,
    order_id         text not null,
    customer_key     bigint not null references star.dim_customer (customer_key),
    sales_rep_key    bigint not null references star.dim_sales_rep (sales_rep_key),
    product_key      bigint not null references star.dim_product (product_key),
    order_date       date not null references star.dim_date,
    quantity         int not null,
    unit_price       numeric(19, 4) not null,
    amount           numeric(19, 4) not null,
    currency         char(3) not null,
    reporting_amount numeric(19, 4) not null,
    deleted_at       timestamptz,
    primary key (tenant_key, order_line_id));
comment on table star.fact_order_line is 'Grain: one line of an order';

create table star.fact_subscription (
    tenant_key          int not null references star.dim_tenant,
    subscription_id     text not null,
    customer_key        bigint not null references star.dim_customer (customer_key),
    customer_id         text,
    plan                text,
    status              text not null,
    billing_period      text not null,
    amount_cents        bigint not null,
    currency            char(3) not null,
    reporting_mrr_cents bigint not null,
    started_at          timestamptz not null,
    start_date          date not null references star.dim_date,
    trial_ended_at      timestamptz,
    paid_from           timestamptz,
    paid_until          timestamptz,
    deleted_at          timestamptz,
    primary key (tenant_key, subscription_id));
comment on table star.fact_subscription is 'Grain: one subscription';
comment on column star.fact_subscription.reporting_mrr_cents is 'Monthly recurring revenue in the reporting currency at the rate of the start date: yearly / 12, quarterly / 3';
comment on column star.fact_subscription.paid_from is 'First instant it counts as paid: the end of the trial, or the start; null while on trial';
comment on column star.fact_subscription.paid_until is 'Instant it stops counting; null while it runs';

create view star.customer with (security_invoker = true) as
select c.tenant_key, c.customer_key, c.customer_id, c.name, c.status, c.tier, r.name as sales_rep, o.name as company, o.industry, o.country,
    c.source, c.created_at, c.converted_at, c.churned_at, c.churn_reason, c.valid_from as version_since
from star.dim_customer as c
join star.dim_sales_rep as r on r.sales_rep_key = c.sales_rep_key
join star.dim_company as o on o.company_key = c.company_key
where c.is_current and c.deleted_at is null and c.tenant_key > 0;
comment on view star.customer is 'Live customers as they are now, names joined';

create view star.deal with (security_invoker = true) as
select d.tenant_key, d.deal_id, d.name, d.stage, d.value_cents / 100.0 as value, d.currency, d.reporting_cents / 100.0 as reporting_value, d.probability,
    c.name as customer, c.tier, r.name as sales_rep, d.created_date, d.expected_close_date, d.actual_close_date, d.days_to_close, d.is_won, d.is_lost, d.close_reason
from star.fact_deal as d
join star.dim_customer as c on c.customer_key = d.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = d.sales_rep_key
where d.deleted_at is null;
comment on view star.deal is 'Live deals as they are now, names joined';

create table vesper.quarantine (
    tenant_key    int not null references star.dim_tenant,
    entity        text not null,
    entity_key    text not null,
    reason        text not null,
    row           jsonb not null,
    run_id        bigint,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    primary key (tenant_key, entity, entity_key));
comment on table vesper.quarantine is 'Rows that break the contract, held until the source mends them; each load tries them again';

create table vesper.load_count (
    load_count_id bigint generated always as identity primary key,
    tenant_key    int not null references star.dim_tenant,
    run_id        bigint,
    business_date date not null,
    source        text not null,
    entity        text not null,
    read          bigint not null,
    loaded        bigint not null,
    unchanged     bigint not null,
    quarantined   bigint not null,
    deleted       bigint not null,
    source_live   bigint not null,
    star_live     bigint not null,
    source_amount numeric,
    star_amount   numeric,
    mark          text not null,
    extracted_at  timestamptz not null,
    check (read = loaded + unchanged + quarantined));
create index load_count_latest on vesper.load_count (tenant_key, entity, load_count_id desc);
comment on table vesper.load_count is 'Grain: one entity of one load; no row is lost silently: read = loaded + unchanged + quarantined';
comment on column vesper.load_count.source_live is 'Rows the source holds that are not deleted and not in quarantine; equals star_live, or nothing is published';
comment on column vesper.load_count.source_amount is 'Sum of their amounts over all currencies (deal: cents); equals star_amount';
comment on column vesper.load_count.mark is 'High-water mark of the extraction: the source snapshot''s xmin';

create index dim_customer_versions on star.dim_customer (tenant_key, customer_id, valid_from);

-- What a load found new or different, one table an entity: the merge, the touched days and the history read it.
create unlogged table staging.sales_rep_change as select tenant_key, sales_rep_id, name, email, is_active, created_at, deleted_at, is_inferred from star.dim_sales_rep with no data;
create unlogged table staging.company_change as select tenant_key, company_id, name, industry, size, country, created_at, deleted_at, is_inferred from star.dim_company with no data;
create unlogged table staging.product_change as select tenant_key, product_id, sku, name, category, brand, status, created_at, deleted_at, is_inferred from star.dim_product with no data;
create unlogged table staging.customer_change (
    customer_id text, status text, tier text, sales_rep_key bigint, company_key bigint, name text, email_hash text, source text, tags jsonb, churn_reason text,
    created_at timestamptz, converted_at timestamptz, churned_at timestamptz, last_contacted_at timestamptz, deleted_at timestamptz,
    version_key bigint, is_new boolean, is_new_version boolean, is_new_status boolean, changed_at timestamptz);
create unlogged table staging.deal_change (like star.fact_deal);
create unlogged table staging.interaction_change (like star.fact_interaction);
create unlogged table staging.order_change (like star.fact_order);
create unlogged table staging.order_line_change (like star.fact_order_line);
create unlogged table staging.subscription_change (like star.fact_subscription);

create table vesper.touched_day (
    tenant_key int not null references star.dim_tenant,
    fact       text not null,
    day        date not null,
    primary key (tenant_key, fact, day));
comment on table vesper.touched_day is 'Days of a fact that changed since the cubes were last refreshed';
