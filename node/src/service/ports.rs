//! Makes sure that the ports this node was given are free, before it touches anything.
//!
//! The SDK's servers would take another port or log an error and go on; whoever named a port relies on it.

use sc_network::{multiaddr::Protocol, Multiaddr};
use sc_service::{Configuration, Error};
use std::net::{IpAddr, SocketAddr, TcpListener};

/// Fails if somebody listens where this node shall.
pub fn claim(config: &mut Configuration) -> Result<(), Error> {
	for endpoint in config.rpc.addr.iter_mut().flatten() {
		endpoint.retry_random_port = false;
		if !endpoint.is_optional {
			is_free(endpoint.listen_addr, "RPC", "--rpc-port")?;
		}
	}
	if let Some(prometheus) = &config.prometheus_config {
		is_free(prometheus.port, "metrics", "--prometheus-port")?;
	}
	for address in config.network.listen_addresses.iter().filter_map(socket_address) {
		is_free(address, "peer-to-peer", "--port or --listen-addr")?;
	}
	Ok(())
}

fn is_free(address: SocketAddr, purpose: &str, option: &str) -> Result<(), Error> {
	// The listener is dropped at once: the server that follows takes the port.
	TcpListener::bind(address).map(drop).map_err(|reason| {
		Error::Other(format!("{purpose} address {address}: {reason}; choose another with {option}"))
	})
}

/// The TCP socket of a multiaddress, `None` for other transports and names.
fn socket_address(address: &Multiaddr) -> Option<SocketAddr> {
	let mut protocols = address.iter();
	let ip = match protocols.next()? {
		Protocol::Ip4(ip) => IpAddr::V4(ip),
		Protocol::Ip6(ip) => IpAddr::V6(ip),
		_ => return None,
	};
	match protocols.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}
