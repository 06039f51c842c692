-- Movements of MRR added up over their customers: every sum of a night asked thousands of them for a handful of numbers.

create table cube.mrr_flow_day (
    tenant_key int not null, day date not null, movement text not null, paying_since date not null, customers bigint not null, net_cents bigint not null,
    primary key (tenant_key, day, movement, paying_since));
comment on table cube.mrr_flow_day is 'Rollup of mrr_movement_day: customers whose MRR moved and what it moved by, by day, movement and, for a churn, the day they had begun to pay';
comment on column cube.mrr_flow_day.tenant_key is 'The tenant';
comment on column cube.mrr_flow_day.day is 'The day (UTC); planned ends lie ahead';
comment on column cube.mrr_flow_day.movement is 'new, expansion, reactivation, contraction, churn';
comment on column cube.mrr_flow_day.paying_since is 'Of a churn the day on which these customers had begun to pay, or had begun again; of another movement its own day';
comment on column cube.mrr_flow_day.customers is 'How many customers';
comment on column cube.mrr_flow_day.net_cents is 'How much their MRR moved together, below zero for contraction and churn; reporting currency';

-- A warehouse that holds history has its sums at once, since what reads them does not wait for a night.
insert into cube.mrr_flow_day (tenant_key, day, movement, paying_since, customers, net_cents)
select q.tenant_key, q.day, q.movement, case q.movement when 'churn' then q.paying_since else q.day end, count(*), sum(q.net_cents)::bigint
from cube.mrr_movement_day as q
group by 1, 2, 3, 4
order by 1, 2, 3, 4;

analyze cube.mrr_flow_day;
