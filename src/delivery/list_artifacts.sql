-- grain: one row per file of an edition · $1 edition, $2 names, $3 digests, in order · re-run: refused
insert into vesper.edition_artifact (edition_id, ordinal, name, digest)
select $1, file.position - 1, file.name, file.digest
from unnest($2::text[], $3::bytea[]) with ordinality as file (name, digest, position)
