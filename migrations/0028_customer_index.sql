-- The contacts of a customer are found by the key of its version: numbers are sorted several times as fast as the source's ids, and
-- contacts that follow a new version are found without reading all of them. Keys are unique across tenants, so that no tenant stands in front.

drop index star.fact_interaction_customer;
create index fact_interaction_customer on star.fact_interaction (customer_key);
drop index star.fact_deal_customer;
create index fact_deal_customer on star.fact_deal (customer_key);
