delete from customer where customer_id = 'c';
delete from deal; delete from interaction; delete from "order"; delete from order_line; delete from subscription;
