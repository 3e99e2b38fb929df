//! All published examples: they parse, say what they say, and evaluate.

use crate::{bytes, example, path};
use alloy_primitives::{address, Address, U256};
use smartlayer_tokenscript::{
	CardKind, Context, EvaluationLimits, Evaluator, Family, Limits, NoChain, Origin, Signatures,
	TokenScript, Value, ViewKind,
};
use std::fs;

const ALL: usize = 16;

fn all() -> Vec<(String, TokenScript)> {
	let mut names: Vec<_> = fs::read_dir(path("examples", ""))
		.unwrap()
		.map(|entry| entry.unwrap().file_name().into_string().unwrap())
		.filter(|name| name.ends_with(".xml"))
		.collect();
	names.sort();
	let parse = |name: String| {
		let script = TokenScript::parse(&bytes("examples", &name), &Limits::default());
		let script = script.unwrap_or_else(|error| panic!("{name}:{error}"));
		(name, script)
	};
	names.into_iter().map(parse).collect()
}

fn evaluator<'a>(script: &'a TokenScript, id: U256) -> Evaluator<'a> {
	let context = Context::new(100, address!("0f43923667843bccafd12a5c001a7838fa5fc8ab"))
		.with_token_id(id)
		.with_holder(Address::repeat_byte(7));
	Evaluator::new(script, context, &NoChain, EvaluationLimits::default())
}

#[test]
fn every_example_parses() {
	let all = all();
	assert_eq!(all.len(), ALL);
	for family in [Family::V2019_10, Family::V2020_06, Family::V2022_09, Family::V2024_01] {
		assert!(all.iter().any(|(_, script)| script.family == family), "{family}");
	}
	assert!(all.iter().all(|(_, script)| !script.cards.is_empty()));
}

#[test]
fn no_example_is_signed() {
	for (name, script) in all() {
		assert_eq!(script.signatures(), Signatures::Unsigned, "{name}");
	}
}

#[test]
fn entities_in_other_files_are_reported() {
	let with = all().into_iter().filter(|(_, script)| !script.unresolved_entities.is_empty());
	assert_eq!(with.count(), 13);
	let entities = example("EntryToken").unresolved_entities;
	let names: Vec<_> = entities.iter().map(String::as_str).collect();
	assert_eq!(names, ["enter.en", "enter.en.shtml", "icon.en", "style", "token.en"]);
}

#[tokio::test]
async fn every_attribute_from_a_token_id_has_a_value() {
	let mut fields = 0;
	for (name, script) in all() {
		let mut id = [1; 32];
		id[..19].copy_from_slice(b"20200612210000+020\x03");
		let mut evaluator = evaluator(&script, U256::from_be_bytes(id));
		for attribute in &script.attributes {
			if matches!(attribute.source.origin, Origin::TokenId(_)) {
				let value = evaluator.attribute(&attribute.name).await;
				assert!(matches!(value, Ok(Some(_))), "{name} {} {value:?}", attribute.name);
				fields += 1;
			}
		}
	}
	assert_eq!(fields, 9);
}

#[tokio::test]
async fn every_page_of_every_card_renders() {
	let mut pages = 0;
	for (name, script) in all() {
		for card in &script.cards {
			let mut evaluator = evaluator(&script, U256::from(1)).for_card(card);
			for kind in [ViewKind::Full, ViewKind::Item, ViewKind::Guide] {
				let page = evaluator.render(card, kind).await;
				let page = page.unwrap_or_else(|error| panic!("{name} {}: {error}", card.name));
				if let Some(page) = page {
					assert!(page.html.ends_with("</body>\n</html>\n"));
					assert_eq!(page.values["chainId"], "100");
					pages += 1;
				}
			}
		}
	}
	assert_eq!(pages, 51);
}

