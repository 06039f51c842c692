-- Products ordered together by month: a pair has some thirty days a month, and the pairs of a window are summed over all of it.

create table cube.product_pair_month (
    tenant_key int not null, month date not null, product_key bigint not null, other_key bigint not null, orders bigint not null,
    primary key (tenant_key, month, product_key, other_key));
comment on table cube.product_pair_month is 'Rollup of product_pair_day: orders that hold both products, by the month of the order; with itself, those that hold the product';
comment on column cube.product_pair_month.tenant_key is 'The tenant';
comment on column cube.product_pair_month.month is 'First day of the month (UTC)';
comment on column cube.product_pair_month.product_key is 'durable_key of star.dim_product';
comment on column cube.product_pair_month.other_key is 'durable_key of the other one, never smaller';
comment on column cube.product_pair_month.orders is 'Orders that hold both';

insert into cube.product_pair_month (tenant_key, month, product_key, other_key, orders)
select q.tenant_key, date_trunc('month', q.day::timestamp)::date, q.product_key, q.other_key, sum(q.orders)
from cube.product_pair_day as q
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

analyze cube.product_pair_month;

-- As the functions of the other rollups are.
create function cube.product_pair_between(of_tenant int, from_day date, until_day date)
returns table (month date, product_key bigint, other_key bigint, orders bigint)
language sql stable as $$
    select m.month, m.product_key, m.other_key, m.orders
    from cube.product_pair_month as m
    where m.tenant_key = of_tenant and m.month >= from_day and m.month < date_trunc('month', until_day::timestamp)::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.product_key, d.other_key, d.orders
    from cube.product_pair_day as d
    where d.tenant_key = of_tenant and d.day >= from_day and d.day < until_day
        and d.day < (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.product_key, d.other_key, d.orders
    from cube.product_pair_day as d
    where d.tenant_key = of_tenant and d.day >= date_trunc('month', until_day::timestamp)::date and d.day < until_day
        and d.day >= (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
$$;
comment on function cube.product_pair_between(int, date, date) is 'Orders with both products from a day up to, and without, another: rows of whole months and of the days at the edges, to be summed';

-- Few customers are on record no longer, and every publish asks who.
create index customer_life_gone on cube.customer_life (tenant_key, customer_id) where not is_live;

-- The days on which a row stood that changes tonight: told by the comparison, so that nobody looks for the row again.
alter table staging.changed_deal add column former_days date[];
alter table staging.changed_interaction add column former_days date[];
alter table staging.changed_order add column former_days date[];
alter table staging.changed_order_line add column former_days date[];
alter table staging.changed_payment add column former_days date[];
alter table staging.changed_subscription add column former_days date[];

-- Interactions are counted every night: all of them by an index, less the deleted.
create index fact_interaction_deleted on star.fact_interaction (tenant_key) where deleted_at is not null;
