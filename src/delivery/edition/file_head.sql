-- grain: at most one content, if an edition lists it under this name · $1 digest, $2 name · re-run: the same
select artifact.media_type, octet_length(artifact.bytes)::bigint as size
from vesper.artifact
where artifact.digest = $1
    and exists (select from vesper.edition_artifact as file where file.digest = $1 and file.name = $2 and file.role = 'file')
