-- grain: one row per subscription that pays another price, or at other times, than its last version says · $1 tenant_key, $2 extracted_at, $3 noticed_at, $4 known_until · re-run: empty
with term as (
    select distinct on (t.subscription_id) t.*
    from star.fact_subscription_term as t
    where t.tenant_key = $1::int
    order by t.subscription_id, t.since desc
),

changed as (
    select
        f.*,
        -- The first version holds for all the time before it was seen. A later one holds from the change, or from an earlier
        -- instant that the row proves: the end of a trial, a cancellation.
        case when t.subscription_id is null then '-infinity' else least(
            case when s.updated_at is null or s.updated_at <= $4::timestamptz then $3::timestamptz else least(s.updated_at, $2::timestamptz) end,
            case when f.paid_from is distinct from t.paid_from then least(f.paid_from, t.paid_from) end,
            case when f.paid_until is distinct from t.paid_until then f.paid_until end
        ) end as since
    from star.fact_subscription as f
    left join term as t on t.subscription_id = f.subscription_id
    left join staging.subscription as s on s.subscription_id = f.subscription_id
    where f.tenant_key = $1::int
        and (t.billing_period, t.amount_cents, t.currency, t.paid_from, t.paid_until)
        is distinct from (f.billing_period, f.amount_cents, f.currency, f.paid_from, f.paid_until)
),

-- What was seen after that instant did not happen.
superseded as (
    delete from star.fact_subscription_term as t
    using changed as c
    where t.tenant_key = $1::int and t.subscription_id = c.subscription_id and t.since > c.since
)

insert into star.fact_subscription_term (tenant_key, subscription_id, since, billing_period, amount_cents, currency, paid_from, paid_until)
select c.tenant_key, c.subscription_id, c.since, c.billing_period, c.amount_cents, c.currency, c.paid_from, c.paid_until
from changed as c
on conflict (tenant_key, subscription_id, since) do update
set billing_period = excluded.billing_period, amount_cents = excluded.amount_cents, currency = excluded.currency,
    paid_from = excluded.paid_from, paid_until = excluded.paid_until
