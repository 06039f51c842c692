-- grain: one row per file of an edition · $1 edition · re-run: the same
select file.name, artifact.media_type, artifact.bytes
from vesper.edition_artifact as file
join vesper.artifact on artifact.digest = file.digest
where file.edition_id = $1
order by file.ordinal
