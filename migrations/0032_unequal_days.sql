-- Money is balanced by currency and day: where the sides differ, the load says on which.
alter table vesper.load_count add column unequal text;
comment on column vesper.load_count.unequal is 'The first currencies and days on which source and star differ, both sides each; null where they agree';
comment on column vesper.load_count.source_amount is 'Sum of their amounts over all currencies (deal: cents); equals star_amount, also by currency and day';
