-- A star of 200,000 customers, 1 million deals and 5 million interactions over three years, straight into its tables.
-- Rows first, then indexes, as a first load does; what they refer to is there by construction.
create unlogged table laid_aside as
select format('%I.%I', i.schemaname, i.indexname) as name, i.indexdef as definition
from pg_indexes as i
where i.schemaname = 'star' and i.tablename in ('fact_deal', 'fact_deal_stage', 'fact_interaction')
    and not exists (select from pg_constraint as c where c.conindid = format('%I.%I', i.schemaname, i.indexname)::regclass);
do $$
declare
    aside record;
begin
    for aside in select name from laid_aside loop
        execute 'drop index ' || aside.name;
    end loop;
end
$$;

insert into star.dim_tenant (tenant_key, tenant, currency) values (1, 'main', 'USD') on conflict do nothing;
insert into star.dim_sales_rep (tenant_key, sales_rep_id, name, is_active) select 1, 'r' || n, 'Rep ' || n, true from generate_series(1, 40) as n;

create unlogged table person as
select n, 'c' || n as id, date '2023-12-01' + (n * 7919 % 1090) as born, (array['free', 'basic', 'pro', 'enterprise'])[1 + n % 4] as tier,
    (select min(sales_rep_key) from star.dim_sales_rep where tenant_key = 1) + n % 40 as rep,
    case when n % 10 < 3 then 'lead' when n % 10 < 5 then 'prospect' when n % 10 < 9 then 'customer' else 'churned' end as status
from generate_series(1, 200000) as n;

insert into star.dim_customer (tenant_key, customer_id, status, tier, sales_rep_key, company_key, valid_from, basis, name, created_at)
select 1, id, status, tier, rep, 0, born, 'observed', 'Customer ' || n, born from person;

insert into star.fact_customer_status (tenant_key, customer_id, visit, status, entered_at, left_at, basis)
select 1, p.id, s.visit, s.status, p.born + s.visit * 5 - 5, case when s.status <> p.status then p.born + s.visit * 5 end, 'observed'
from person as p
join (values (1, 'lead'), (2, 'prospect'), (3, 'customer'), (4, 'churned')) as s (visit, status)
    on s.visit <= array_position(array['lead', 'prospect', 'customer', 'churned'], p.status);

create unlogged table bid as
select n, 'd' || n as id, 1 + n % 200000 as person, date '2023-12-01' + (n::bigint * 6151 % 1060)::int as born, 10000 + n % 997 * 1000 as cents, 1 + n % 6 as step, 5 + n % 37 as days
from generate_series(1, 1000000) as n;

set session_replication_role = replica;
insert into star.fact_deal (
    tenant_key, deal_id, customer_key, company_key, sales_rep_key, stage, value_cents, currency, reporting_cents, probability,
    created_at, created_date, actual_close_date, days_to_close, is_won, is_lost, stage_changed_at)
