//! Which addresses a call may go to: those of the public internet, and what the deployment allows by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What is refused by default, and why. IPv6 that carries an IPv4 address is judged by that address.
const REFUSED: [(&str, &str); 27] = [
    ("0.0.0.0/8", "an unspecified address"),
    ("10.0.0.0/8", "a private address"),
    ("100.64.0.0/10", "an address of a carrier's inner network"),
    ("127.0.0.0/8", "a loopback address"),
    ("169.254.169.254/32", "a cloud's metadata service"),
    ("169.254.0.0/16", "a link-local address"),
    ("172.16.0.0/12", "a private address"),
    ("192.0.0.0/24", "an address of protocols"),
    ("192.0.2.0/24", "an address of documentation"),
    ("192.88.99.0/24", "an address of a retired relay"),
    ("192.168.0.0/16", "a private address"),
    ("198.18.0.0/15", "an address of benchmarks"),
    ("198.51.100.0/24", "an address of documentation"),
    ("203.0.113.0/24", "an address of documentation"),
    ("224.0.0.0/4", "a multicast address"),
    ("240.0.0.0/4", "a reserved or broadcast address"),
    ("::1/128", "a loopback address"),
    ("64:ff9b:1::/48", "an address of an inner translation"),
    ("::/96", "an unspecified or IPv4-compatible address"),
    ("100::/64", "an address that discards"),
    ("2001::/23", "an address of protocols or of Teredo"),
    ("2001:db8::/32", "an address of documentation"),
    ("3fff::/20", "an address of documentation"),
    ("fd00:ec2::254/128", "a cloud's metadata service"),
    ("fc00::/7", "a unique local address"),
    ("fe80::/9", "a link-local or site-local address"),
    ("ff00::/8", "a multicast address"),
];

/// IPv6 that carries an IPv4 address, and the byte where that begins: mapped, NAT64, 6to4.
const CARRIERS: [(&str, usize); 3] = [("::ffff:0:0/96", 12), ("64:ff9b::/96", 12), ("2002::/16", 2)];

/// Where calls may go beyond the public internet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    /// Networks of the deployment's own receivers.
    pub networks: Vec<IpNet>,
}

impl Allowed {
    /// Reads networks (`10.1.0.0/16`) and single addresses, parted by spaces or commas. The error is the wrong one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let net = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            net.map_err(|_| format!("`{part}` is neither a network nor an address"))
        };
        Ok(Self { networks: parts.map(network).collect::<Result<_, _>>()? })
    }

    /// Why a call may not go to `address`; `None` when it may.
    pub(super) fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let judged = carried(address);
        if self.networks.iter().any(|net| net.contains(&address) || net.contains(&judged)) {
            return None;
        }
        let refused = |(net, _): &&(&str, &str)| network(net).contains(&judged);
        if let Some((_, why)) = REFUSED.iter().find(refused) {
            return Some(why);
        }
        // Only 2000::/3 is given out; whatever else there may be is nobody's public receiver.
        let is_unassigned = judged.is_ipv6() && !network("2000::/3").contains(&judged);
        is_unassigned.then_some("an address outside the public internet")
    }
}

/// The IPv4 address within an IPv6 one, or the address itself.
fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    match CARRIERS.iter().find(|(net, _)| network(net).contains(&address)) {
        Some((_, start)) => IpAddr::V4(four_octets(v6, *start)),
        None => address,
    }
}

fn four_octets(v6: Ipv6Addr, start: usize) -> Ipv4Addr {
    let o = v6.octets();
    Ipv4Addr::new(o[start], o[start + 1], o[start + 2], o[start + 3])
}

