-- grain: one row per job whose row was not written from these files · $1 names, $2 digests · re-run: pure read
with own as (
    select job_id, digest
    from unnest($1::text[], $2::text[]) as o (job_id, digest)
)
select coalesce(job.job_id, own.job_id)
from vesper.job
full join own on own.job_id = job.job_id
where job.digest is distinct from own.digest
order by 1
