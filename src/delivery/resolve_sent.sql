-- grain: one row per message that is uncertain · $1 messages · re-run: changes nothing
update vesper.message set
    state = 'sent', sent_at = committing_at, smtp_text = concat_ws('; ', smtp_text, 'settled by hand')
where message_id = any($1) and state = 'uncertain'
returning message_id
