select * from payment
