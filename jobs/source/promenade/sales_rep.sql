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
where u.id in (
    select assigned_to from customer_customers
    union select assigned_to from customer_deals
    union select created_by from customer_interactions)
