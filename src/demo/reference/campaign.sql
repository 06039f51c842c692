-- grain: one campaign per channel and quarter · $1 until when the business is known
select
    c.channel || '-' || to_char(q.starts_at, 'YYYY"q"Q') as campaign_id,
    c.name || to_char(q.starts_at, ' YYYY-"Q"Q') as name,
    c.channel,
    q.starts_at::date::text as start_date,
    (q.starts_at + interval '3 months')::date::text as until_date,
    c.budget_cents::text as budget_cents,
    'EUR' as currency
from generate_series(
    date_trunc('quarter', (select min(created_at) from customer_customers) at time zone 'UTC'),
    date_trunc('quarter', $1::timestamptz at time zone 'UTC'), interval '3 months') as q (starts_at)
cross join (values ('email', 'Newsletter', 400000), ('search', 'Search ads', 1800000), ('event', 'Trade fair', 2500000)) as c (channel, name, budget_cents)
order by 4, 1
