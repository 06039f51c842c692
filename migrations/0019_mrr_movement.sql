-- Movements of monthly recurring revenue, kept for the metrics: the bridge, churns and retention of revenue.

create table cube.mrr_movement_day (
    tenant_key int not null, day date not null, customer_id text not null, movement text not null, paying_since date not null,
    net_cents bigint not null, closing_cents bigint not null,
    primary key (tenant_key, customer_id, day));
comment on table cube.mrr_movement_day is 'Netted movements of monthly recurring revenue by customer and day: MRR at a day is the sum of all rows up to it';
comment on column cube.mrr_movement_day.tenant_key is 'The tenant';
comment on column cube.mrr_movement_day.day is 'The day (UTC); planned ends lie ahead';
comment on column cube.mrr_movement_day.customer_id is 'The customer; empty: all subscriptions of nobody together';
comment on column cube.mrr_movement_day.movement is 'new, expansion, reactivation, contraction, churn';
comment on column cube.mrr_movement_day.paying_since is 'The day on which the customer began to pay, or began again';
comment on column cube.mrr_movement_day.net_cents is 'How much the customer''s MRR moved, below zero for contraction and churn; reporting currency';
comment on column cube.mrr_movement_day.closing_cents is 'The customer''s MRR at the close of the day';

alter table star.dim_tenant
    add column mrr_netting text not null default 'day' check (mrr_netting in ('day', 'month'));
comment on column star.dim_tenant.mrr_netting is 'day: movements of MRR are told day by day; month: the MRR bridge nets what a customer did within a month';

-- A warehouse that holds subscriptions fills the cube in its next night.
insert into vesper.touched_day (tenant_key, fact, day)
select distinct s.tenant_key, 'subscription', s.start_date from star.fact_subscription as s
on conflict do nothing;
