-- Two tables of a snapshot that passed whole facts are told by cubes: recurring revenue by plan, and how long orders take.

-- What came and went a day, as every other stock is.

create table cube.subscription_plan_day (
    tenant_key int not null, day date not null, plan text not null, subscriptions bigint not null, customers bigint not null, mrr_cents bigint not null,
    primary key (tenant_key, day, plan));
comment on table cube.subscription_plan_day is 'Movements of paid subscriptions by day and plan: what a plan has at a day is the sum of all rows up to it';
comment on column cube.subscription_plan_day.tenant_key is 'The tenant';
comment on column cube.subscription_plan_day.day is 'The day (UTC); planned ends lie ahead';
comment on column cube.subscription_plan_day.plan is 'The plan as the source names it; none where it names none';
comment on column cube.subscription_plan_day.subscriptions is 'Paid subscriptions that began, less those that ended';
comment on column cube.subscription_plan_day.customers is 'Customers who came to have a paid subscription of the plan, less those who came to have none';
comment on column cube.subscription_plan_day.mrr_cents is 'What their MRR rose by, in the reporting currency';

-- A warehouse that holds subscriptions fills the cube in its next night.
insert into vesper.touched_day (tenant_key, fact, day)
select distinct s.tenant_key, 'subscription', s.start_date from star.fact_subscription as s
on conflict do nothing;

-- How long orders take is a number of orders by day and length, as the age of deals is.
create table cube.fulfilment_day (
    tenant_key int not null, day date not null, is_fulfilled boolean not null, days int not null, orders bigint not null,
    primary key (tenant_key, day, is_fulfilled, days));
comment on table cube.fulfilment_day is 'Orders by order date and days until they were fulfilled, cancelled ones left out';
comment on column cube.fulfilment_day.tenant_key is 'The tenant';
comment on column cube.fulfilment_day.day is 'The order date (UTC)';
comment on column cube.fulfilment_day.is_fulfilled is 'Whether they are fulfilled';
comment on column cube.fulfilment_day.days is 'Days from order to fulfilment; 0 for those that wait';
comment on column cube.fulfilment_day.orders is 'How many orders';
insert into cube.fulfilment_day (tenant_key, day, is_fulfilled, days, orders)
select o.tenant_key, o.order_date, o.fulfilled_at is not null, coalesce((o.fulfilled_at at time zone 'UTC')::date - o.order_date, 0), count(*)
from star.fact_order as o
where o.status <> 'cancelled'
group by 1, 2, 3, 4;
