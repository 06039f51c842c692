-- A step opens in one trip to the server.

create function vesper.open_step(of_job text, of_run bigint, of_step text) returns jsonb
language plpgsql volatile as $$
begin
    -- A worker frozen in mid-step lets go after five minutes.
    perform set_config('idle_in_transaction_session_timeout', '5min', true);
    -- One step of a job at a time, whichever run or attempt it belongs to.
    perform pg_advisory_xact_lock(hashtextextended('vesper.step:' || of_job, 0));
    -- Looked up with a snapshot of its own: what the one before committed while this one waited is seen.
    return (select s.output from vesper.run_step as s where s.run_id = of_run and s.step = of_step);
end
$$;
comment on function vesper.open_step is 'Opens a step of a run in the caller''s transaction, and returns what an earlier attempt left of it, or null';
