//! Domains that mail may go to. A wrong address in a job file must not carry numbers out of the house.

use crate::base::nearest;
use crate::delivery::Recipient;

/// The domains of `mail.domains`; none means all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainList {
    /// In lower case; `*.example.net` is kept as `.example.net`.
    allowed: Vec<String>,
}

impl DomainList {
    /// Reads `example.com *.example.net`; the error is the reason. A star stands for one name or several, and not for
    /// none: who wants both writes both.
    pub fn parse(text: &str) -> Result<Self, String> {
        let one = |word: &str| {
            let domain = word.strip_prefix('*').unwrap_or(word).to_lowercase();
            let is_star = word.starts_with('*');
            let name = if is_star { domain.strip_prefix('.').unwrap_or_default() } else { domain.as_str() };
            let name = url::Host::parse(name).map(|host| host.to_string()).unwrap_or_default();
            let is_name = name.contains(|c: char| c.is_ascii_alphabetic()) && !name.contains(['*', '@', '[']);
            match is_name {
                true if is_star => Ok(format!(".{name}")),
                true => Ok(name),
                false => Err(format!("`{word}` is no domain: expected example.com or *.example.com")),
            }
        };
        let words = text.split([' ', ',', '\t', '\n', '\r']).filter(|word| !word.is_empty());
        Ok(Self { allowed: words.map(one).collect::<Result<_, _>>()? })
    }

    /// Whether mail may go there.
    pub fn allows(&self, recipient: &Recipient) -> bool {
        let domain = recipient.domain().to_lowercase();
        self.allowed.is_empty()
            || self.allowed.iter().any(|allowed| match allowed.strip_prefix('.') {
                Some(_) => domain.ends_with(allowed.as_str()) && domain.len() > allowed.len(),
                None => domain == *allowed,
            })
    }

    /// What to write instead: the domain most like the recipient's, or all there are.
    pub fn advice(&self, recipient: &Recipient) -> String {
        let domain = recipient.domain().to_lowercase();
        match nearest(&domain, self.allowed.iter().map(|allowed| allowed.trim_start_matches('.'))) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("mail.domains allows: {self}"),
        }
    }
}

impl std::fmt::Display for DomainList {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let told = self.allowed.iter().map(|a| if a.starts_with('.') { format!("*{a}") } else { a.clone() });
        f.write_str(&told.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_allowed(list: &str, address: &str) -> bool {
        DomainList::parse(list).expect(list).allows(&Recipient::parse(address).expect(address))
    }

    #[test]
    fn a_domain_allows_itself_a_star_what_is_below_and_nothing_allows_all() {
        let list = "example.com, *.Example.net Bücher.example";
        for address in ["a@example.com", "a@EXAMPLE.com", "a@b.example.net", "a@c.b.example.net", "a@bücher.example"] {
            assert!(is_allowed(list, address), "{address}");
        }
        for address in ["a@b.example.com", "a@example.net", "a@evilexample.net", "a@example.com.evil.org", "a@e.org"] {
            assert!(!is_allowed(list, address), "{address}");
        }
        assert!(is_allowed("", "a@anywhere.org"));
    }

    #[test]
    fn what_is_no_domain_is_refused_and_a_slip_finds_its_domain() {
        for wrong in ["*", "a@example.com", "exa*mple.com", "*example com/", "10.0.0.1"] {
            assert!(DomainList::parse(wrong).is_err(), "{wrong}");
        }
        let list = DomainList::parse("example.com *.example.net").expect("a list");
        let advice = |address: &str| list.advice(&Recipient::parse(address).expect("an address"));
        assert_eq!(advice("a@exmaple.com"), "did you mean `example.com`?");
        assert_eq!(advice("a@somewhere.org"), "mail.domains allows: example.com, *.example.net");
    }
}
