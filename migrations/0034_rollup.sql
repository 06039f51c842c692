-- Sums of the cubes by month, so that a sum over a span reads whole months and the days at its edges, not every day.

create table cube.deal_stock_month (
    tenant_key int not null, month date not null, stage text not null, sales_rep_key bigint not null,
    deals bigint not null, value_cents numeric not null, weighted_cents numeric not null, probability bigint not null, entered_day_sum bigint not null,
    primary key (tenant_key, month, stage, sales_rep_key));
comment on table cube.deal_stock_month is 'Rollup of deal_stock_day: its movements summed by month; a month that has days has a row, also where they cancel out';
comment on column cube.deal_stock_month.tenant_key is 'The tenant';
comment on column cube.deal_stock_month.month is 'First day of the month (UTC)';
comment on column cube.deal_stock_month.stage is 'Stage of the sales process';
comment on column cube.deal_stock_month.sales_rep_key is 'durable_key of star.dim_sales_rep, whatever the version; 0 is nobody';
comment on column cube.deal_stock_month.deals is 'Change of the number of deals';
comment on column cube.deal_stock_month.value_cents is 'Change of their value, cents of the reporting currency';
comment on column cube.deal_stock_month.weighted_cents is 'Change of value × probability, in hundredths of a cent';
comment on column cube.deal_stock_month.probability is 'Change of the sum of probabilities';
comment on column cube.deal_stock_month.entered_day_sum is 'Change of the sum of the days (since 2000-01-01) on which the present stage was entered';

create table cube.product_month (
    tenant_key int not null, month date not null, product_key bigint not null, lines bigint not null, quantity bigint not null, amount numeric not null,
    primary key (tenant_key, month, product_key));
comment on table cube.product_month is 'Rollup of product_day: order lines by the month of the order and product';
comment on column cube.product_month.tenant_key is 'The tenant';
comment on column cube.product_month.month is 'First day of the month (UTC)';
comment on column cube.product_month.product_key is 'The product''s version as it was sold';
comment on column cube.product_month.lines is 'How many order lines';
comment on column cube.product_month.quantity is 'How many';
comment on column cube.product_month.amount is 'In the reporting currency';

create table cube.interaction_month (
    tenant_key int not null, month date not null, type text not null, outcome text not null, sales_rep_key bigint not null,
    interactions bigint not null, duration_seconds bigint not null, durations bigint not null,
    primary key (tenant_key, month, type, outcome, sales_rep_key));
comment on table cube.interaction_month is 'Rollup of interaction_day: interactions by month; durations counts those that have one';
comment on column cube.interaction_month.tenant_key is 'The tenant';
comment on column cube.interaction_month.month is 'First day of the month (UTC)';
comment on column cube.interaction_month.type is 'call, email, meeting, note, sms or chat';
comment on column cube.interaction_month.outcome is 'How it ended; none where nobody said';
comment on column cube.interaction_month.sales_rep_key is 'durable_key of star.dim_sales_rep, whatever the version; 0 is nobody';
comment on column cube.interaction_month.interactions is 'How many interactions';
comment on column cube.interaction_month.duration_seconds is 'Sum of their seconds';
comment on column cube.interaction_month.durations is 'How many of them have a duration';

-- A warehouse that holds history has its months at once, since what reads them does not wait for a night.
insert into cube.deal_stock_month (tenant_key, month, stage, sales_rep_key, deals, value_cents, weighted_cents, probability, entered_day_sum)
select q.tenant_key, date_trunc('month', q.day::timestamp)::date, q.stage, q.sales_rep_key, sum(q.deals), sum(q.value_cents), sum(q.weighted_cents), sum(q.probability), sum(q.entered_day_sum)
from cube.deal_stock_day as q
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

insert into cube.product_month (tenant_key, month, product_key, lines, quantity, amount)
select q.tenant_key, date_trunc('month', q.day::timestamp)::date, q.product_key, sum(q.lines), sum(q.quantity), sum(q.amount)
from cube.product_day as q
group by 1, 2, 3
order by 1, 2, 3;

