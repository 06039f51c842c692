-- grain: one interaction whose outcome was left open · $1 date, $2 salt, $3 now
update customer_interactions
set outcome = 'successful', updated_at = $3
where id = (
    select id
    from customer_interactions
    where outcome is null and type = 'email' and deleted_at is null and started_at between $1::date - 20 and $1::date - 1
    order by md5(id || $2::text)
    limit 1
)
