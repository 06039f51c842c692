-- grain: one member per customer in three that ever bought · $1 until when the business is known
with member as (
    select c.id, c.tier, c.churned_at, decode(md5(c.id || 'loyalty'), 'hex') as dice,
        (c.converted_at at time zone 'UTC')::date + 1 + get_byte(decode(md5(c.id), 'hex'), 3) % 60 as joined_date
    from customer_customers as c
    where c.converted_at < $1::timestamptz and get_byte(decode(md5(c.id || 'loyalty'), 'hex'), 0) % 3 = 0
)

select
    m.id as customer,
    case m.tier when 'enterprise' then 'platinum' when 'pro' then 'gold' else 'silver' end as tier,
    (get_byte(m.dice, 1) * 10 + get_byte(m.dice, 2))::text as points,
    m.joined_date::text as joined_date,
    case when m.churned_at < $1::timestamptz then greatest((m.churned_at at time zone 'UTC')::date, m.joined_date) end::text as left_date
from member as m
where m.joined_date < ($1::timestamptz at time zone 'UTC')::date
order by 4, 1