insert into cube.interaction_month (tenant_key, month, type, outcome, sales_rep_key, interactions, duration_seconds, durations)
select q.tenant_key, date_trunc('month', q.day::timestamp)::date, q.type, q.outcome, q.sales_rep_key, sum(q.interactions), sum(q.duration_seconds), sum(q.durations)
from cube.interaction_day as q
group by 1, 2, 3, 4, 5
order by 1, 2, 3, 4, 5;

analyze cube.deal_stock_month, cube.product_month, cube.interaction_month;

-- What sums a span asks these functions. Each is one select, stable, not strict and without settings of its own, so that the server inlines it into
-- the statement. A span has three parts: the whole months in it; its days before the first month that begins in it; its days from the beginning
-- of its last month on, unless the second part has them already because no month begins in the span.

create function cube.deal_stock_between(of_tenant int, from_day date, until_day date)
returns table (month date, stage text, sales_rep_key bigint, deals bigint, value_cents numeric, weighted_cents numeric, probability bigint, entered_day_sum bigint)
language sql stable as $$
    select m.month, m.stage, m.sales_rep_key, m.deals, m.value_cents, m.weighted_cents, m.probability, m.entered_day_sum
    from cube.deal_stock_month as m
    where m.tenant_key = of_tenant and m.month >= from_day and m.month < date_trunc('month', until_day::timestamp)::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.stage, d.sales_rep_key, d.deals, d.value_cents, d.weighted_cents, d.probability, d.entered_day_sum
    from cube.deal_stock_day as d
    where d.tenant_key = of_tenant and d.day >= from_day and d.day < until_day
        and d.day < (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.stage, d.sales_rep_key, d.deals, d.value_cents, d.weighted_cents, d.probability, d.entered_day_sum
    from cube.deal_stock_day as d
    where d.tenant_key = of_tenant and d.day >= date_trunc('month', until_day::timestamp)::date and d.day < until_day
        and d.day >= (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
$$;
comment on function cube.deal_stock_between(int, date, date) is 'Movements of deals from a day up to, and without, another: rows of whole months and of the days at the edges, to be summed';

create function cube.product_between(of_tenant int, from_day date, until_day date)
returns table (month date, product_key bigint, lines bigint, quantity bigint, amount numeric)
language sql stable as $$
    select m.month, m.product_key, m.lines, m.quantity, m.amount
    from cube.product_month as m
    where m.tenant_key = of_tenant and m.month >= from_day and m.month < date_trunc('month', until_day::timestamp)::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.product_key, d.lines, d.quantity, d.amount
    from cube.product_day as d
    where d.tenant_key = of_tenant and d.day >= from_day and d.day < until_day
        and d.day < (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.product_key, d.lines, d.quantity, d.amount
    from cube.product_day as d
    where d.tenant_key = of_tenant and d.day >= date_trunc('month', until_day::timestamp)::date and d.day < until_day
        and d.day >= (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
$$;
comment on function cube.product_between(int, date, date) is 'Order lines from a day up to, and without, another: rows of whole months and of the days at the edges, to be summed';

create function cube.interaction_between(of_tenant int, from_day date, until_day date)
returns table (month date, type text, outcome text, sales_rep_key bigint, interactions bigint, duration_seconds bigint, durations bigint)
language sql stable as $$
    select m.month, m.type, m.outcome, m.sales_rep_key, m.interactions, m.duration_seconds, m.durations
    from cube.interaction_month as m
    where m.tenant_key = of_tenant and m.month >= from_day and m.month < date_trunc('month', until_day::timestamp)::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.type, d.outcome, d.sales_rep_key, d.interactions, d.duration_seconds, d.durations
    from cube.interaction_day as d
    where d.tenant_key = of_tenant and d.day >= from_day and d.day < until_day
        and d.day < (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
    union all
    select date_trunc('month', d.day::timestamp)::date, d.type, d.outcome, d.sales_rep_key, d.interactions, d.duration_seconds, d.durations
    from cube.interaction_day as d
    where d.tenant_key = of_tenant and d.day >= date_trunc('month', until_day::timestamp)::date and d.day < until_day
        and d.day >= (date_trunc('month', (from_day - 1)::timestamp) + interval '1 month')::date
$$;
comment on function cube.interaction_between(int, date, date) is 'Interactions from a day up to, and without, another: rows of whole months and of the days at the edges, to be summed';
