-- grain: one row per plan with a paid subscription · $1 tenant_key, $2 until · re-run: pure read
with running as (
    select coalesce(m.plan, 'none') as plan, m.customer_id, count(*) as subscriptions, sum(m.reporting_mrr_cents) as cents
    from star.fact_mrr_spell as m
    where m.tenant_key = $1::int and m.valid_from < $2::date and (m.valid_until is null or m.valid_until >= $2::date)
    group by 1, m.customer_id
)

select r.plan, sum(r.subscriptions)::bigint, count(r.customer_id), sum(r.cents)::bigint, sum(r.cents)::bigint, (sum(sum(r.cents)) over ())::bigint, sum(r.cents)::bigint,
    count(r.customer_id)
from running as r
group by r.plan
order by sum(r.cents) desc, r.plan
