-- grain: one row per file of an edition that is handed out · $1 edition · re-run: the same
select file.name, artifact.media_type, artifact.bytes
from vesper.edition_artifact as file
join vesper.artifact on artifact.digest = file.digest
where file.edition_id = $1 and file.role = 'file'
order by file.ordinal
