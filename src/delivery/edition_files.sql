-- grain: one file of the edition · $1 edition · re-run: the same
select file.name, octet_length(artifact.bytes)::bigint as size
from vesper.edition_artifact as file
join vesper.artifact on artifact.digest = file.digest
where file.edition_id = $1
order by file.ordinal
