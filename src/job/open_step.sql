-- grain: one value: what an earlier attempt left of the step, or null · $1 job, $2 run, $3 step · re-run: the same
select vesper.open_step($1, $2, $3)
