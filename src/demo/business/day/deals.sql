-- grain: one row per open deal · $1 date
select
    d.id::uuid as id,
    d.customer_id::uuid as customer_id,
    coalesce(c.size::text, 'micro') as size,
    d.stage::text as stage,
    coalesce(d.source::text, 'inbound') as source,
    d.value_cents,
    d.assigned_to::uuid as assigned_to,
    d.expected_close_date,
    ($1::date - d.created_at::date) as age_days,
    (u.status = 'churned' or u.deleted_at is not null) as has_left
from customer_deals d
join customer_customers u on u.id = d.customer_id
left join customer_companies c on c.id = d.company_id
where d.deleted_at is null and d.stage not in ('closed_won', 'closed_lost')
order by d.id
