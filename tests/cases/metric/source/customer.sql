select * from customer
