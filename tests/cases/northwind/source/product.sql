select
    p.product_id::text as product_id,
    p.product_name as name,
    c.category_name as category,
    case p.discontinued when 1 then 'discontinued' else 'active' end as status
from products as p
join categories as c on c.category_id = p.category_id
