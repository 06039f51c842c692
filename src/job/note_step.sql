-- grain: the step's memo, if the run is still this attempt's · $1 run, $2 attempt, $3 worker, $4 step, $5 output ·
-- re-run: refused by the key
-- The fence comes with the memo, last in its transaction: the lock on the run is held for milliseconds.
with held as (
    select run_id, attempt
    from vesper.run
    where run_id = $1 and attempt = $2 and lease_owner = $3 and state = 'running'
    for share
)
insert into vesper.run_step (run_id, step, attempt, output)
select held.run_id, $4, held.attempt, $5
from held
