-- grain: one piece of a content · $1 digest, $2 first byte, counted from 1, $3 length · re-run: the same
select substring(bytes from $2::int for $3::int) from vesper.artifact where digest = $1
