-- What companies keep in spreadsheets: territories, quotas, campaigns, the loyalty programme, rates.

create unlogged table staging.fx_rate (fx_rate_id text, currency text, valid_from date, rate text, violation text);
create unlogged table staging.territory (territory_id text, name text, region text, country text, sales_rep text, violation text);
create unlogged table staging.campaign (
    campaign_id text, name text, channel text, start_date date, until_date date, budget_cents bigint, currency text, violation text);
create unlogged table staging.quota (
    quota_id text, sales_rep text, start_date date, until_date date, amount_cents bigint, currency text, violation text);
create unlogged table staging.campaign_cost (
    campaign_cost_id text, campaign_id text, cost_date date, amount_cents bigint, currency text, violation text);
create unlogged table staging.campaign_touch (
    campaign_touch_id text, campaign_id text, customer text, type text, touched_at timestamptz, violation text);
create unlogged table staging.loyalty_member (
    loyalty_member_id text, customer text, tier text, points int, joined_date date, left_date date, violation text);

comment on column star.fx_rate.tenant_key is 'Whose rate it is';
comment on column star.fx_rate.currency is 'ISO 4217 code';
comment on column star.fx_rate.valid_from is 'First day the rate holds';
comment on column star.fx_rate.rate is 'amount × rate = amount in the reporting currency';

-- Spreadsheets name people by id or by e-mail address.
create view star.sales_rep_handle with (security_invoker = true) as
select distinct on (h.tenant_key, h.handle) h.tenant_key, h.handle, h.sales_rep_key
from (
    select r.tenant_key, r.sales_rep_id as handle, r.sales_rep_key, 0 as rank from star.dim_sales_rep as r
    union all
    select r.tenant_key, lower(r.email), r.sales_rep_key, case when r.deleted_at is null then 1 else 2 end from star.dim_sales_rep as r where r.email is not null
) as h
order by h.tenant_key, h.handle, h.rank, h.sales_rep_key;
comment on view star.sales_rep_handle is 'The names by which reference data may call a rep: id, or e-mail address in lower case';

create view star.customer_handle with (security_invoker = true) as
select distinct on (h.tenant_key, h.handle) h.tenant_key, h.handle, h.customer_id
from (
    select c.tenant_key, c.customer_id as handle, c.customer_id, 0 as rank from star.dim_customer as c where c.is_current
    union all
    select c.tenant_key, c.email_hash, c.customer_id, case when c.deleted_at is null then 1 else 2 end from star.dim_customer as c where c.is_current and c.email_hash is not null
) as h
order by h.tenant_key, h.handle, h.rank, h.customer_id;
comment on view star.customer_handle is 'The names by which reference data may call a customer: id, or SHA-256 of the e-mail address in lower case, hex';

create table star.dim_territory (
    tenant_key    int not null references star.dim_tenant,
    territory_key bigint generated always as identity,
    territory_id  text not null,
    name          text not null,
    region        text,
    country       text,
    sales_rep_key bigint not null default 0 references star.dim_sales_rep (sales_rep_key),
    deleted_at    timestamptz,
    is_inferred   boolean not null default false,
    primary key (tenant_key, territory_key),
    unique (territory_key),
    unique (tenant_key, territory_id));
comment on table star.dim_territory is 'Grain: one territory; key 0 is "none"';
comment on column star.dim_territory.tenant_key is 'Whose row it is';
comment on column star.dim_territory.territory_key is 'Ours; facts join by it';
comment on column star.dim_territory.territory_id is 'Its short name';
comment on column star.dim_territory.name is 'Display name';
comment on column star.dim_territory.region is 'What it is part of';
comment on column star.dim_territory.country is 'The country whose customers belong to it';
comment on column star.dim_territory.sales_rep_key is 'Who leads it';
comment on column star.dim_territory.deleted_at is 'When it was seen to be gone';
comment on column star.dim_territory.is_inferred is 'A fact named it before it was delivered';
insert into star.dim_territory (tenant_key, territory_key, territory_id, name) overriding system value values (0, 0, 'none', 'None');

