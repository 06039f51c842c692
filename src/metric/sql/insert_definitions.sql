-- grain: one metric of a set of definitions · $1 definition_hash, $2 the set as a JSON array · re-run: adds nothing
insert into metric.definition (
    definition_hash, metric, position, version, label, unit, direction, nature, chapter, dimensions, has_series, basis, cubes, words)
select
    $1::text, d.value ->> 'name', d.position, (d.value ->> 'version')::int, d.value ->> 'label', d.value ->> 'unit', d.value ->> 'direction',
    d.value ->> 'nature', d.value ->> 'group', array(select jsonb_array_elements_text(d.value -> 'dimensions')), (d.value ->> 'has_series')::boolean,
    d.value ->> 'basis', array(select jsonb_array_elements_text(d.value -> 'cubes')), d.value ->> 'definition'
from jsonb_array_elements($2::jsonb) with ordinality as d (value, position)
on conflict (definition_hash, metric) do nothing
