select * from customer_status_change
