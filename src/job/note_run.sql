-- grain: the run · $1 run, $2 what it has to say · re-run: the same
update vesper.run set note = $2
where run_id = $1
