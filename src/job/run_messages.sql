-- grain: one state of the messages a run posted · $1 run · re-run: the same
select state, count(*) as message_count
from vesper.message
where run_id = $1
group by state
order by state
