-- grain: at most one mail body of an edition · $1 edition · re-run: the same
select artifact.bytes
from vesper.edition_artifact as file
join vesper.artifact on artifact.digest = file.digest
where file.edition_id = $1 and file.role = 'mail'
