//! Whether every name that a file uses is the name of something in it.
//!
//! The schemas demand it of contracts and events since 2022/09. Earlier published files break it here and there, and what
//! they break is one attribute, which then can't be evaluated. A card that excludes tokens by a condition that is not
//! there would be open to all: that is refused in every family.

use crate::{
	error::{ParseError, ParseReason},
	model::{Family, TokenScript},
	xml::{Element, Vocabulary},
};

/// Checks what a file's elements name: contracts, event types, selections, shared content.
pub(crate) fn check(root: &Element, script: &TokenScript) -> Result<(), ParseError> {
	// The tree is as deep as the limit allows, and no deeper.
	for element in root.elements() {
		match element.vocabulary {
			Vocabulary::TokenScript | Vocabulary::Ethereum => {
				check_element(element, script)?;
				check(element, script)?;
			},
			_ => {},
		}
	}
	Ok(())
}

fn check_element(element: &Element, script: &TokenScript) -> Result<(), ParseError> {
	let unknown = |name: &str| Err(ParseReason::Unknown(name.to_owned()).at(element));
	let strict = script.family >= Family::V2022_09;
	let uses_contract =
		strict && (element.vocabulary == Vocabulary::Ethereum || element.is_ts("ethereum"));
	if let Some(contract) = element.attribute("contract").filter(|_| uses_contract) {
		if script.contract(contract).is_none() {
			return unknown(contract);
		}
	}
	if strict && element.is(Vocabulary::Ethereum, "event") {
		let event = element.attribute("type").unwrap_or_default();
		if script.event_type(event).is_none() {
			return unknown(event);
		}
	}
	if element.is_ts("card") {
		for name in element.attribute("exclude").unwrap_or_default().split_whitespace() {
			let own = || element.all("selection").any(|it| it.attribute("name") == Some(name));
			if script.selection(name).is_none() && !own() {
				return unknown(name);
			}
		}
	}
	Ok(())
}
