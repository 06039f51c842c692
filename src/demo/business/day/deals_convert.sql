-- grain: one customer whose first deal was won · $1 customers, $2 when · re-run: changes nothing
update customer_customers u
set
    status = 'customer',
    tier = case
        when u.tier <> 'free' or c.size is null then u.tier
        when c.size in ('large', 'enterprise') then 'pro'::customer_tier
        else 'basic'::customer_tier
    end,
    converted_at = coalesce(u.converted_at, n.at),
    updated_at = n.at
from (
    select distinct on (id) id, at
    from unnest($1::uuid[], $2::timestamptz[]) as won (id, at)
    order by id, at
) as n
join customer_customers k on k.id = n.id::text
left join customer_companies c on c.id = k.company_id
where u.id = k.id and u.status in ('lead', 'prospect')