create table star.dim_campaign (
    tenant_key   int not null references star.dim_tenant,
    campaign_key bigint generated always as identity,
    campaign_id  text not null,
    name         text not null,
    channel      text,
    start_date   date,
    until_date   date,
    budget_cents bigint,
    currency     char(3),
    deleted_at   timestamptz,
    is_inferred  boolean not null default false,
    primary key (tenant_key, campaign_key),
    unique (campaign_key),
    unique (tenant_key, campaign_id));
comment on table star.dim_campaign is 'Grain: one campaign; key 0 is "none"';
comment on column star.dim_campaign.tenant_key is 'Whose row it is';
comment on column star.dim_campaign.campaign_key is 'Ours; facts join by it';
comment on column star.dim_campaign.campaign_id is 'Its short name';
comment on column star.dim_campaign.name is 'Display name';
comment on column star.dim_campaign.channel is 'email, search, event, …';
comment on column star.dim_campaign.start_date is 'First day';
comment on column star.dim_campaign.until_date is 'First day after it';
comment on column star.dim_campaign.budget_cents is 'What it may cost, minor units of its currency; a plan, so it is not converted';
comment on column star.dim_campaign.currency is 'ISO 4217 code of the budget';
comment on column star.dim_campaign.deleted_at is 'When it was seen to be gone';
comment on column star.dim_campaign.is_inferred is 'A cost or a touch named it before it was delivered';
insert into star.dim_campaign (tenant_key, campaign_key, campaign_id, name) overriding system value values (0, 0, 'none', 'None');

create table star.fact_quota (
    tenant_key      int not null references star.dim_tenant,
    quota_id        text not null,
    sales_rep_key   bigint not null references star.dim_sales_rep (sales_rep_key),
    start_date      date not null references star.dim_date,
    until_date      date not null,
    amount_cents    bigint not null check (amount_cents >= 0),
    currency        char(3) not null,
    reporting_cents bigint not null,
    deleted_at      timestamptz,
    primary key (tenant_key, quota_id),
    check (start_date < until_date));
create index fact_quota_rep on star.fact_quota (tenant_key, sales_rep_key, start_date);
comment on table star.fact_quota is 'Grain: one rep and period';
comment on column star.fact_quota.tenant_key is 'Whose row it is';
comment on column star.fact_quota.quota_id is 'The source''s id, or rep and first day';
comment on column star.fact_quota.sales_rep_key is 'The rep';
comment on column star.fact_quota.start_date is 'First day of the period';
comment on column star.fact_quota.until_date is 'First day after the period';
comment on column star.fact_quota.amount_cents is 'Value to win in the period, minor units of its currency';
comment on column star.fact_quota.currency is 'ISO 4217 code';
comment on column star.fact_quota.reporting_cents is 'The same in the reporting currency at the rate of the first day';
comment on column star.fact_quota.deleted_at is 'When it was seen to be gone';

create table star.fact_campaign_cost (
    tenant_key       int not null references star.dim_tenant,
    campaign_cost_id text not null,
    campaign_key     bigint not null references star.dim_campaign (campaign_key),
    cost_date        date not null references star.dim_date,
    amount_cents     bigint not null check (amount_cents >= 0),
    currency         char(3) not null,
    reporting_cents  bigint not null,
    deleted_at       timestamptz,
    primary key (tenant_key, campaign_cost_id));
comment on table star.fact_campaign_cost is 'Grain: one campaign and day';
comment on column star.fact_campaign_cost.tenant_key is 'Whose row it is';
comment on column star.fact_campaign_cost.campaign_cost_id is 'The source''s id, or campaign and day';
comment on column star.fact_campaign_cost.campaign_key is 'The campaign';
comment on column star.fact_campaign_cost.cost_date is 'The day';
comment on column star.fact_campaign_cost.amount_cents is 'Cost, minor units of its currency';
comment on column star.fact_campaign_cost.currency is 'ISO 4217 code';
comment on column star.fact_campaign_cost.reporting_cents is 'Cost in the reporting currency at the rate of the day';
comment on column star.fact_campaign_cost.deleted_at is 'When it was seen to be gone';

