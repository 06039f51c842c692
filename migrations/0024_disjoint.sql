-- Versions are kept apart by hashes of their member's id: comparing texts in a GiST index was most of a first load of customers. Two
-- hashes are 128 bits, so that different members never meet.

do $$
declare
    member text;
begin
    foreach member in array array['customer', 'sales_rep', 'company', 'product'] loop
        execute format('alter table star.dim_%s drop constraint dim_%1$s_versions_disjoint, add constraint dim_%1$s_versions_disjoint
            exclude using gist (hashtextextended(%1$s_id, 0) with =, tenant_key with =, tstzrange(valid_from, valid_until) with &&,
            hashtextextended(%1$s_id, 1) with =)', member);
    end loop;
end
$$;
