select * from invoice
