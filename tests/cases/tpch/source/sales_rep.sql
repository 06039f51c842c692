select distinct o.o_clerk as sales_rep_id, o.o_clerk as name
from orders as o
