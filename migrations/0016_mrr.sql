-- Monthly recurring revenue: what each subscription pays for and when, as Vesper saw it, and views of it as spells, days and
-- movements, which follow every load and cannot drift from it.

create table star.fact_subscription_term (
    tenant_key      int not null references star.dim_tenant,
    subscription_id text not null,
    since           timestamptz not null,
    billing_period  text not null,
    amount_cents    bigint not null,
    currency        char(3) not null,
    paid_from       timestamptz,
    paid_until      timestamptz,
    primary key (tenant_key, subscription_id, since));
comment on table star.fact_subscription_term is 'Grain: one version of what a subscription pays for and when, as Vesper saw it; it holds until the next one';
comment on column star.fact_subscription_term.tenant_key is 'Whose row it is';
comment on column star.fact_subscription_term.subscription_id is 'The subscription; joins fact_subscription';
comment on column star.fact_subscription_term.since is 'First instant it holds; -infinity for the first that was seen';
comment on column star.fact_subscription_term.billing_period is 'monthly, quarterly, yearly';
comment on column star.fact_subscription_term.amount_cents is 'Price of a period, minor units of the currency';
comment on column star.fact_subscription_term.currency is 'ISO 4217 code';
comment on column star.fact_subscription_term.paid_from is 'First instant it counts as paid, by this version; null while on trial';
comment on column star.fact_subscription_term.paid_until is 'Instant it stops counting, by this version; null while it runs';
insert into star.fact_subscription_term (tenant_key, subscription_id, since, billing_period, amount_cents, currency, paid_from, paid_until)
select s.tenant_key, s.subscription_id, '-infinity', s.billing_period, s.amount_cents, s.currency, s.paid_from, s.paid_until
from star.fact_subscription as s;

create view star.fact_mrr_spell with (security_invoker = true) as
with told as (
    select p.tenant_key, p.subscription_id, p.visit, p.status, p.billing_period, p.amount_cents, p.entered_at, p.left_at
    from star.fact_subscription_spell as p
),

term as (
    select t.*, lead(t.since) over (partition by t.tenant_key, t.subscription_id order by t.since) as next_since
    from star.fact_subscription_term as t
),

spell as (
    -- The row alone speaks: each version within the time that it holds.
    select t.tenant_key, t.subscription_id, t.billing_period, t.amount_cents, greatest(t.paid_from, t.since) as began_at,
        least(t.paid_until, t.next_since) as ended_at, case when t.since > t.paid_from then 'observed' else 'inferred' end as basis
    from term as t
    where t.paid_from is not null
        and not exists (select from told as p where p.tenant_key = t.tenant_key and p.subscription_id = t.subscription_id)
    union all
    -- Before the first told change it paid that price already, unless the change began its trial.
    select p.tenant_key, p.subscription_id, p.billing_period, p.amount_cents, s.paid_from, p.entered_at, 'inferred'
    from told as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    where p.visit = 1 and p.status <> 'trial' and s.paid_from is not null
    union all
    -- As told; a row that stopped after its last told change ends that spell.
    select p.tenant_key, p.subscription_id, p.billing_period, p.amount_cents, p.entered_at, coalesce(p.left_at, s.paid_until), 'observed'
    from told as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    where p.status = 'active'
),

daily as (
    select p.tenant_key, p.subscription_id, s.customer_id, s.customer_key, p.basis,
        (p.began_at at time zone 'UTC')::date as valid_from, (least(p.ended_at, s.deleted_at) at time zone 'UTC')::date as valid_until,
        round(p.amount_cents * coalesce(fx.rate, 1) / case p.billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end)::bigint
            as reporting_mrr_cents
    from spell as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    -- The rate of the start, for all of its life: exchange rates move nothing.
    left join star.fx_span as fx on fx.tenant_key = s.tenant_key and fx.currency = s.currency and fx.valid_from <= s.start_date and s.start_date < fx.valid_until
)

select d.tenant_key, d.subscription_id, d.customer_id, coalesce(c.customer_key, d.customer_key) as customer_key, d.valid_from, d.valid_until,
    d.reporting_mrr_cents, d.basis