select 1, b.id, c.customer_key, 0, c.sales_rep_key, (array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won', 'closed_lost'])[b.step], b.cents, 'USD', b.cents,
    b.step * 15, b.born, b.born, case when b.step > 4 then b.born + b.days end, case when b.step > 4 then b.days end, b.step = 5, b.step = 6, b.born
from bid as b join person as p on p.n = b.person join star.dim_customer as c on c.tenant_key = 1 and c.customer_id = p.id;

insert into star.fact_deal_stage (tenant_key, deal_id, visit, stage, entered_at, left_at, basis)
select 1, b.id, v.visit, (array['lead', 'qualified', 'proposal', 'negotiation', 'closed_won'])[v.visit], b.born + (v.visit - 1) * b.days / 5,
    case when v.visit < least(b.step, 5) then b.born + v.visit * b.days / 5 end, 'observed'
from bid as b cross join lateral generate_series(1, least(b.step, 5)) as v (visit);

insert into star.fact_interaction (
    tenant_key, interaction_id, customer_key, customer_id, sales_rep_key, type, outcome, started_at, started_date, duration_seconds, is_follow_up_required, follow_up_at)
select 1, 'i' || g.n, c.customer_key, c.customer_id, c.sales_rep_key, (array['call', 'email', 'meeting', 'note', 'sms', 'chat'])[1 + g.n % 6],
    (array['successful', 'no_answer', 'none'])[1 + g.n % 3], date '2023-12-01' + g.n % 1091, date '2023-12-01' + g.n % 1091, 60 + g.n % 1800, g.n % 11 = 0, date '2023-12-10' + g.n % 1091
from generate_series(1, 5000000) as g (n)
join person as p on p.n = 1 + g.n % 200000
join star.dim_customer as c on c.tenant_key = 1 and c.customer_id = p.id;

set session_replication_role = origin;
do $$
declare
    aside record;
begin
    for aside in select definition from laid_aside loop
        execute aside.definition;
    end loop;
end
$$;

insert into star.fact_order (tenant_key, order_id, customer_key, customer_id, sales_rep_key, status, amount, currency, reporting_amount, ordered_at, order_date)
select 1, 'o' || g.n, c.customer_key, c.customer_id, c.sales_rep_key, (array['pending', 'confirmed', 'processing', 'fulfilled', 'cancelled'])[1 + g.n % 5],
    100 + g.n % 500, 'USD', 100 + g.n % 500, date '2023-12-01' + g.n % 1091, date '2023-12-01' + g.n % 1091
from generate_series(1, 300000) as g (n) join person as p on p.n = 1 + g.n % 200000 join star.dim_customer as c on c.tenant_key = 1 and c.customer_id = p.id;

insert into star.fact_subscription (
    tenant_key, subscription_id, customer_key, customer_id, status, billing_period, amount_cents, currency, reporting_mrr_cents, started_at, start_date, paid_from)
select 1, 's' || p.n, c.customer_key, c.customer_id, 'active', 'monthly', 4900, 'USD', 4900, p.born, p.born, p.born
from person as p join star.dim_customer as c on c.tenant_key = 1 and c.customer_id = p.id where p.n % 2 = 0;

insert into star.fact_subscription_term (tenant_key, subscription_id, since, billing_period, amount_cents, currency, paid_from, paid_until)
select 1, s.subscription_id, '-infinity', 'monthly', 4900, 'USD', s.paid_from, case when s.subscription_id like '%8' then s.paid_from + interval '200 days' end
from star.fact_subscription as s;

insert into star.dim_product (tenant_key, product_id, name, category) select 1, 'p' || n, 'Product ' || n, 'Category ' || n % 9 from generate_series(1, 300) as n;

insert into star.fact_order_line (
    tenant_key, order_line_id, order_id, customer_key, sales_rep_key, product_key, order_date, quantity, unit_price, amount, currency, reporting_amount)
select 1, o.order_id || '-' || l, o.order_id, o.customer_key, o.sales_rep_key,
    (select min(product_key) from star.dim_product where tenant_key = 1) + (l * 7 + substr(o.order_id, 2)::int * (l + 1)) % 300, o.order_date, l, 20, l * 20, 'USD', l * 20
from star.fact_order as o cross join generate_series(1, 3) as l;

insert into star.fact_inventory_day (tenant_key, inventory_id, valid_from, product_key, warehouse, on_hand)
select 1, p.product_id, '2026-01-01', p.product_key, 'north', 500 from star.dim_product as p where p.tenant_key = 1;

insert into star.dim_territory (tenant_key, territory_id, name, sales_rep_key)
select 1, 't' || r.sales_rep_id, 'Territory ' || r.sales_rep_key % 12, r.sales_rep_key from star.dim_sales_rep as r where r.tenant_key = 1;
insert into star.fact_quota (tenant_key, quota_id, sales_rep_key, start_date, until_date, amount_cents, currency, reporting_cents)
select 1, r.sales_rep_id || y, r.sales_rep_key, make_date(y, 1, 1), make_date(y + 1, 1, 1), 1e9, 'USD', 1e9
from star.dim_sales_rep as r cross join generate_series(2024, 2026) as y where r.tenant_key = 1;

insert into star.dim_campaign (tenant_key, campaign_id, name, channel) select 1, 'k' || n, 'Campaign ' || n, 'email' from generate_series(1, 40) as n;
insert into star.fact_campaign_touch (tenant_key, campaign_touch_id, campaign_key, customer_key, customer_id, touched_at, touch_date)
select 1, 'h' || g.n, (select min(campaign_key) from star.dim_campaign where tenant_key = 1) + g.n % 40, c.customer_key, c.customer_id, date '2023-12-01' + g.n % 1091, date '2023-12-01' + g.n % 1091
from generate_series(1, 200000) as g (n) join star.dim_customer as c on c.tenant_key = 1 and c.customer_id = 'c' || (1 + g.n * 3 % 200000);
insert into star.fact_loyalty_member (tenant_key, loyalty_member_id, customer_key, customer_id, joined_date)
select 1, c.customer_id, c.customer_key, c.customer_id, date '2024-06-01' + substr(c.customer_id, 2)::int % 700
from star.dim_customer as c where c.tenant_key = 1 and substr(c.customer_id, 2)::int % 9 = 0;

-- What a source with everything would have delivered.
insert into vesper.load_count (tenant_key, business_date, source, entity, read, loaded, unchanged, quarantined, deleted, source_live, star_live, mark, extracted_at)
select 1, '2026-11-24', 'bench', e, 0, 0, 0, 0, 0, 0, 0, '', '2026-11-25'
from unnest(array['sales_rep', 'customer', 'deal', 'interaction', 'order', 'order_line', 'product', 'subscription', 'payment', 'inventory', 'territory', 'quota', 'campaign', 'campaign_touch',
    'campaign_cost', 'loyalty_member']) as e;

analyze;
