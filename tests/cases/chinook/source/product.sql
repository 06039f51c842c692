select t.track_id::text as product_id, t.name, g.name as category
from track as t
left join genre as g on g.genre_id = t.genre_id
