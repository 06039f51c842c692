-- grain: one deal won weeks ago · $1 date, $2 salt, $3 now
update customer_deals
set value_cents = (value_cents * 0.9)::bigint / 5000 * 5000, updated_at = $3
where id = (
    select id
    from customer_deals
    where stage = 'closed_won' and deleted_at is null and actual_close_date between $1::date - 75 and $1::date - 7
    order by md5(id || $2::text)
    limit 1
)
