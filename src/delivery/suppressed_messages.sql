-- grain: one message held back from the inbox · $1 inbox · re-run: the same
select message_id from vesper.message where lower(rcpt) = $1 and state = 'suppressed' order by message_id
