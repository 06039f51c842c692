-- grain: one interaction, gone without a trace · $1 date, $2 salt, $3 now
delete from customer_interactions
where id = (
    select id
    from customer_interactions
    where started_at between $1::date - 60 and $1::date - 1 and $3::timestamptz is not null
    order by md5(id || $2::text)
    limit 1
)
