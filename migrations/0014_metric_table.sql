-- Published tables, options of a deployment's metrics, and the cubes that both need.

alter table star.dim_tenant
    add column revenue_mode text not null default 'deals' check (revenue_mode in ('deals', 'orders', 'payments')),
    add column rfm_score text not null default 'ties' check (rfm_score in ('ties', 'ntile')),
    add column rfm_days int not null default 365 check (rfm_days >= 0),
    add column deal_band_cents bigint[] not null default '{0,100000,500000,2500000,10000000}',
    add column season_index text not null default 'moving_average' check (season_index in ('moving_average', 'share_of_average')),
    add column gross_margin_percent int not null default 100 check (gross_margin_percent between 0 and 100);
comment on column star.dim_tenant.revenue_mode is 'What counts as revenue: deals won, orders fulfilled, or payments completed less refunds';
comment on column star.dim_tenant.rfm_score is 'ties: customers who are equal share a score; ntile: five groups of equal size, by customer id within ties';
comment on column star.dim_tenant.rfm_days is 'Days that RFM looks back; 0 is all of history';
comment on column star.dim_tenant.deal_band_cents is 'Floors of the deal sizes, ascending from 0, in cents of the reporting currency';
comment on column star.dim_tenant.season_index is 'moving_average: ratio to the centred moving average; share_of_average: a calendar month''s sum against the mean of the twelve';
comment on column star.dim_tenant.gross_margin_percent is 'Share of revenue that is gross profit, for the return of campaigns';

create table metric.published_table (
    snapshot_id bigint not null references metric.snapshot on delete cascade,
    metric      text not null,
    time_window text not null,
    version     int not null,
    columns     json not null,
    rows        json not null,
    primary key (snapshot_id, metric, time_window));
comment on table metric.published_table is 'Grain: one metric that is a table, over one window, as published';
comment on column metric.published_table.snapshot_id is 'The snapshot it belongs to';
comment on column metric.published_table.metric is 'The metric''s name';
comment on column metric.published_table.time_window is 'all, week, month, quarter or year, as for points';
comment on column metric.published_table.version is 'Version of the metric''s definition';
comment on column metric.published_table.columns is 'Name, label and unit of each column; a column without a unit holds text';
comment on column metric.published_table.rows is 'Rows of cells: text, null, or the exact ratio [numerator, denominator]';

create table cube.revenue_day (
    tenant_key int not null, day date not null, mode text not null, sales_rep_key bigint not null, tier text not null,
    sales bigint not null, amount_cents numeric not null,
    primary key (tenant_key, day, mode, sales_rep_key, tier));
comment on table cube.revenue_day is 'Revenue in each of the three modes, by day, owner and tier at the event; a refund is a negative amount of its own day';
comment on column cube.revenue_day.tenant_key is 'The tenant';
comment on column cube.revenue_day.day is 'Close date of a deal, order date, day of a payment or refund';
comment on column cube.revenue_day.mode is 'deals, orders or payments';
comment on column cube.revenue_day.sales_rep_key is 'Who is credited; 0 for payments';
comment on column cube.revenue_day.tier is 'The customer''s tier then';
comment on column cube.revenue_day.sales is 'Deals won, orders fulfilled, payments completed';
comment on column cube.revenue_day.amount_cents is 'Reporting currency, cents';

create table cube.customer_purchase_day (
    tenant_key int not null, day date not null, customer_id text not null, kind text not null, purchases bigint not null, amount_cents numeric not null,
    primary key (tenant_key, day, customer_id, kind));
comment on table cube.customer_purchase_day is 'What each customer bought a day: deals won, orders placed and not cancelled';
comment on column cube.customer_purchase_day.tenant_key is 'The tenant';
comment on column cube.customer_purchase_day.day is 'Close date of a deal, date of an order';
comment on column cube.customer_purchase_day.customer_id is 'The customer';
comment on column cube.customer_purchase_day.kind is 'deal or order';
comment on column cube.customer_purchase_day.purchases is 'Deals or orders';
comment on column cube.customer_purchase_day.amount_cents is 'Reporting currency, cents';

