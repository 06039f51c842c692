select * from "order"
