//! The families of the language, told apart by their namespace.

use std::fmt;

/// A family of TokenScript. Drafts between two published ones belong to the one whose elements they use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
	/// 2019/10, with the drafts 2019/04 to 2020/03: `attribute-type`, `action`, `token-card`.
	V2019_10,
	/// 2020/06: `attribute`, `card`, `ethereum:call`.
	V2020_06,
	/// 2022/09: shared view content, meta data, attestations.
	V2022_09,
	/// 2024/01: interface descriptions, named transactions, structures as arguments.
	V2024_01,
}

impl Family {
	/// The family of a namespace.
	pub fn of_namespace(namespace: &str) -> Option<Self> {
		let date = namespace.strip_prefix("http://tokenscript.org/")?;
		Some(match date.strip_suffix("/tokenscript")? {
			"2019/04" | "2019/05" | "2019/07" | "2019/10" | "2020/02" | "2020/03" => Self::V2019_10,
			"2020/06" => Self::V2020_06,
			"2022/09" => Self::V2022_09,
			"2024/01" => Self::V2024_01,
			_ => return None,
		})
	}
}

impl fmt::Display for Family {
	fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
		formatter.write_str(match self {
			Self::V2019_10 => "2019/10",
			Self::V2020_06 => "2020/06",
			Self::V2022_09 => "2022/09",
			Self::V2024_01 => "2024/01",
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn every_family_is_known_by_its_namespace() {
		for date in ["2019/10", "2020/06", "2022/09", "2024/01"] {
			let namespace = format!("http://tokenscript.org/{date}/tokenscript");
			assert_eq!(Family::of_namespace(&namespace).unwrap().to_string(), date);
		}
	}

	#[test]
	fn other_namespaces_are_of_no_family() {
		for namespace in ["", "http://tokenscript.org/2031/01/tokenscript", "urn:x"] {
			assert_eq!(Family::of_namespace(namespace), None);
		}
	}
}
