-- grain: one territory per country companies are of, led by who has most customers there · $1 until when the business is known
select distinct on (c.country)
    c.country::text as territory_id,
    c.country || ' market' as name,
    case when c.country in ('US', 'CA') then 'Americas' else 'Europe' end as region,
    c.country::text as country,
    u.email as sales_rep
from customer_companies as c
join customer_customers as k on k.company_id = c.id
join identity_users as u on u.id = k.assigned_to
where k.created_at < $1::timestamptz and c.country is not null
group by c.country, u.email
order by c.country, count(*) desc, u.email
