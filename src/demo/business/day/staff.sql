-- grain: one row per sales rep, hired first
select id::uuid, created_at, case when status <> 'active' then updated_at end
from identity_users
where email like '%@promenade.example'
order by id