fn network(text: &str) -> IpNet {
    text.parse().expect("the tables hold networks; a test reads each of them")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_refused(text: &str) -> bool {
        Allowed::default().refusal(text.parse().expect("an address")).is_some()
    }

    #[test]
    fn the_tables_hold_networks_and_nothing_else() {
        for (net, _) in REFUSED {
            assert_eq!(net.parse::<IpNet>().expect(net).trunc().to_string(), net);
        }
        for (net, start) in CARRIERS {
            let parsed: IpNet = net.parse().expect(net);
            assert!(start + 4 <= 16 && usize::from(parsed.prefix_len()) <= start * 8, "{net}");
        }
    }

    #[test]
    fn inner_addresses_are_refused_in_every_spelling() {
        for inner in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.255.255",
            "192.168.0.1",
            "169.254.169.254",
            "169.254.0.7",
            "100.64.0.1",
            "100.127.255.255",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "192.0.2.1",
            "198.18.0.1",
            "::",
            "::1",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "100::1",
            "5f00::1",
            "4000::1",
        ] {
            assert!(is_refused(inner), "{inner}");
        }
        for public in [
            "1.1.1.1",
            "93.184.216.34",
            "172.15.0.1",
            "172.32.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "169.253.0.1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(!is_refused(public), "{public}");
        }
    }

    #[test]
    fn a_deployment_allows_its_own_networks_and_nothing_beside_them() {
        let allowed = Allowed::parse("10.1.0.0/16, fd12::/16 192.168.7.9").expect("networks");
        let refusal = |text: &str| allowed.refusal(text.parse().expect("an address"));
        for ours in ["10.1.255.255", "fd12::9", "192.168.7.9", "::ffff:10.1.0.1"] {
            assert_eq!(refusal(ours), None, "{ours}");
        }
        assert_eq!(refusal("10.2.0.1"), Some("a private address"));
        assert_eq!(refusal("169.254.169.254"), Some("a cloud's metadata service"));
        assert!(Allowed::parse("10.1.0.0/33").is_err() && Allowed::parse("intranet").is_err());
        assert_eq!(Allowed::parse(" "), Ok(Allowed::default()));
    }

    /// What the standard library knows of an IPv4 address, which is another list than ours.
    fn is_inner(v4: Ipv4Addr) -> bool {
        let [a, b, ..] = v4.octets();
        v4.is_private()
            || v4.is_loopback()
            || v4.is_link_local()
            || v4.is_multicast()
            || v4.is_broadcast()
            || v4.is_documentation()
            || v4.is_unspecified()
            || a == 0
            || a >= 240
            || (a == 100 && b & 0xc0 == 64)
    }

    proptest! {
        #[test]
        fn what_the_standard_library_calls_inner_is_refused_however_it_is_carried(bits: u32, tail: u64) {
            let v4 = Ipv4Addr::from(bits);
            let [a, b, c, d] = v4.octets();
            let [hi, lo] = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
            let [t1, t2, t3, t4] = [(tail >> 48) as u16, (tail >> 32) as u16, (tail >> 16) as u16, tail as u16];
            let carriers = [
                IpAddr::V4(v4),
                IpAddr::V6(v4.to_ipv6_mapped()),
                IpAddr::V6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, hi, lo)),
                IpAddr::V6(Ipv6Addr::new(0x2002, hi, lo, t1, t2, t3, t4, 1)),
            ];
            let plain = Allowed::default().refusal(IpAddr::V4(v4)).is_some();
            prop_assert!(plain || !is_inner(v4), "{v4} is inner");
            for address in carriers {
                prop_assert_eq!(Allowed::default().refusal(address).is_some(), plain, "{}", address);
            }
        }

        #[test]
        fn only_global_unicast_of_ipv6_is_ever_called(bits: u128) {
            let v6 = Ipv6Addr::from(bits);
            let is_carrier = carried(IpAddr::V6(v6)).is_ipv4();
            let is_global = v6.segments()[0] & 0xe000 == 0x2000;
            prop_assert!(is_global || is_carrier || Allowed::default().refusal(IpAddr::V6(v6)).is_some());
            prop_assert!(!v6.is_loopback() && !v6.is_multicast() && !v6.is_unique_local() || Allowed::default().refusal(IpAddr::V6(v6)).is_some());
        }
    }
}
