-- What the oracle keeps beside the operational tables: the rates, the rows that were deleted, the stages that a nightly reader saw,
-- and the calendar's windows, all without anything of Vesper's.
create schema oracle;

create table oracle.fx_rate (currency text, valid_from date, rate numeric);
create table oracle.seen_stage (deal_id text, stage text, night date, primary key (deal_id, stage, night));

create table oracle.gone_customer as select t.*, null::date as gone_date from customer_customers as t with no data;
create table oracle.gone_deal as select t.*, null::date as gone_date from customer_deals as t with no data;
create table oracle.gone_interaction as select t.*, null::date as gone_date from customer_interactions as t with no data;
create table oracle.gone_order as select t.*, null::date as gone_date from order_orders as t with no data;
create table oracle.gone_subscription as select t.*, null::date as gone_date from billing_subscriptions as t with no data;

create function oracle.keep() returns trigger language plpgsql as $$
begin
    execute format('insert into oracle.%I select ($1).*, null', tg_argv[0]) using old;
    return old;
end
$$;
create trigger oracle_keep after delete on customer_customers for each row execute function oracle.keep('gone_customer');
create trigger oracle_keep after delete on customer_deals for each row execute function oracle.keep('gone_deal');
create trigger oracle_keep after delete on customer_interactions for each row execute function oracle.keep('gone_interaction');
create trigger oracle_keep after delete on order_orders for each row execute function oracle.keep('gone_order');
create trigger oracle_keep after delete on billing_subscriptions for each row execute function oracle.keep('gone_subscription');

create function oracle.midnight(day date) returns timestamptz language sql immutable as $$ select day::timestamp at time zone 'UTC' $$;
create function oracle.day(at timestamptz) returns date language sql immutable as $$ select (at at time zone 'UTC')::date $$;
create function oracle.rate(code text, day date) returns numeric language sql stable as $$
    select case when code = 'USD' then 1 else (select r.rate from oracle.fx_rate as r where r.currency = code and r.valid_from <= day order by r.valid_from desc limit 1) end
$$;

-- Every row there ever was; ends_at is when it was deleted, softly or for good (on the day it was last seen).
create view oracle.customer as
select id, status::text, tier::text, coalesce(assigned_to, 'unassigned') as rep, created_at, converted_at, churned_at, deleted_at as ends_at from customer_customers
union all
select id, status::text, tier::text, coalesce(assigned_to, 'unassigned'), created_at, converted_at, churned_at,
    least(deleted_at, oracle.midnight(gone_date + 1) - interval '1 microsecond')
from oracle.gone_customer;

create view oracle.deal as
select d.id, d.customer_id, d.stage, d.rep, d.created_at, d.updated_at, d.ends_at, d.probability, oracle.day(d.created_at) as created_date,
    case when d.stage like 'closed%' then d.actual_close_date end as closed_date,
    round(d.value_cents * oracle.rate(d.currency, case when d.stage like 'closed%' then d.actual_close_date else oracle.day(d.created_at) end)) as cents
from (
    select id, customer_id, stage::text, coalesce(assigned_to, 'unassigned') as rep, created_at, updated_at, deleted_at as ends_at, probability, actual_close_date, value_cents, currency
    from customer_deals
    union all
    select id, customer_id, stage::text, coalesce(assigned_to, 'unassigned'), created_at, updated_at, least(deleted_at, oracle.midnight(gone_date + 1) - interval '1 microsecond'),
        probability, actual_close_date, value_cents, currency
    from oracle.gone_deal
) as d;

create view oracle.interaction as
select id, customer_id, type::text, coalesce(outcome::text, 'none') as outcome, duration_sec, oracle.day(started_at) as day from customer_interactions
union all
select id, customer_id, type::text, coalesce(outcome::text, 'none'), duration_sec, oracle.day(started_at) from oracle.gone_interaction;

-- An order's value is kept to four decimals of the reporting currency.
create view oracle.placed as
select o.id, o.status::text as status, oracle.day(o.order_date) as day, 100 * round(o.total_amount * oracle.rate(o.currency, oracle.day(o.order_date)), 4) as cents
from (select id, status, order_date, total_amount, currency from order_orders union all select id, status, order_date, total_amount, currency from oracle.gone_order) as o
where o.status <> 'cancelled';

