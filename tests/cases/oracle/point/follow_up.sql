-- Follow-ups that were promised and have not happened · $1 business date, $2 unused
with pending as (
    select oracle.day(coalesce(i.follow_up_date, i.started_at)) as due_date
    from customer_interactions as i
    where i.follow_up_required and i.deleted_at is null
        and not exists (
            select from customer_interactions as later
            where later.customer_id = i.customer_id and later.started_at > i.started_at and later.deleted_at is null)
)

select m.metric, p.win, p.cmp, null::text as dim, null::text as member, m.value, 0::numeric as slack
from oracle.period($1::date) as p
cross join lateral (
    values ('follow_ups_pending', (select count(*) from pending)::numeric), ('follow_ups_overdue', (select count(*) from pending where due_date <= $1::date))
) as m (metric, value)
where p.cmp is null and p.until_date = $1::date + 1
