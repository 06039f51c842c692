-- What a publish reads is read in the order in which it is added up, and without the table.

create index customer_purchase_day_customer on cube.customer_purchase_day (tenant_key, kind, customer_id, day) include (purchases, amount_cents);
alter table cube.product_pair_day drop constraint product_pair_day_pkey, add primary key (tenant_key, day, product_key, other_key) include (orders);
create index product_pair_day_own on cube.product_pair_day (tenant_key, product_key, day) include (orders) where product_key = other_key;

create table cube.basket_day (
    tenant_key int not null, day date not null, orders bigint not null,
    primary key (tenant_key, day));
comment on table cube.basket_day is 'Orders that hold a line, by order date: what the pairs of products are a share of';
comment on column cube.basket_day.tenant_key is 'The tenant';
comment on column cube.basket_day.day is 'Order date';
comment on column cube.basket_day.orders is 'Orders with at least one line, cancelled ones apart';

insert into cube.basket_day (tenant_key, day, orders)
select l.tenant_key, l.order_date, count(distinct l.order_id)
from star.fact_order_line as l
join star.fact_order as o on o.tenant_key = l.tenant_key and o.order_id = l.order_id
where o.status <> 'cancelled'
group by l.tenant_key, l.order_date;

-- What is expected of the open deals, without the closed ones.
create index fact_deal_due on star.fact_deal (tenant_key, expected_close_date) where not is_won and not is_lost and deleted_at is null;