create table star.fact_campaign_touch (
    tenant_key        int not null references star.dim_tenant,
    campaign_touch_id text not null,
    campaign_key      bigint not null references star.dim_campaign (campaign_key),
    customer_key      bigint not null references star.dim_customer (customer_key),
    customer_id       text,
    type              text,
    touched_at        timestamptz not null,
    touch_date        date not null references star.dim_date,
    deleted_at        timestamptz,
    primary key (tenant_key, campaign_touch_id));
create index fact_campaign_touch_customer on star.fact_campaign_touch (tenant_key, customer_id, touched_at);
comment on table star.fact_campaign_touch is 'Grain: one contact of a customer with a campaign';
comment on column star.fact_campaign_touch.tenant_key is 'Whose row it is';
comment on column star.fact_campaign_touch.campaign_touch_id is 'The source''s id; where it has none, campaign, SHA-256 of the customer''s handle, instant';
comment on column star.fact_campaign_touch.campaign_key is 'The campaign';
comment on column star.fact_campaign_touch.customer_key is 'The customer''s version valid at the touch';
comment on column star.fact_campaign_touch.customer_id is 'The customer, whatever the version';
comment on column star.fact_campaign_touch.type is 'open, click, visit, …';
comment on column star.fact_campaign_touch.touched_at is 'Instant of the touch';
comment on column star.fact_campaign_touch.touch_date is 'Day of the touch, UTC';
comment on column star.fact_campaign_touch.deleted_at is 'When it was seen to be gone';

create table star.fact_loyalty_member (
    tenant_key        int not null references star.dim_tenant,
    loyalty_member_id text not null,
    customer_key      bigint not null references star.dim_customer (customer_key),
    customer_id       text,
    tier              text,
    points            int,
    joined_date       date not null references star.dim_date,
    left_date         date references star.dim_date,
    deleted_at        timestamptz,
    primary key (tenant_key, loyalty_member_id),
    check (joined_date <= left_date));
comment on table star.fact_loyalty_member is 'Grain: one membership of the loyalty programme';
comment on column star.fact_loyalty_member.tenant_key is 'Whose row it is';
comment on column star.fact_loyalty_member.loyalty_member_id is 'The source''s id; where it has none, SHA-256 of the customer''s handle';
comment on column star.fact_loyalty_member.customer_key is 'The customer''s current version';
comment on column star.fact_loyalty_member.customer_id is 'The customer, whatever the version';
comment on column star.fact_loyalty_member.tier is 'Level in the programme';
comment on column star.fact_loyalty_member.points is 'Points held now';
comment on column star.fact_loyalty_member.joined_date is 'First day';
comment on column star.fact_loyalty_member.left_date is 'First day no longer in it; null while in it';
comment on column star.fact_loyalty_member.deleted_at is 'When it was seen to be gone';

create unlogged table staging.changed_territory as
select tenant_key, territory_id, name, region, country, sales_rep_key, deleted_at, is_inferred from star.dim_territory with no data;
create unlogged table staging.changed_campaign as
select tenant_key, campaign_id, name, channel, start_date, until_date, budget_cents, currency, deleted_at, is_inferred from star.dim_campaign with no data;
create unlogged table staging.changed_quota (like star.fact_quota);
create unlogged table staging.changed_campaign_cost (like star.fact_campaign_cost);
create unlogged table staging.changed_campaign_touch (like star.fact_campaign_touch);
create unlogged table staging.changed_loyalty_member (like star.fact_loyalty_member);

-- The calendar's fiscal year: January until `select star.begin_fiscal_year(4)` says otherwise.
alter table star.dim_date add column quarter smallint, add column fiscal_year smallint, add column fiscal_quarter_label text, add column fiscal_month smallint;

