//! Whether every address of the job files lies in the domains that mail may go to.

use crate::base::strict_toml::{Placed, TomlFile};
use crate::base::{Folder, Problem};
use crate::delivery::{DomainList, Recipient};
use crate::job::Job;

/// Every recipient, sender and owner outside the list, with its place in its file. The files have been read without a
/// problem before; an address that cannot be found in its file again is told without a place.
pub(super) fn addressee_problems(folder: &Folder, jobs: &[Job], domains: &DomainList) -> Vec<Problem> {
    let mut problems = Vec::new();
    for job in jobs {
        let spec = &job.spec;
        let addresses = spec.recipients.iter().chain(&spec.sender).chain(&spec.owner);
        if addresses.clone().all(|address| domains.allows(address)) {
            continue;
        }
        let root = format!("{}/", folder.root());
        let text = folder.read(job.file.strip_prefix(&root).unwrap_or(&job.file)).unwrap_or_default();
        let toml = TomlFile::parse(job.file.clone(), &text);
        let top = toml.top();
        let mut placed: Vec<Placed<String>> = top.texts("recipients");
        placed.extend(["sender", "owner"].iter().filter_map(|key| top.text_opt(key)));
        let found = placed.iter().filter_map(|text| Some((Recipient::parse(&text.value).ok()?, text)));
        for (address, text) in found.filter(|(address, _)| !domains.allows(address)) {
            let message = format!("mail may not go to the domain of `{}`", address.address);
            toml.problem(&text.span, message, Some(domains.advice(&address)));
        }
        match toml.finish() {
            Err(found) => problems.extend(found.0),
            Ok(()) => problems.push(Problem::of_file(job.file.clone(), "mail may not go to the domain of an address")),
        }
    }
    problems
}
