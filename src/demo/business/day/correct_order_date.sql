-- grain: one order of the last weeks; the application forgets `updated_at` · $1 date, $2 salt, $3 now
update order_orders
set order_date = order_date - interval '1 day'
where id = (
    select id
    from order_orders
    where status = 'fulfilled' and deleted_at is null and order_date between $1::date - 40 and $1::date - 5
        and $3::timestamptz is not null
    order by md5(id || $2::text)
    limit 1
)
