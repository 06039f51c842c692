-- grain: one touch of a customer before they were one, by the address where it is theirs alone · $1 until when the business is known
with known as (
    select
        c.id, c.created_at,
        case when c.email is not null and count(*) over (partition by lower(c.email)) = 1 then c.email else c.id end as customer,
        decode(md5(c.id), 'hex') as dice
    from customer_customers as c
    where c.created_at < $1::timestamptz
),

touch as (
    select
        k.customer, n.number,
        (array['email', 'search', 'event'])[1 + get_byte(k.dice, n.number) % 3] as channel,
        (array['open', 'click', 'visit'])[1 + get_byte(k.dice, n.number + 4) % 3] as type,
        date_trunc('second', k.created_at) - n.number * interval '1 day' - get_byte(k.dice, n.number + 8) * interval '5 minutes' as touched_at
    from known as k
    -- Three customers in five were touched, up to three times.
    cross join lateral generate_series(1, get_byte(k.dice, 0) % 5 - 1) as n (number)
)

select
    t.channel || '-' || to_char(t.touched_at at time zone 'UTC', 'YYYY"q"Q') as campaign_id,
    t.customer,
    t.type,
    to_char(t.touched_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS"Z"') as touched_at
from touch as t
where t.touched_at >= date_trunc('quarter', (select min(k.created_at) from known as k) at time zone 'UTC') at time zone 'UTC'
order by 4, 2, 1
