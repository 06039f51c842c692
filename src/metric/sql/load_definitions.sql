-- grain: one metric of a set of definitions, in the order of the catalog · $1 definition_hash · re-run: pure read
select d.metric, d.version, d.label, d.unit, d.direction, d.nature, d.chapter, d.dimensions, d.has_series, d.basis, d.cubes, d.words
from metric.definition as d
where d.definition_hash = $1::text
order by d.position
