-- grain: the message, if it is uncertain or dead · $1 message · re-run: changes nothing
update vesper.message set
    state = 'pending', committing_at = null, attempt_max = attempt + 12, next_at = clock_timestamp(),
    expires_at = greatest(expires_at, clock_timestamp() + interval '72 hours')
where message_id = $1 and state in ('uncertain', 'dead')