from daily as d
left join star.dim_customer as c on c.tenant_key = d.tenant_key and c.customer_id = d.customer_id and c.is_current
-- What began and ended on one day was on no day's close.
where d.valid_until is null or d.valid_from < d.valid_until;
comment on view star.fact_mrr_spell is 'Grain: one span of days in which a subscription is paid for at one price; no trial, no pause. Spans of a subscription do not overlap';
comment on column star.fact_mrr_spell.tenant_key is 'Whose row it is';
comment on column star.fact_mrr_spell.subscription_id is 'The subscription; joins fact_subscription';
comment on column star.fact_mrr_spell.customer_id is 'The source''s id of who pays';
comment on column star.fact_mrr_spell.customer_key is 'Who pays, as they are now; 0 when unknown';
comment on column star.fact_mrr_spell.valid_from is 'First day (UTC) it counts';
comment on column star.fact_mrr_spell.valid_until is 'First day it no longer counts; null while it runs';
comment on column star.fact_mrr_spell.reporting_mrr_cents is 'A month of it in the reporting currency at the rate of the start date: yearly / 12, quarterly / 3, whole cents';
comment on column star.fact_mrr_spell.basis is 'observed: the source told the change that began it, or Vesper saw it; inferred: from what the subscription''s row proves';

create view star.fact_subscription_day with (security_invoker = true) as
select m.tenant_key, d.date, m.subscription_id, m.customer_id, m.customer_key, m.reporting_mrr_cents, m.basis
from star.fact_mrr_spell as m
join star.dim_tenant as t on t.tenant_key = m.tenant_key
join star.dim_date as d on d.date >= m.valid_from and d.date < least(m.valid_until, t.loaded_date + 1);
comment on view star.fact_subscription_day is 'Grain: one paid subscription at the close of a day, up to the last night. Give it a range of dates';
comment on column star.fact_subscription_day.tenant_key is 'Whose row it is';
comment on column star.fact_subscription_day.date is 'The day (UTC)';
comment on column star.fact_subscription_day.subscription_id is 'The subscription; joins fact_subscription';
comment on column star.fact_subscription_day.customer_id is 'The source''s id of who pays';
comment on column star.fact_subscription_day.customer_key is 'Who pays, as they are now; 0 when unknown';
comment on column star.fact_subscription_day.reporting_mrr_cents is 'Its monthly recurring revenue that day, reporting currency';
comment on column star.fact_subscription_day.basis is 'observed or inferred, as in fact_mrr_spell';

create view star.fact_mrr_movement with (security_invoker = true) as
with step as (
    select m.tenant_key, m.customer_id, m.customer_key, m.valid_from as day, m.reporting_mrr_cents as cents from star.fact_mrr_spell as m
    union all
    select m.tenant_key, m.customer_id, m.customer_key, m.valid_until, -m.reporting_mrr_cents from star.fact_mrr_spell as m where m.valid_until is not null
),

-- One subscription for another, or more of one and less of the other, on one day is one movement or none.
netted as (
    select s.tenant_key, s.customer_id, max(s.customer_key) as customer_key, s.day, sum(s.cents)::bigint as net_cents
    from step as s
    group by s.tenant_key, s.customer_id, s.day
    having sum(s.cents) <> 0
),

running as (
    select n.*, (sum(n.net_cents) over past)::bigint as closing_cents, row_number() over past as nth
    from netted as n
    window past as (partition by n.tenant_key, n.customer_id order by n.day)
)

select r.tenant_key, r.customer_id, r.customer_key, r.day,
    case
        when r.nth = 1 then 'new'
        when r.closing_cents = r.net_cents then 'reactivation'
        when r.closing_cents = 0 then 'churn'
        when r.net_cents > 0 then 'expansion'
        else 'contraction'
    end as movement,
    r.closing_cents - r.net_cents as opening_cents, abs(r.net_cents) as mrr_cents, r.closing_cents
from running as r;
comment on view star.fact_mrr_movement is 'Grain: one netted movement of a customer''s MRR on a day. Closing = opening + new + expansion + reactivation - contraction - churn; exchange rates move nothing. Days to come are planned ends';
comment on column star.fact_mrr_movement.tenant_key is 'Whose row it is';
comment on column star.fact_mrr_movement.customer_id is 'The source''s id of the customer; null: all subscriptions of nobody together';
comment on column star.fact_mrr_movement.customer_key is 'The customer as they are now; 0 when unknown';
comment on column star.fact_mrr_movement.day is 'The day (UTC)';
comment on column star.fact_mrr_movement.movement is 'new (never paid before), reactivation (paid nothing before the day), expansion, contraction (one of several cancelled, too), churn (pays nothing after it)';
comment on column star.fact_mrr_movement.opening_cents is 'The customer''s MRR before the day, reporting currency';
comment on column star.fact_mrr_movement.mrr_cents is 'How much it moved, above zero';
comment on column star.fact_mrr_movement.closing_cents is 'The customer''s MRR at the close of the day';
