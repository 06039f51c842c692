//! The structure tree: what a screen reader walks, each leaf tied to its marks on the pages.

use lopdf::{Document as File, Object, ObjectId, dictionary};

use crate::render::page::{Kid, Pages};

/// Adds the tree and gives its root.
pub(super) fn add_tree(file: &mut File, pages: &Pages, page_ids: &[ObjectId]) -> Result<ObjectId, lopdf::Error> {
    let ids: Vec<ObjectId> = pages.nodes.iter().map(|_| file.new_object_id()).collect();
    let root = file.new_object_id();
    // For each page, the node every tagged mark belongs to.
    let mut owners: Vec<Vec<(usize, ObjectId)>> = vec![Vec::new(); page_ids.len()];
    for (at, node) in pages.nodes.iter().enumerate() {
        let mut kids = Vec::with_capacity(node.kids.len());
        for kid in &node.kids {
            kids.push(match kid {
                Kid::Node(kid) => Object::Reference(ids[*kid]),
                Kid::Content { page, number } => {
                    owners[*page].push((*number, ids[at]));
                    let mark = dictionary! { "Type" => "MCR", "Pg" => page_ids[*page], "MCID" => *number as i64 };
                    Object::Dictionary(mark)
                }
            });
        }
        let parent = node.parent.map_or(root, |parent| ids[parent]);
        let mut element = dictionary! { "Type" => "StructElem", "S" => node.role, "P" => parent, "K" => kids };
        if let Some(alt) = &node.alt {
            element.set("Alt", lopdf::text_string(alt));
        }
        if node.role == "TH" {
            element.set("A", dictionary! { "O" => "Table", "Scope" => "Column" });
        }
        file.objects.insert(ids[at], Object::Dictionary(element));
    }
    let mut numbers = Vec::new();
    for (page, owners) in owners.iter_mut().enumerate() {
        owners.sort_unstable();
        numbers.push(Object::Integer(page as i64));
        numbers.push(Object::Array(owners.iter().map(|(_, id)| Object::Reference(*id)).collect()));
    }
    let parents = file.add_object(dictionary! { "Nums" => numbers });
    let tree = dictionary! {
        "Type" => "StructTreeRoot",
        "K" => ids[0],
        "ParentTree" => parents,
        "ParentTreeNextKey" => page_ids.len() as i64,
    };
    file.objects.insert(root, Object::Dictionary(tree));
    for (at, page) in page_ids.iter().enumerate() {
        let page = file.get_dictionary_mut(*page)?;
        page.set("StructParents", at as i64);
        page.set("Tabs", "S");
    }
    Ok(root)
}
