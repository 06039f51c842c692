//! Compressed bodies, chosen by `Accept-Encoding` (RFC 9110, 12.5.3).

use std::io::Write as _;

use axum::http::{HeaderMap, header};
use bytes::Bytes;
use flate2::write::GzEncoder;

/// How a body goes over the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

/// Below it a body fits one packet either way.
const SIZE_MIN: usize = 1_000;
/// Made once and sent often: rather small than soon. Both stay under some milliseconds for a body of a megabyte.
const BROTLI_QUALITY: u32 = 5;
const ZSTD_LEVEL: i32 = 9;
/// What brotli may look back on: 4 MiB, more than most bodies.
const BROTLI_WINDOW: u32 = 22;

impl Encoding {
    pub(super) const ALL: [Encoding; 4] = [Encoding::Brotli, Encoding::Zstd, Encoding::Gzip, Encoding::Identity];

    /// The name of the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Identity => "identity",
            Encoding::Gzip => "gzip",
            Encoding::Brotli => "br",
            Encoding::Zstd => "zstd",
        }
    }

    /// `bytes` in this encoding.
    pub(super) fn encode(self, bytes: &Bytes) -> Bytes {
        match self {
            Encoding::Identity => bytes.clone(),
            Encoding::Gzip => gzip(bytes),
            Encoding::Brotli => brotli(bytes),
            Encoding::Zstd => zstd(bytes),
        }
    }

    /// What the client likes best of what we have; what it likes alike, the smallest first.
    pub(super) fn negotiate(request: &HeaderMap, size: usize) -> Encoding {
        if size < SIZE_MIN || !request.contains_key(header::ACCEPT_ENCODING) {
            return Encoding::Identity;
        }
        let liked = Encoding::ALL.into_iter().rev().map(|encoding| (quality(request, encoding), encoding));
        // The last of equals wins, so the list is turned round.
        let best = liked.filter(|(q, _)| *q > 0.0).max_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map_or(Encoding::Identity, |(_, encoding)| encoding)
    }
}

fn quality(request: &HeaderMap, encoding: Encoding) -> f64 {
    let lists = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut any = None;
    for item in lists.flat_map(|list| list.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let q = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse).unwrap_or(0.0);
        if name.eq_ignore_ascii_case(encoding.name()) {
            return q;
        }
        if name == "*" {
            any = Some(q);
        }
    }
    // Unnamed, the plain body is possible and liked least.
    any.unwrap_or(if encoding == Encoding::Identity { 0.001 } else { 0.0 })
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("a Vec takes every byte").into()
}

fn brotli(bytes: &[u8]) -> Bytes {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4_096, BROTLI_QUALITY, BROTLI_WINDOW);
    encoder.write_all(bytes).expect("a Vec takes every byte");
    encoder.into_inner().into()
}

fn zstd(bytes: &[u8]) -> Bytes {
    zstd::bulk::compress(bytes, ZSTD_LEVEL).expect("a body fits the memory twice").into()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn accept(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, value.parse().expect("a header value"))])
    }

    #[test]
    fn the_client_chooses_and_of_equals_the_smallest_is_taken() {
        for (header, expected) in [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("gzip, zstd", Encoding::Zstd),
            ("gzip;q=1.0, br;q=0.5", Encoding::Gzip),
            ("GZIP", Encoding::Gzip),
            ("deflate", Encoding::Identity),
            ("", Encoding::Identity),
            ("*", Encoding::Brotli),
            ("br;q=0, *;q=0.1", Encoding::Zstd),
            ("identity, gzip;q=0.5", Encoding::Identity),
            ("gzip;q=nonsense", Encoding::Identity),
        ] {
            assert_eq!(Encoding::negotiate(&accept(header), 5_000), expected, "{header}");
        }
        assert_eq!(Encoding::negotiate(&accept("br"), 999), Encoding::Identity);
        assert_eq!(Encoding::negotiate(&HeaderMap::new(), 5_000), Encoding::Identity);
    }

    #[test]
    fn every_form_is_the_same_body() {
        let bytes = Bytes::from("a line of a table, again and again\n".repeat(500));
        let form = |encoding: Encoding| encoding.encode(&bytes);
        let mut text = Vec::new();
        flate2::read::GzDecoder::new(form(Encoding::Gzip).as_ref()).read_to_end(&mut text).expect("gzip");
        assert_eq!(text, bytes);
        text.clear();
        brotli::Decompressor::new(form(Encoding::Brotli).as_ref(), 4_096).read_to_end(&mut text).expect("brotli");
        assert_eq!(text, bytes);
        assert_eq!(zstd::bulk::decompress(&form(Encoding::Zstd), bytes.len()).expect("zstd"), bytes);
        for encoding in [Encoding::Gzip, Encoding::Brotli, Encoding::Zstd] {
            assert!(form(encoding).len() < bytes.len() / 10);
        }
    }
}
