select * from order_line
