-- grain: every spell of each subscription whose told changes differ from its spells · $1 tenant_key · re-run: empty
insert into staging.observed_subscription (
    tenant_key, subscription_id, visit, status, plan, billing_period, amount_cents, currency, reporting_mrr_cents, entered_at, left_at, basis)
with spell as (
    select
        $1::int as tenant_key,
        c.subscription_id,
        (row_number() over told)::int as visit,
        c.status,
        coalesce(c.plan, s.plan) as plan,
        c.billing_period,
        c.amount_cents,
        s.currency,
        case when c.status = 'active' then
            round(c.amount_cents * coalesce(fx.rate, 1) / case c.billing_period when 'yearly' then 12 when 'quarterly' then 3 else 1 end)::bigint
        else 0 end as reporting_mrr_cents,
        c.changed_at as entered_at,
        lead(c.changed_at) over told as left_at,
        'observed' as basis
    from staging.subscription_change as c
    join star.fact_subscription as s on s.tenant_key = $1::int and s.subscription_id = c.subscription_id
    left join star.fx_span as fx on fx.tenant_key = $1::int and fx.currency = s.currency and fx.valid_from <= s.start_date and s.start_date < fx.valid_until
    window told as (partition by c.subscription_id order by c.changed_at, c.subscription_change_id)
),

differing as (
    select coalesce(s.subscription_id, f.subscription_id) as subscription_id
    from spell as s
    full join (
        select * from star.fact_subscription_spell
        where tenant_key = $1::int and subscription_id in (select c.subscription_id from staging.subscription_change as c)
    ) as f on f.subscription_id = s.subscription_id and f.visit = s.visit
    where (s.status, s.plan, s.billing_period, s.amount_cents, s.currency, s.reporting_mrr_cents, s.entered_at, s.left_at)
        is distinct from (f.status, f.plan, f.billing_period, f.amount_cents, f.currency, f.reporting_mrr_cents, f.entered_at, f.left_at)
)

select s.tenant_key, s.subscription_id, s.visit, s.status, s.plan, s.billing_period, s.amount_cents, s.currency, s.reporting_mrr_cents, s.entered_at, s.left_at, s.basis
from spell as s
where s.subscription_id in (select d.subscription_id from differing as d)
