-- grain: the one server, as far as its counters can be trusted · re-run: pure read
-- Counters of a session reach the statistics when it ends or rests (10 s, at the latest 60 s after the commit): while any other one was
-- at work just now, or may not be looked at, equal counters prove nothing.
select
    d.oid::bigint as database_oid,
    pg_is_in_recovery() as is_standby,
    current_setting('track_counts')::boolean as is_counting,
    concat_ws('/', s.stats_reset, pg_postmaster_start_time()) as counted_since,
    not exists (
        select from pg_stat_activity as a
        where a.datid = d.oid and a.pid <> pg_backend_pid()
            and coalesce(a.backend_type, '') not in ('autovacuum worker', 'walsender', 'parallel worker')
            and (a.state is distinct from 'idle' or a.state_change is null or a.state_change > clock_timestamp() - interval '60 seconds')
    ) as is_quiet,
    has_function_privilege('pg_control_system()', 'execute') and has_function_privilege('pg_control_checkpoint()', 'execute') as is_control_readable,
    coalesce((
        select max(extract(epoch from clock_timestamp() - a.xact_start))::bigint
        from pg_stat_activity as a
        where a.datid = d.oid and a.backend_xid is not null
    ), 0) as longest_transaction_seconds
from pg_database as d
left join pg_stat_database as s on s.datid = d.oid
where d.datname = current_database()
