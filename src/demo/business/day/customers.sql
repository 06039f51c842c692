-- grain: one row per customer that may still do something · $1 date
select
    u.id::uuid as id,
    u.company_id::uuid as company_id,
    coalesce(c.name, '') as company_name,
    coalesce(c.size::text, 'micro') as size,
    coalesce(c.currency::text, 'USD') as currency,
    u.status::text as status,
    u.tier::text as tier,
    coalesce(u.source, 'website') as source,
    u.assigned_to::uuid as assigned_to,
    ($1::date - u.created_at::date) as age_days,
    coalesce($1::date - u.converted_at::date, 0) as customer_days,
    exists (
        select from customer_deals d
        where d.customer_id = u.id and d.deleted_at is null and d.stage not in ('closed_won', 'closed_lost')
    ) as has_open_deal,
    exists (
        select from billing_subscriptions s where s.customer_id = u.id and s.deleted_at is null
    ) as has_subscription
from customer_customers u
left join customer_companies c on c.id = u.company_id
where u.deleted_at is null and u.status <> 'churned'
order by u.id
