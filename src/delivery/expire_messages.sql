-- grain: one row per message past its time · no parameters · re-run: changes nothing
update vesper.message set state = 'dead', smtp_text = concat_ws('; ', 'expired', smtp_text)
where state = 'pending' and expires_at <= clock_timestamp()
