-- Day-grain additive aggregates. A load records the touched days of a fact; only those are deleted and inserted again.
create schema cube;
comment on schema cube is 'Day-grain additive aggregates of the star; metrics are computed from them';

create table cube.deal_flow_day (
    tenant_key int not null, day date not null, event text not null, sales_rep_key bigint not null, tier text not null,
    deals bigint not null, value_cents numeric not null, days_to_close bigint not null,
    primary key (tenant_key, day, event, sales_rep_key, tier));
comment on table cube.deal_flow_day is 'Deals created, won and lost a day, by owner and tier at the event; value in the reporting currency';

create table cube.deal_stock_day (
    tenant_key int not null, day date not null, stage text not null, sales_rep_key bigint not null,
    deals bigint not null, value_cents numeric not null, weighted_cents numeric not null, probability bigint not null, entered_day_sum bigint not null,
    primary key (tenant_key, day, stage, sales_rep_key));
comment on table cube.deal_stock_day is 'Movements of the live deals by stage: the stock at a day is the sum of all rows up to it';
comment on column cube.deal_stock_day.weighted_cents is 'value × probability, in hundredths of a cent';
comment on column cube.deal_stock_day.entered_day_sum is 'Sum of the days (since 2000-01-01) on which the present stage was entered: gives the mean age in the stage';

create table cube.deal_cohort_day (
    tenant_key int not null, day date not null, stage text not null, basis text not null,
    entered bigint not null, advanced bigint not null, won bigint not null, completed bigint not null, seconds numeric not null,
    primary key (tenant_key, day, stage, basis));
comment on table cube.deal_cohort_day is 'Deals by the day they first entered a stage: how many have gone beyond it; completed observed visits and their seconds';

create table cube.customer_flow_day (
    tenant_key int not null, day date not null, event text not null, tier text not null, customers bigint not null,
    primary key (tenant_key, day, event, tier));
comment on table cube.customer_flow_day is 'Customers a day: became_customer (first), reactivated, churned';

create table cube.customer_spell_day (
    tenant_key int not null, day date not null, entered_day date not null, customers bigint not null,
    primary key (tenant_key, day, entered_day));
comment on table cube.customer_spell_day is 'Spells of status customer that ended by churn, by the day they ended and the day they began';

create table cube.customer_stock_day (
    tenant_key int not null, day date not null, status text not null, tier text not null, sales_rep_key bigint not null, customers bigint not null,
    primary key (tenant_key, day, status, tier, sales_rep_key));
comment on table cube.customer_stock_day is 'Movements of the live customers by status, tier and owner: the stock at a day is the sum of all rows up to it';

create table cube.customer_cohort_day (
    tenant_key int not null, day date not null, status text not null, basis text not null, entered bigint not null, advanced bigint not null,
    primary key (tenant_key, day, status, basis));
comment on table cube.customer_cohort_day is 'Customers by the day they first entered a status: how many have gone beyond it';

create table cube.customer_life (
    tenant_key int not null, customer_id text not null, tier text not null, status text not null, is_live boolean not null,
    active_seconds bigint not null, active_since timestamptz, won_cents bigint not null, won_deals bigint not null,
    primary key (tenant_key, customer_id));
comment on table cube.customer_life is 'Grain: one customer''s lifetime: seconds of closed active spells, start of the running one, won value';

create table cube.interaction_day (
    tenant_key int not null, day date not null, type text not null, outcome text not null, sales_rep_key bigint not null,
    interactions bigint not null, duration_seconds bigint not null, durations bigint not null,
    primary key (tenant_key, day, type, outcome, sales_rep_key));
comment on table cube.interaction_day is 'Interactions a day; durations counts those that have one';

create table cube.follow_up_day (
    tenant_key int not null, day date not null, follow_ups bigint not null,
    primary key (tenant_key, day));
comment on table cube.follow_up_day is 'Pending follow-ups by the day they are due (those without a date fall on the day of the interaction)';

create table cube.order_day (
    tenant_key int not null, day date not null, status text not null, sales_rep_key bigint not null, orders bigint not null, amount numeric not null,
    primary key (tenant_key, day, status, sales_rep_key));
comment on table cube.order_day is 'Orders by order date and status; amount in the reporting currency';

create table cube.product_day (
    tenant_key int not null, day date not null, product_key bigint not null, lines bigint not null, quantity bigint not null, amount numeric not null,
    primary key (tenant_key, day, product_key));
comment on table cube.product_day is 'Order lines by order date and product, cancelled orders apart; amount in the reporting currency';

create table cube.subscription_stock_day (
    tenant_key int not null, day date not null, subscriptions bigint not null, mrr_cents numeric not null,
    primary key (tenant_key, day));
comment on table cube.subscription_stock_day is 'Movements of paid subscriptions and their MRR: the stock at a day is the sum of all rows up to it';