#[tokio::test]
async fn a_ticket_is_read_from_its_id() {
	let script = example("UEFA");
	let mut id = [0; 32];
	id[..19].copy_from_slice(b"20200612210000+0200");
	id[19] = 5;
	id[20..26].copy_from_slice(b"NEDUKR");
	id[26] = b'5';
	id[27] = 4;
	id[29..31].copy_from_slice(&300_u16.to_be_bytes());
	let mut evaluator = evaluator(&script, U256::from_be_bytes(id));
	let (values, failed) = evaluator.values().await;
	assert_eq!(values["time"], "20200612210000+0200");
	assert_eq!(values["venue"], "Johan Cruijff Arena");
	assert_eq!(values["countryA"], "NED");
	assert_eq!(values["countryB"], "UKR");
	assert_eq!(values["match"], 5);
	assert_eq!(values["category"], "The Suite (Gold)");
	assert_eq!(values["numero"], 300);
	// The last character of the time is no city.
	assert_eq!(values["locality"], serde_json::Value::Null);
	assert_eq!(failed.keys().collect::<Vec<_>>(), ["redeemed"]);
	let time = evaluator.attribute("time").await;
	assert!(matches!(time, Ok(Some(Value::Time(time))) if time.seconds() == 1_591_988_400));
}

#[tokio::test]
async fn texts_follow_the_language() {
	let script = example("UEFA");
	let mut id = [0; 32];
	id[18] = 3;
	let mut context = Context::new(100, Address::ZERO).with_token_id(U256::from_be_bytes(id));
	context.language = "zh".to_owned();
	let mut evaluator = Evaluator::new(&script, context, &NoChain, EvaluationLimits::default());
	let city = evaluator.attribute("locality").await;
	assert_eq!(city, Ok(Some(Value::Text("阿姆斯特丹".to_owned()))));
	assert_eq!(script.label.counted("en", 2), Some("Tickets"));
	assert_eq!(script.attribute("countryA").unwrap().label.get("zh"), Some("球队 A"));
	assert_eq!(script.attribute("numero").unwrap().label.get("fr"), Some("№"));
}

#[test]
fn contracts_stand_on_their_networks() {
	let script = example("EntryToken");
	let contract = script.contract("EntryToken").unwrap();
	assert_eq!(contract.interface.as_deref(), Some("erc875"));
	let chains: Vec<_> = contract.deployments.iter().map(|it| it.chain_id).collect();
	assert_eq!(chains, [1, 3, 42]);
	let address = address!("fb82a5a2922a249f32222316b9d1f5cbd3838678");
	assert!(script.is_for(3, address));
	assert!(!script.is_for(1, address));
	assert!(!script.is_for(3, Address::ZERO));
	// A contract on several networks has no place for another one; one on a single network has.
	assert_eq!(contract.deployment(5), None);
	assert_eq!(example("DAI").contract("DAI").unwrap().deployment(5).unwrap().chain_id, 1);
}

#[test]
fn cards_have_their_kinds_in_every_family() {
	let kinds = |name: &str| example(name).cards.iter().map(|it| it.kind).collect::<Vec<_>>();
	assert_eq!(kinds("Coin"), [CardKind::Action]);
	assert_eq!(kinds("EntryToken"), [CardKind::Token, CardKind::Action]);
	assert_eq!(kinds("ERC20-TokenScript"), [CardKind::Activity; 4]);
	assert_eq!(kinds("XDAI-bridge"), [CardKind::Action]);
	let coin = example("Coin");
	assert_eq!((coin.cards[0].name.as_str(), coin.label.get("en")), ("Mint", Some("Coin")));
	assert_eq!(coin.attributes.len(), 1);
}

#[test]
fn a_file_can_be_a_single_card() {
	let script = example("XDAI-bridge");
	let card = &script.cards[0];
	assert_eq!(card.input[0].network, Some(100));
	let contract = card.output[0].contract.as_ref().unwrap();
	assert_eq!(
		contract.deployments[0].address,
		address!("6b175474e89094c44da98b954eedeac495271d0f")
	);
}

#[test]
fn meta_data_of_later_families_is_read() {
	let meta = example("template-smart-layer-network").meta;
	assert_eq!(meta.description.get("en"), Some("Smart Layer Network Official Tokenscript"));
	assert_eq!(meta.about_url.get("en"), Some("https://www.smartlayer.network/"));
	assert!(meta.image_url.get("en").unwrap().ends_with("sln-tokenscript-cover.png"));
}

#[test]
fn attributes_come_after_those_that_they_need() {
	let script = example("template-ens-721");
	let card = script.card("Renew");
	let order: Vec<_> = script.evaluation_order(card).iter().map(|it| it.name.as_str()).collect();
	let place = |name: &str| order.iter().position(|it| *it == name).unwrap();
	assert!(place("renewalPricePerYear") > place("ensName"));
	assert_eq!(order.len(), 6);
}
