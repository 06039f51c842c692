-- A spell of monthly recurring revenue names its plan, and asks for the customer as they are now only where that is read.

create or replace view star.fact_mrr_spell with (security_invoker = true) as
with term as (
    select t.*, lead(t.since) over (partition by t.tenant_key, t.subscription_id order by t.since) as next_since
    from star.fact_subscription_term as t
),

spell as (
    -- The row alone speaks: each version within the time that it holds.
    select t.tenant_key, t.subscription_id, t.billing_period, t.amount_cents, t.currency, greatest(t.paid_from, t.since) as began_at,
        least(t.paid_until, t.next_since) as ended_at, case when t.since > t.paid_from then 'observed' else 'inferred' end as basis
    from term as t
    where t.paid_from is not null
        and not exists (select from star.fact_subscription_spell as p where p.tenant_key = t.tenant_key and p.subscription_id = t.subscription_id)
    union all
    -- Before the first told change it paid that price already, unless the change began its trial.
    select p.tenant_key, p.subscription_id, p.billing_period, p.amount_cents, p.currency, s.paid_from, p.entered_at, 'inferred'
    from star.fact_subscription_spell as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    where p.visit = 1 and p.status <> 'trial' and s.paid_from is not null
    union all
    -- As told; a row that stopped after its last told change ends that spell.
    select p.tenant_key, p.subscription_id, p.billing_period, p.amount_cents, p.currency, p.entered_at, coalesce(p.left_at, s.paid_until), 'observed'
    from star.fact_subscription_spell as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    where p.status = 'active'
),

daily as (
    select p.tenant_key, p.subscription_id, s.customer_id, s.customer_key, s.plan, p.basis,
        (p.began_at at time zone 'UTC')::date as valid_from, (least(p.ended_at, s.deleted_at) at time zone 'UTC')::date as valid_until,
        round(p.amount_cents * coalesce(fx.rate, 1) / case p.billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end)::bigint
            as reporting_mrr_cents
    from spell as p
    join star.fact_subscription as s on s.tenant_key = p.tenant_key and s.subscription_id = p.subscription_id
    -- The rate of the start, for all of its life: exchange rates move nothing.
    left join star.fx_span as fx on fx.tenant_key = s.tenant_key and fx.currency = p.currency and fx.valid_from <= s.start_date and s.start_date < fx.valid_until
)

select d.tenant_key, d.subscription_id, d.customer_id,
    coalesce(
        (select c.customer_key from star.dim_customer as c where c.tenant_key = d.tenant_key and c.customer_id = d.customer_id and c.is_current),
        d.customer_key) as customer_key,
    d.valid_from, d.valid_until, d.reporting_mrr_cents, d.basis, d.plan
from daily as d
-- What began and ended on one day was on no day's close.
where d.valid_until is null or d.valid_from < d.valid_until;
comment on column star.fact_mrr_spell.plan is 'The plan that is paid for, as the source names it; null when it names none';