create function star.begin_fiscal_year(first_month int) returns void language plpgsql as $$
begin
    if first_month is null or first_month not between 1 and 12 then
        raise exception 'the fiscal year begins in a month from 1 to 12, not in %', first_month;
    end if;
    update star.dim_date as d
    set quarter = extract(quarter from d.date), fiscal_year = f.fiscal_year, fiscal_month = f.fiscal_month,
        fiscal_quarter_label = format('FY%s-Q%s', f.fiscal_year, (f.fiscal_month + 2) / 3)
    from (
        select c.date, (c.month - first_month + 12) % 12 + 1 as fiscal_month,
            -- A year that begins after January is named for the calendar year it ends in.
            c.year + case when first_month > 1 and c.month >= first_month then 1 else 0 end as fiscal_year
        from star.dim_date as c
    ) as f
    where f.date = d.date and (d.fiscal_year, d.fiscal_month) is distinct from (f.fiscal_year, f.fiscal_month);
end
$$;
comment on function star.begin_fiscal_year is 'Sets the first month of the fiscal year in dim_date; a second call with the same month changes nothing';
select star.begin_fiscal_year(1);
alter table star.dim_date alter column quarter set not null, alter column fiscal_year set not null,
    alter column fiscal_quarter_label set not null, alter column fiscal_month set not null;
comment on column star.dim_date.year is 'Calendar year';
comment on column star.dim_date.month is 'Calendar month, 1 to 12';
comment on column star.dim_date.month_name is 'January, February, …';
comment on column star.dim_date.iso_year is 'Year the ISO week belongs to';
comment on column star.dim_date.iso_week is 'ISO 8601 week, 1 to 53';
comment on column star.dim_date.weekday_name is 'Monday, Tuesday, …';
comment on column star.dim_date.quarter is 'Calendar quarter, 1 to 4';
comment on column star.dim_date.fiscal_year is 'Fiscal year, named for the calendar year it ends in; see star.begin_fiscal_year';
comment on column star.dim_date.fiscal_month is 'Month of the fiscal year, 1 to 12';
comment on column star.dim_date.fiscal_quarter_label is 'Fiscal quarter, FY2025-Q1';

-- Friendly views: what is live now, names joined, amounts in whole units. They run with the rights of who asks.
create view star.sales_rep with (security_invoker = true) as
select r.tenant_key, r.sales_rep_key, r.sales_rep_id, r.name, r.email, r.is_active, r.created_at
from star.dim_sales_rep as r
where r.deleted_at is null and r.tenant_key > 0;
comment on view star.sales_rep is 'Reps that are live now';

create view star.company with (security_invoker = true) as
select c.tenant_key, c.company_key, c.company_id, c.name, c.industry, c.size, c.country, c.created_at
from star.dim_company as c
where c.deleted_at is null and c.tenant_key > 0;
comment on view star.company is 'Companies that are live now';

create view star.product with (security_invoker = true) as
select p.tenant_key, p.product_key, p.product_id, p.sku, p.name, p.category, p.brand, p.status, p.created_at
from star.dim_product as p
where p.deleted_at is null and p.tenant_key > 0;
comment on view star.product is 'Products that are live now';

create view star.territory with (security_invoker = true) as
select t.tenant_key, t.territory_key, t.territory_id, t.name, t.region, t.country, r.name as sales_rep
from star.dim_territory as t
join star.dim_sales_rep as r on r.sales_rep_key = t.sales_rep_key
where t.deleted_at is null and t.tenant_key > 0;
comment on view star.territory is 'Territories that are live now, with who leads them';

create view star.campaign with (security_invoker = true) as
select c.tenant_key, c.campaign_key, c.campaign_id, c.name, c.channel, c.start_date, c.until_date, c.budget_cents / 100.0 as budget, c.currency
from star.dim_campaign as c
where c.deleted_at is null and c.tenant_key > 0;
comment on view star.campaign is 'Campaigns that are live now';

create view star.interaction with (security_invoker = true) as
select i.tenant_key, i.interaction_id, c.name as customer, c.tier, r.name as sales_rep, i.type, i.direction, i.outcome, i.started_at, i.started_date,
    i.duration_seconds / 60.0 as duration_minutes, i.is_follow_up_required, i.follow_up_at
from star.fact_interaction as i
join star.dim_customer as c on c.customer_key = i.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = i.sales_rep_key
where i.deleted_at is null;
comment on view star.interaction is 'Live interactions, names joined; customer and tier as they were then';

