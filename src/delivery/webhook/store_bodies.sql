-- grain: one row per content · $1 digests, $2 contents · re-run: adds nothing
insert into vesper.mail_body (digest, bytes)
select distinct on (digest) digest, bytes
from unnest($1::bytea[], $2::bytea[]) as body (digest, bytes)
order by digest
on conflict (digest) do nothing
