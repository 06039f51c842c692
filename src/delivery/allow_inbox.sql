-- grain: one inbox · $1 inbox · re-run: no row
delete from vesper.suppression where inbox = $1
