-- grain: one row per content of an edition · $1 edition, $2 names, $3 digests, $4 roles, in order · re-run: refused
insert into vesper.edition_artifact (edition_id, ordinal, name, digest, role)
select $1, file.position - 1, file.name, file.digest, file.role
from unnest($2::text[], $3::bytea[], $4::text[]) with ordinality as file (name, digest, role, position)
