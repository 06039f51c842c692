-- An operational business of $customers and $deals, with an index that covers the live question.
-- What is asked lies in memory, so pages in any order cost the same: the index is preferred where it is better.
alter database live set random_page_cost = 1.1;
create schema bench;
create table bench.customer (customer_id bigint primary key, status text not null, deleted_at timestamptz);
create table bench.deal (
    deal_id bigint primary key, customer_id bigint not null, stage text not null, value_cents bigint not null,
    probability int not null, create_date date not null, close_date date, deleted_at timestamptz);
insert into bench.customer
select n, (array['lead', 'prospect', 'customer', 'churned'])[1 + n % 4], null
from generate_series(1, {customers}) as n;
insert into bench.deal
select n, 1 + n % {customers}, stage, 100000 + (n * 7919::bigint) % 9000000, 10 * (n % 10), date '2024-01-01' + (n % 700)::int,
    case when stage like 'closed%' then date '2024-01-01' + (n % 700)::int + 5 + (n % 60)::int end, null
from generate_series(1, {deals}) as n,
    lateral (select (array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_won', 'closed_lost'])[1 + n % 7] as stage) as s;
create index deal_live on bench.deal (stage) include (value_cents, probability, create_date, close_date) where deleted_at is null;
create index customer_live on bench.customer (status) where deleted_at is null;
vacuum analyze;
