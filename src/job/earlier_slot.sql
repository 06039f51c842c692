-- grain: the slot of the first edition a job sealed for a business date · $1 job, $2 business_date · re-run: pure read
select e.scheduled_for
from vesper.edition as e
where e.job_id = $1::text and e.business_date = $2::date
order by e.edition_id
limit 1
