-- grain: one row per content · $1 digests, $2 media types, $3 contents · re-run: adds nothing
insert into vesper.artifact (digest, media_type, bytes)
select digest, media_type, bytes
from unnest($1::bytea[], $2::text[], $3::bytea[]) as file (digest, media_type, bytes)
on conflict (digest) do nothing
