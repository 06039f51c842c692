//! Which tables a query reads, as the server plans it.

use serde_json::Value;

/// A table that a plan scans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
}

/// The scans of a plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Scans {
    /// Every scan of a table, with the conditions it is under.
    pub relations: Vec<(Relation, String)>,
    /// A function or something else stands where a table could: what it reads is unknown.
    pub is_opaque: bool,
}

impl Scans {
    /// Walks the answer of `explain (verbose, format json)`.
    pub fn of(plan: &Value) -> Scans {
        let mut scans = Scans::default();
        scans.visit(plan);
        scans
    }

    /// Each table once.
    pub fn tables(&self) -> Vec<Relation> {
        let mut tables: Vec<Relation> = self.relations.iter().map(|(relation, _)| relation.clone()).collect();
        tables.sort();
        tables.dedup();
        tables
    }

    fn visit(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|v| self.visit(v)),
            Value::Object(node) => {
                let text = |key: &str| node.get(key).and_then(Value::as_str);
                if let (Some(schema), Some(name)) = (text("Schema"), text("Relation Name")) {
                    let conditions = ["Filter", "Index Cond", "Recheck Cond"].map(|key| text(key).unwrap_or_default());
                    let relation = Relation { schema: schema.to_owned(), name: name.to_owned() };
                    self.relations.push((relation, conditions.join(" ")));
                }
                self.is_opaque |= matches!(text("Node Type"), Some("Function Scan" | "Table Function Scan"));
                node.values().for_each(|v| self.visit(v));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_a_plan_is_found_wherever_it_stands() {
        let plan = serde_json::json!([{"Plan": {"Node Type": "Hash Join", "Plans": [
            {"Node Type": "Seq Scan", "Schema": "public", "Relation Name": "deals", "Filter": "(age(xmin) <= 7)"},
            {"Node Type": "Hash", "Plans": [
                {"Node Type": "Index Scan", "Schema": "crm", "Relation Name": "people"},
                {"Node Type": "Seq Scan", "Schema": "public", "Relation Name": "deals"}]}]}}]);
        let scans = Scans::of(&plan);
        let names: Vec<String> = scans.tables().iter().map(|t| format!("{}.{}", t.schema, t.name)).collect();
        assert_eq!(names, ["crm.people", "public.deals"]);
        assert_eq!(scans.relations.len(), 3, "a table that is scanned twice is told twice");
        assert!(!scans.is_opaque);
    }

    #[test]
    fn a_function_hides_what_it_reads() {
        let plan = serde_json::json!([{"Plan": {"Node Type": "Function Scan", "Function Name": "people"}}]);
        assert!(Scans::of(&plan).is_opaque);
    }
}
