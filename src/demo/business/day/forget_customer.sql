-- grain: one person who asked to be forgotten, with all that was theirs · $1 date, $2 salt, $3 now
delete from customer_customers
where id = (
    select id
    from customer_customers
    where status in ('lead', 'churned') and created_at < $1::date - 30 and $3::timestamptz is not null
    order by md5(id || $2::text)
    limit 1
)
