select * from product
