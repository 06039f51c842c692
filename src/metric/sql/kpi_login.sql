-- grain: one row: the login, and what it may do beyond reading the star, null if nothing · re-run: pure read
select
    current_user::text,
    case
        when r.rolsuper then 'is a superuser'
        when exists (select from pg_auth_members as m where m.member = r.oid) then 'is a member of another role, whose rights it could take'
        when exists (
            select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
            where n.nspname in ('star', 'cube', 'metric', 'vesper', 'staging') and c.relkind in ('r', 'p')
                and has_table_privilege(c.oid, 'insert, update, delete, truncate')
        ) then 'may write to tables of the warehouse'
    end
from pg_roles as r
where r.rolname = current_user
