-- grain: none · $1 job · re-run: the same
-- One step of a job at a time, whichever run or attempt it belongs to; a worker frozen in mid-step lets go after
-- five minutes.
select
    set_config('idle_in_transaction_session_timeout', '5min', true),
    pg_advisory_xact_lock(hashtextextended('vesper.step:' || $1, 0))::text
