//! Why the window cannot be opened or had to close.

use std::io::ErrorKind;
use std::net::SocketAddr;

use crate::base::{Remedied, Remedy};

/// Why the window cannot be opened or had to close.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is reachable from outside and there is nothing to tell a friend from a stranger.
    #[error("{address} is reachable from outside this machine, and there is no access token yet")]
    Open {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate {file} cannot be used: {reason}")]
    Certificate {
        /// The file that is wrong.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Remedied for HttpError {
    fn remedy(&self) -> Remedy {
        match self {
            HttpError::Open { .. } | HttpError::Bind { .. } | HttpError::Certificate { .. } => Remedy::FixConfig,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            HttpError::Open { address } => Some(format!(
                "make one with `vesper token create --scope metrics`, or listen on 127.0.0.1:{}",
                address.port()
            )),
            HttpError::Bind { address, source } => Some(match source.kind() {
                ErrorKind::AddrInUse => {
                    format!("another process holds port {}: stop it, or choose a free port", address.port())
                }
                ErrorKind::PermissionDenied => "ports below 1024 need a privilege: choose a higher one".to_owned(),
                _ => format!("choose an address of this machine, such as 127.0.0.1:{}", address.port()),
            }),
            HttpError::Certificate { .. } => {
                Some("http.tls_cert names a PEM file with the chain, http.tls_key one with its private key".to_owned())
            }
        }
    }
}