create table cube.deal_close_day (
    tenant_key int not null, day date not null, outcome text not null, band int not null, reason text not null,
    deals bigint not null, value_cents numeric not null,
    primary key (tenant_key, day, outcome, band, reason));
comment on table cube.deal_close_day is 'Deals closed a day by outcome, size band and reason';
comment on column cube.deal_close_day.tenant_key is 'The tenant';
comment on column cube.deal_close_day.day is 'Close date';
comment on column cube.deal_close_day.outcome is 'won or lost';
comment on column cube.deal_close_day.band is 'Index of the size band in star.dim_tenant.deal_band_cents, from 1';
comment on column cube.deal_close_day.reason is 'The reason given at close; unspecified where there is none';
comment on column cube.deal_close_day.deals is 'Deals';
comment on column cube.deal_close_day.value_cents is 'Their value in the reporting currency';

create table cube.deal_age_day (
    tenant_key int not null, day date not null, days_to_close int not null, deals bigint not null,
    primary key (tenant_key, day, days_to_close));
comment on table cube.deal_age_day is 'Deals won a day by the days they took: gives medians and percentiles';
comment on column cube.deal_age_day.tenant_key is 'The tenant';
comment on column cube.deal_age_day.day is 'Close date';
comment on column cube.deal_age_day.days_to_close is 'Days from creation to close';
comment on column cube.deal_age_day.deals is 'Deals won';

create table cube.stage_visit_day (
    tenant_key int not null, day date not null, stage text not null, hours int not null, visits bigint not null, seconds bigint not null,
    primary key (tenant_key, day, stage, hours));
comment on table cube.stage_visit_day is 'Observed visits of open stages that ended a day, by their whole hours: gives medians and percentiles';
comment on column cube.stage_visit_day.tenant_key is 'The tenant';
comment on column cube.stage_visit_day.day is 'The day the deal left the stage';
comment on column cube.stage_visit_day.stage is 'The stage';
comment on column cube.stage_visit_day.hours is 'Length of the visit in hours, rounded';
comment on column cube.stage_visit_day.visits is 'Visits';
comment on column cube.stage_visit_day.seconds is 'Their exact length';

create table cube.product_pair_day (
    tenant_key int not null, day date not null, product_key bigint not null, other_key bigint not null, orders bigint not null,
    primary key (tenant_key, day, product_key, other_key));
comment on table cube.product_pair_day is 'Orders that hold two products; with itself: orders that hold the product';
comment on column cube.product_pair_day.tenant_key is 'The tenant';
comment on column cube.product_pair_day.day is 'Order date';
comment on column cube.product_pair_day.product_key is 'A product';
comment on column cube.product_pair_day.other_key is 'One with the same or a higher key';
comment on column cube.product_pair_day.orders is 'Orders, cancelled ones apart';

alter table cube.customer_life add column open_deals bigint not null default 0;
comment on column cube.customer_life.open_deals is 'Deals of the customer that are open now';

-- A warehouse that holds history fills the new cubes in its next night.
insert into vesper.touched_day (tenant_key, fact, day)
select d.tenant_key, 'deal', d.created_date from star.fact_deal as d
union select d.tenant_key, 'deal', d.actual_close_date from star.fact_deal as d where d.actual_close_date is not null
union select v.tenant_key, 'deal', (v.left_at at time zone 'UTC')::date from star.fact_deal_stage as v where v.left_at is not null
union select o.tenant_key, 'order', o.order_date from star.fact_order as o
union select p.tenant_key, 'payment', p.payment_date from star.fact_payment as p
union select p.tenant_key, 'payment', p.refund_date from star.fact_payment as p where p.refund_date is not null
on conflict do nothing;
