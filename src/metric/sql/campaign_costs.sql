-- grain: one row per campaign, deleted ones too · $1 tenant_key, $2 until · re-run: pure read
with cost as (
    select f.campaign_key, sum(f.reporting_cents)::bigint as cents
    from star.fact_campaign_cost as f
    where f.tenant_key = $1::int and f.deleted_at is null and f.cost_date < $2::date
    group by f.campaign_key
)

select k.campaign_key, k.campaign_id, k.name, coalesce(k.channel, 'none'), k.deleted_at is not null, coalesce(c.cents, 0)
from star.dim_campaign as k
left join cost as c on c.campaign_key = k.campaign_key
where k.tenant_key = $1::int
