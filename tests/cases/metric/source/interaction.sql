select * from interaction
