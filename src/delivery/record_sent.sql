-- grain: the message, if nobody claimed it since · re-run: changes nothing
-- $1 message, $2 attempt, $3 sender, $4 code, $5 words
-- A sender that was reaped while it waited for the server's yes still knows more than the reaper.
update vesper.message set
    state = 'sent', sent_at = clock_timestamp(), smtp_code = $4, smtp_text = $5, lease_owner = null, lease_until = null
where message_id = $1 and attempt = $2 and (lease_owner = $3 and state = 'sending' or state = 'uncertain')