create view star."order" with (security_invoker = true) as
select o.tenant_key, o.order_id, o.order_number, c.name as customer, c.tier, r.name as sales_rep, o.status, o.amount, o.currency, o.reporting_amount, o.order_date,
    o.fulfilled_at, o.cancelled_at
from star.fact_order as o
join star.dim_customer as c on c.customer_key = o.customer_key
join star.dim_sales_rep as r on r.sales_rep_key = o.sales_rep_key
where o.deleted_at is null;
comment on view star."order" is 'Live orders, names joined; customer and tier as they were then';

create view star.order_line with (security_invoker = true) as
select l.tenant_key, l.order_line_id, l.order_id, c.name as customer, c.tier, p.name as product, p.category, p.brand, l.quantity, l.unit_price, l.amount, l.currency,
    l.reporting_amount, l.order_date
from star.fact_order_line as l
join star.dim_customer as c on c.customer_key = l.customer_key
join star.dim_product as p on p.product_key = l.product_key
where l.deleted_at is null;
comment on view star.order_line is 'Lines of live orders, names joined';

create view star.subscription with (security_invoker = true) as
select s.tenant_key, s.subscription_id, c.name as customer, c.tier, s.plan, s.status, s.billing_period, s.amount_cents / 100.0 as amount, s.currency,
    s.reporting_mrr_cents / 100.0 as reporting_mrr, s.start_date, s.paid_from, s.paid_until
from star.fact_subscription as s
join star.dim_customer as c on c.customer_key = s.customer_key
where s.deleted_at is null;
comment on view star.subscription is 'Live subscriptions, names joined';

create view star.invoice with (security_invoker = true) as
select i.tenant_key, i.invoice_id, i.invoice_number, i.order_id, c.name as customer, c.tier, i.status, i.subtotal_cents / 100.0 as subtotal, i.tax_cents / 100.0 as tax,
    i.amount_cents / 100.0 as amount, i.currency, i.reporting_cents / 100.0 as reporting_amount, i.issue_date, i.due_date, i.paid_date, i.days_to_pay
from star.fact_invoice as i
join star.dim_customer as c on c.customer_key = i.customer_key
where i.deleted_at is null;
comment on view star.invoice is 'Live invoices, names joined; customer and tier as they were at the issue';

create view star.payment with (security_invoker = true) as
select p.tenant_key, p.payment_id, p.payment_number, p.invoice_id, c.name as customer, c.tier, p.method, p.status, p.amount_cents / 100.0 as amount,
    p.refunded_cents / 100.0 as refunded, p.currency, p.reporting_cents / 100.0 as reporting_amount, p.reporting_refunded_cents / 100.0 as reporting_refunded,
    p.payment_date, p.refund_date
from star.fact_payment as p
join star.dim_customer as c on c.customer_key = p.customer_key
where p.deleted_at is null;
comment on view star.payment is 'Live payments, names joined; customer and tier as they were then';

create view star.inventory with (security_invoker = true) as
select i.tenant_key, i.inventory_id, p.sku, p.name as product, p.category, i.warehouse, i.on_hand, i.reserved, i.committed, i.available, i.reorder_point,
    i.on_hand <= i.reorder_point as is_reorder_due, i.unit_cost_cents / 100.0 as unit_cost, i.currency, i.status, i.valid_from as level_since
from star.fact_inventory_day as i
join star.dim_product as p on p.product_key = i.product_key
where i.valid_until is null;
comment on view star.inventory is 'Stock as it is now, names joined';

create view star.stock_movement with (security_invoker = true) as
select m.tenant_key, m.stock_movement_id, p.sku, p.name as product, p.category, m.warehouse, m.type, m.quantity, m.quantity_after,
    m.reporting_cost_cents / 100.0 as reporting_cost, m.moved_at, m.moved_date
from star.fact_stock_movement as m
join star.dim_product as p on p.product_key = m.product_key;
comment on view star.stock_movement is 'Movements of stock, names joined';

