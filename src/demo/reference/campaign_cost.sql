-- grain: one cost per campaign and week, until the last one that is over · $1 until when the business is known
select
    c.channel || '-' || to_char(q.starts_at, 'YYYY"q"Q') as campaign_id,
    w.monday::date::text as cost_date,
    (c.week_cents * (75 + get_byte(decode(md5(c.channel || w.monday), 'hex'), 0) % 50) / 100)::text as amount_cents,
    'EUR' as currency
from generate_series(
    date_trunc('quarter', (select min(created_at) from customer_customers) at time zone 'UTC'),
    date_trunc('quarter', $1::timestamptz at time zone 'UTC'), interval '3 months') as q (starts_at)
cross join (values ('email', 30000), ('search', 140000), ('event', 190000)) as c (channel, week_cents)
cross join lateral generate_series(q.starts_at, q.starts_at + interval '3 months' - interval '1 day', interval '7 days') as w (monday)
where w.monday + interval '7 days' <= $1::timestamptz at time zone 'UTC'
order by 2, 1
