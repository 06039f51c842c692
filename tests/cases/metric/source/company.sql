select * from company
