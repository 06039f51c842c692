-- Whoever owns customers or deals or talks to customers; password_hash is never read.
select
    u.id::text as sales_rep_id,
    coalesce(nullif(p.display_name, ''), split_part(u.email, '@', 1)) as name,
    u.email,
    u.status::text = 'active' as is_active,
    u.created_at,
    greatest(u.updated_at, p.updated_at) as updated_at,
    u.deleted_at
from identity_users as u
left join user_profiles as p on p.user_id = u.id
-- Each list is short and is only asked for when the ones before it do not name the user.
where u.id in (select distinct assigned_to from customer_customers)
    or u.id in (select distinct assigned_to from customer_deals)
    or u.id in (select distinct created_by from customer_interactions)
