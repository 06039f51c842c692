-- grain: one token · $1 token_id · re-run: changes nothing, the first moment stays
update vesper.token
set revoked_at = coalesce(revoked_at, clock_timestamp())
where token_id = $1
