-- grain: the one server, as its control file names it · re-run: pure read
select format('system %s timeline %s', (select s.system_identifier from pg_control_system() as s), (select c.timeline_id from pg_control_checkpoint() as c))