create view oracle.subscription as
select s.id, s.customer_id as customer,
    case when s.status = 'trial' or coalesce(s.cancellation_effective_date, s.end_date, s.cancelled_at) <= s.trial_end_date then null
        else coalesce(s.trial_end_date, s.start_date) at time zone 'UTC' end as paid_from,
    least(
        case s.status
            when 'cancelled' then coalesce(s.cancellation_effective_date, s.end_date, s.cancelled_at, s.updated_at) at time zone 'UTC'
            when 'expired' then coalesce(s.cancellation_effective_date, s.end_date, s.updated_at) at time zone 'UTC'
            when 'paused' then s.updated_at at time zone 'UTC' end,
        s.ends_at) as paid_until,
    round(s.amount_cents * oracle.rate(s.currency, s.start_date::date) / case s.billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end) as cents
from (
    select s.*, s.deleted_at at time zone 'UTC' as ends_at from billing_subscriptions as s
    union all
    select g.id, g.subscription_no, g.customer_id, g.plan_id, g.status, g.billing_period, g.currency, g.amount_cents, g.start_date, g.end_date, g.renewal_date,
        g.trial_end_date, g.cancelled_at, g.cancel_reason, g.cancellation_effective_date, g.created_at, g.updated_at, g.deleted_at,
        least(g.deleted_at at time zone 'UTC', oracle.midnight(g.gone_date + 1) - interval '1 microsecond')
    from oracle.gone_subscription as g
) as s;

-- What each customer paid for a month: as the rows told it when they were first read, and as it was on each evening since.
create table oracle.told_subscription as select t.* from oracle.subscription as t with no data;
create table oracle.seen_mrr (night date, customer text, cents numeric, primary key (night, customer));

create view oracle.mrr_movement as
with step as (
    select s.customer, oracle.day(s.paid_from) as day, s.cents from oracle.told_subscription as s
    where coalesce(oracle.day(s.paid_from) < oracle.day(s.paid_until), s.paid_from is not null)
    union all
    select s.customer, oracle.day(s.paid_until), -s.cents from oracle.told_subscription as s where oracle.day(s.paid_from) < oracle.day(s.paid_until)
),

moved as (
    select s.customer, s.day, sum(s.cents) as net from step as s where s.day <= (select min(night) from oracle.seen_mrr) group by 1, 2
    union all
    select e.customer, g.night, sum(case when e.night = g.night then e.cents else -e.cents end)
    from (select n.night + 1 as night from (select distinct night from oracle.seen_mrr) as n where n.night < (select max(night) from oracle.seen_mrr)) as g
    join oracle.seen_mrr as e on e.night in (g.night, g.night - 1)
    group by 1, 2
),

running as (
    select m.customer, m.day, m.net, sum(m.net) over past as closing, lag(m.day) over past is null as is_first
    from moved as m where m.net <> 0
    window past as (partition by m.customer order by m.day)
)

select r.customer, r.day, r.net, r.closing,
    case when r.is_first then 'new' when r.closing = 0 then 'churn' when r.closing = r.net then 'reactivation' when r.net > 0 then 'expansion' else 'contraction' end as kind,
    (select max(b.day) from running as b where b.customer = r.customer and b.day <= r.day and b.closing = b.net) as paying_since
from running as r;

-- The last complete week, month, quarter and twelve months of a day, what each is compared with, and everything up to the day.
create function oracle.period(d date) returns table (win text, cmp text, from_date date, until_date date, until_at timestamptz) language sql stable as $$
    with base (win, from_date, until_date, step, year) as (
        values
        ('week', date_trunc('week', (d + 1)::timestamp) - interval '7 days', date_trunc('week', (d + 1)::timestamp), interval '7 days', interval '364 days'),
        ('month', date_trunc('month', (d + 1)::timestamp) - interval '1 month', date_trunc('month', (d + 1)::timestamp), interval '1 month', interval '12 months'),
        ('quarter', date_trunc('quarter', (d + 1)::timestamp) - interval '3 months', date_trunc('quarter', (d + 1)::timestamp), interval '3 months', interval '12 months'),
        ('year', date_trunc('month', (d + 1)::timestamp) - interval '12 months', date_trunc('month', (d + 1)::timestamp), interval '12 months', interval '12 months')
    ),
    span (win, cmp, from_date, until_date) as (
        select 'all', null, '-infinity'::date, d + 1
        union all select win, null, from_date::date, until_date::date from base
        union all select win, 'previous', (from_date - step)::date, (until_date - step)::date from base
        union all select win, 'year', (from_date - year)::date, (until_date - year)::date from base
    )
    select win, cmp, from_date, until_date, oracle.midnight(until_date) from span
$$;
