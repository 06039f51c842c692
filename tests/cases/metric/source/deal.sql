select * from deal
