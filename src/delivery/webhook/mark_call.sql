-- grain: the call, if it is still this attempt's · $1 message, $2 attempt, $3 sender · re-run: the same
update vesper.message set committing_at = clock_timestamp(), lease_until = clock_timestamp() + interval '2 minutes'
where message_id = $1 and attempt = $2 and lease_owner = $3 and state = 'sending'
