-- grain: one open deal entered twice · $1 date, $2 salt, $3 now
update customer_deals
set deleted_at = $3, updated_at = $3
where id = (
    select id
    from customer_deals
    where stage in ('lead', 'qualified') and deleted_at is null and created_at < $1::date
    order by md5(id || $2::text)
    limit 1
)
