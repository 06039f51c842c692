-- grain: one quota per rep and quarter, from what the rep won a quarter so far · $1 until when the business is known
with rep as (
    select u.email, u.created_at, case when u.status = 'active' then 'infinity'::timestamptz else u.updated_at end as left_at,
        count(d.id) as won, coalesce(sum(d.value_cents), 0) as won_cents
    from identity_users as u
    left join customer_deals as d on d.assigned_to = u.id and d.stage = 'closed_won' and d.actual_close_date < $1::timestamptz::date
    where u.email like '%@promenade.example' and u.created_at < $1::timestamptz
    group by u.id
),

quarter as (
    select q.starts_at, q.starts_at + interval '3 months' as ends_at
    from generate_series(
        date_trunc('quarter', (select min(created_at) from rep) at time zone 'UTC'),
        date_trunc('year', $1::timestamptz at time zone 'UTC') + interval '9 months', interval '3 months') as q (starts_at)
)

select
    r.email as sales_rep,
    q.starts_at::date::text as start_date,
    q.ends_at::date::text as until_date,
    -- A tenth to a third more than last time, as quotas are; never less than ten thousand.
    (greatest(10000, round(r.won_cents / 100000.0
        / greatest(1, round(extract(epoch from least(r.left_at, $1::timestamptz) - r.created_at) / 7889238))
        * (1.1 + get_byte(decode(md5(r.email || q.starts_at), 'hex'), 0) / 1100.0)) * 1000) * 100)::bigint::text as amount_cents,
    'USD' as currency
from rep as r
join quarter as q on q.ends_at > r.created_at at time zone 'UTC' and q.starts_at < r.left_at at time zone 'UTC'
order by 2, 1
