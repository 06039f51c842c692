select * from sales_rep
