//! Endpoints of service nodes: web origins, each in exactly one spelling.
//!
//! What an operator writes is brought into one form or refused, so that two spellings of one endpoint can't be two
//! endpoints. Only an origin is taken (scheme, host, port): paths would let one server count as any number of nodes.
//! Whether an address is private, or answers at all, is found out by those who call it.

use alloc::{format, string::String};
use core::net::{Ipv4Addr, Ipv6Addr};
use sp_core::ConstU32;
use sp_runtime::BoundedVec;

/// The most bytes of an endpoint.
pub const MAX_ENDPOINT: u32 = 256;

/// The most bytes of a host name.
const MAX_HOST: usize = 253;

/// The most bytes between two dots of a host name.
const MAX_LABEL: usize = 63;

/// An endpoint as bytes of ASCII; in its one spelling where [`normalise`] made it.
pub type Endpoint = BoundedVec<u8, ConstU32<MAX_ENDPOINT>>;

/// The one spelling of an endpoint: `scheme://host` or `scheme://host:port`, lower case, without the scheme's own
/// port. `None` for everything else, among it user names, paths, queries and fragments.
///
/// Only on a `development` chain an endpoint may begin with `http` or name a host without a dot.
pub fn normalise(url: &[u8], development: bool) -> Option<Endpoint> {
	let (scheme, rest) = core::str::from_utf8(url).ok()?.split_once("://")?;
	let scheme = scheme.to_ascii_lowercase();
	let default_port = match scheme.as_str() {
		"https" => 443,
		"http" if development => 80,
		_ => return None,
	};
	let (host, port) = split_port(rest.strip_suffix('/').unwrap_or(rest))?;
	let host = normalise_host(host, development)?;
	let spelling = match port {
		Some(port) if port != default_port => format!("{scheme}://{host}:{port}"),
		_ => format!("{scheme}://{host}"),
	};
	spelling.into_bytes().try_into().ok()
}

/// Host and port of an authority; the brackets of an IPv6 address belong to the host.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
	let after_host = if authority.starts_with('[') {
		authority.find(']')?.checked_add(1)?
	} else {
		authority.find(':').unwrap_or(authority.len())
	};
	let (host, port) = authority.split_at_checked(after_host)?;
	if port.is_empty() {
		return Some((host, None));
	}
	Some((host, Some(parse_port(port.strip_prefix(':')?)?)))
}

fn parse_port(digits: &str) -> Option<u16> {
	let canonical = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
	canonical.then(|| digits.parse().ok())?
}

fn normalise_host(host: &str, development: bool) -> Option<String> {
	if let Some(address) = host.strip_prefix('[') {
		let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
		// An IPv4 address inside IPv6 would be a second spelling of that address.
		return address.to_ipv4_mapped().is_none().then(|| format!("[{address}]"));
	}
	let last = host.rsplit('.').next()?;
	if last.starts_with(|first: char| first.is_ascii_digit()) {
		// No top-level domain begins with a digit. Hexadecimal, octal and shortened spellings are refused.
		let address: Ipv4Addr = host.parse().ok()?;
		return Some(format!("{address}"));
	}
	let well_formed = host.len() <= MAX_HOST && host.split('.').all(is_label);
	(well_formed && (development || host.contains('.'))).then(|| host.to_ascii_lowercase())
}

fn is_label(label: &str) -> bool {
	(1..=MAX_LABEL).contains(&label.len())
		&& label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
		&& !label.starts_with('-')
		&& !label.ends_with('-')
}

#[cfg(test)]
mod tests {
	use super::*;

	fn public(url: &str) -> Option<String> {
		normalise(url.as_bytes(), false).map(|it| String::from_utf8(it.into_inner()).unwrap())
	}

	#[test]
	fn spellings_of_one_endpoint_become_one() {
		for url in [
			"https://node.example.org",
			"https://node.example.org/",
			"HTTPS://Node.EXAMPLE.org",
			"https://node.example.org:443",
			"https://node.example.org:443/",
		] {
			assert_eq!(public(url).as_deref(), Some("https://node.example.org"), "{url}");
		}
		for url in ["https://[2001:DB8:0:0::1]:8443", "https://[2001:db8::1]:8443/"] {
			assert_eq!(public(url).as_deref(), Some("https://[2001:db8::1]:8443"), "{url}");
		}
		assert_eq!(public("https://192.0.2.7").as_deref(), Some("https://192.0.2.7"));
		assert_eq!(
			public("https://xn--bcher-kva.ch:80").as_deref(),
			Some("https://xn--bcher-kva.ch:80")
		);
	}

	#[test]
	fn a_spelling_stays_what_it_is() {
		for url in
			["https://a.example", "https://a.example:8443", "https://[::1]", "https://10.0.0.1"]
		{
			assert_eq!(public(url).as_deref(), Some(url));
		}
	}

	#[test]
	fn whatever_is_no_public_origin_is_refused() {
		let long_label = format!("https://{}.org", "a".repeat(64));
		let long_host = format!("https://{}org", "abcdefg.".repeat(32));
		for url in [
			"",
			"https://",
			"https:///",
			"https:node.example",
			"ftp://node.example",
			"http://node.example",
			"https://localhost",
			"https://user@node.example",
			"https://user:secret@node.example",
			"https://node.example/path",
			"https://node.example//",
			"https://node.example?query",
			"https://node.example#fragment",
			"https://node.example\\evil",
			"https://node.example.",
			"https://.example",
			"https://node..example",
			"https://-node.example",
			"https://node-.example",
			"https://no_de.example",
			"https://n%6Fde.example",
			"https://b\u{fc}cher.example",
			" https://node.example",
			"https://node.example ",
			"https://node.example:",
			"https://node.example:0",
			"https://node.example:0443",
			"https://node.example:+443",
			"https://node.example:65536",
			"https://node.example:1:2",
			"https://127.1",
			"https://0x7f.0.0.1",
			"https://0x7f000001",
			"https://2130706433",
			"https://127.0.0.01",
			"https://[::ffff:127.0.0.1]",
			"https://[::1",
			"https://[::1]x",
			"https://[fe80::1%25eth0]",
			"https://::1",
			&long_label,
			&long_host,
		] {
			assert_eq!(public(url), None, "{url}");
		}
		assert_eq!(normalise(b"https://\xff.example", false), None);
	}

	#[test]
	fn a_development_chain_takes_plain_http_and_local_names() {
		let development = |url: &str| normalise(url.as_bytes(), true).map(Endpoint::into_inner);
		assert_eq!(development("http://localhost:80").unwrap(), b"http://localhost");
		assert_eq!(development("http://127.0.0.1:9000/").unwrap(), b"http://127.0.0.1:9000");
		assert_eq!(development("http://localhost/path"), None);
		assert_eq!(development("ws://localhost"), None);
	}
}