create view star.quota with (security_invoker = true) as
select q.tenant_key, q.quota_id, r.name as sales_rep, q.start_date, q.until_date, q.amount_cents / 100.0 as amount, q.currency, q.reporting_cents / 100.0 as reporting_amount
from star.fact_quota as q
join star.dim_sales_rep as r on r.sales_rep_key = q.sales_rep_key
where q.deleted_at is null;
comment on view star.quota is 'Live quotas, names joined';

create view star.campaign_cost with (security_invoker = true) as
select f.tenant_key, c.name as campaign, c.channel, f.cost_date, f.amount_cents / 100.0 as amount, f.currency, f.reporting_cents / 100.0 as reporting_amount
from star.fact_campaign_cost as f
join star.dim_campaign as c on c.campaign_key = f.campaign_key
where f.deleted_at is null;
comment on view star.campaign_cost is 'Live costs of campaigns, names joined';

create view star.campaign_touch with (security_invoker = true) as
select f.tenant_key, c.name as campaign, c.channel, k.name as customer, k.tier, f.type, f.touched_at, f.touch_date
from star.fact_campaign_touch as f
join star.dim_campaign as c on c.campaign_key = f.campaign_key
join star.dim_customer as k on k.customer_key = f.customer_key
where f.deleted_at is null;
comment on view star.campaign_touch is 'Live touches of campaigns, names joined';

create view star.loyalty_member with (security_invoker = true) as
select m.tenant_key, k.name as customer, k.tier as customer_tier, m.tier, m.points, m.joined_date, m.left_date
from star.fact_loyalty_member as m
join star.dim_customer as k on k.customer_key = m.customer_key
where m.deleted_at is null;
comment on view star.loyalty_member is 'Members of the loyalty programme, names joined';

-- History that the source keeps itself: what was inferred becomes observed.
create unlogged table staging.deal_stage_change (deal_stage_change_id text, deal_id text, stage text, changed_at timestamptz, violation text);
create unlogged table staging.customer_status_change (customer_status_change_id text, customer_id text, status text, changed_at timestamptz, violation text);
create unlogged table staging.subscription_change (
    subscription_change_id text, subscription_id text, status text, billing_period text, amount_cents bigint, plan text, changed_at timestamptz, violation text);
create unlogged table staging.observed_deal_stage (like star.fact_deal_stage);
create unlogged table staging.observed_customer_status (like star.fact_customer_status);

create table star.fact_subscription_spell (
    tenant_key          int not null references star.dim_tenant,
    subscription_id     text not null,
    visit               int not null,
    status              text not null,
    plan                text,
    billing_period      text not null,
    amount_cents        bigint not null,
    currency            char(3) not null,
    reporting_mrr_cents bigint not null,
    entered_at          timestamptz not null,
    left_at             timestamptz,
    basis               text not null check (basis in ('observed', 'inferred')),
    primary key (tenant_key, subscription_id, visit),
    check (left_at is null or left_at >= entered_at));
comment on table star.fact_subscription_spell is 'Grain: one spell of a subscription in a status at a price, of the subscriptions whose changes the source tells';
comment on column star.fact_subscription_spell.tenant_key is 'Whose row it is';
comment on column star.fact_subscription_spell.subscription_id is 'The subscription; joins fact_subscription';
comment on column star.fact_subscription_spell.visit is 'Order of the spells of a subscription, from 1';
comment on column star.fact_subscription_spell.status is 'trial, active, paused, cancelled, expired';
comment on column star.fact_subscription_spell.plan is 'The plan in the spell';
comment on column star.fact_subscription_spell.billing_period is 'monthly, quarterly, yearly';
comment on column star.fact_subscription_spell.amount_cents is 'Price of a period, minor units of the subscription''s currency';
comment on column star.fact_subscription_spell.currency is 'ISO 4217 code';
comment on column star.fact_subscription_spell.reporting_mrr_cents is 'Monthly recurring revenue in the reporting currency at the rate of the subscription''s start date; 0 unless active';
comment on column star.fact_subscription_spell.entered_at is 'First instant';
comment on column star.fact_subscription_spell.left_at is 'First instant no longer in it; null while in it';
comment on column star.fact_subscription_spell.basis is 'observed: the source told the change';
create unlogged table staging.observed_subscription (like star.fact_subscription_spell);
