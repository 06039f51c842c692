-- grain: one row per zone and instant, in the order given · $1 zones, $2 instants · re-run: pure read
-- Seconds that local time is ahead of UTC; null where the server does not know the zone.
with asked as (
    select zone, instant, ordinal
    from unnest($1::text[], $2::timestamptz[]) with ordinality as a (zone, instant, ordinal)
),
known as materialized (
    select name
    from pg_timezone_names
    where name = any ($1)
)
select case
    when known.name is not null
    then extract(epoch from (asked.instant at time zone asked.zone) - (asked.instant at time zone 'UTC'))::int
end
from asked
left join known on known.name = asked.zone
order by asked.ordinal
