//! Calls, events, selections and transactions, as the published files describe them.

use crate::{
	example, file, parse,
	scripted::{selector, text, word, Scripted},
};
use alloy_primitives::{address, keccak256, Address, B256, U256};
use smartlayer_tokenscript::{
	Availability, ChainError, Context, EvaluationError, EvaluationLimits, Evaluator, Log, NoChain,
	TokenScript, Value,
};

const HOLDER: Address = Address::repeat_byte(7);
const CONTRACT: Address = Address::repeat_byte(9);

fn context() -> Context {
	Context::new(1, CONTRACT).with_token_id(U256::from(5)).with_holder(HOLDER)
}

fn entered(name: &str, value: &str) -> Context {
	context().with_entry(name, Value::Text(value.to_owned()))
}

fn evaluator<'a>(script: &'a TokenScript, context: Context, chain: &'a Scripted) -> Evaluator<'a> {
	Evaluator::new(script, context, chain, EvaluationLimits::default())
}

fn uint(number: u64) -> Value {
	Value::Uint(U256::from(number))
}

#[tokio::test]
async fn a_call_is_encoded_and_its_answer_decoded() {
	let script = example("cDAI");
	let chain = Scripted::always(word(77));
	let mut evaluator = evaluator(&script, context(), &chain);
	assert_eq!(evaluator.attribute("allowance").await, Ok(Some(uint(77))));
	let (chain_id, to, data) = chain.asked.lock().unwrap()[0].clone();
	assert_eq!((chain_id, to), (1, address!("6B175474E89094C44Da98b954EedeAC495271d0F")));
	let spender = address!("5d3a536e4d6dbd6114cc1ead35777bab948e3643");
	let words = [HOLDER.into_word(), spender.into_word()].concat();
	assert_eq!(data, [selector("allowance(address,address)"), words].concat());
}

#[tokio::test]
async fn a_call_without_a_contract_goes_to_the_tokens_own() {
	let script = example("ERC20-TokenScript");
	let chain = Scripted::new(|(_, _, data)| {
		Ok(if *data == selector("decimals()") { word(18) } else { text("Gold") })
	});
	let mut evaluator = evaluator(&script, context(), &chain);
	assert_eq!(evaluator.attribute("decimals").await, Ok(Some(uint(18))));
	assert_eq!(evaluator.attribute("symbol").await, Ok(Some(Value::Text("Gold".to_owned()))));
	assert!(chain.asked.lock().unwrap().iter().all(|(_, to, _)| *to == CONTRACT));
}

#[tokio::test]
async fn an_attribute_is_asked_for_once() {
	let script = example("cDAI");
	let chain = Scripted::always(word(1));
	let mut evaluator = evaluator(&script, context(), &chain);
	for _ in 0..3 {
		evaluator.attribute("allowance").await.unwrap();
	}
	assert_eq!(evaluator.attributes().await.len(), 5);
	assert_eq!(chain.calls(), 5);
}

#[tokio::test]
async fn an_attribute_can_need_an_event() {
	let script = example("template-ens-721");
	let card = script.card("Renew").unwrap();
	let controller = address!("283af0b28c62c092c9727f1ee09c02ca627eb7f5");
	let label = B256::from(U256::from(5));
	let topic = keccak256("NameRegistered(string,bytes32,address,uint256,uint256)");
	let log = |name: &str| Log {
		address: controller,
		topics: vec![topic, label, HOLDER.into_word()],
		// The name's offset counts from the three fields that are no topics.
		data: [word(96), word(1), word(2), text(name)[32..].to_vec()].concat(),
	};
	let price = Scripted::new(|(_, _, data)| {
		assert_eq!(data[..4], selector("rentPrice(string,uint256)"));
		assert!(data.windows(3).any(|it| it == b"new"));
		Ok(word(900))
	});
	let chain = Scripted { logs: Ok(vec![log("old"), log("new")]), ..price };
	let mut evaluator = evaluator(&script, context(), &chain).for_card(card);
	assert_eq!(evaluator.attribute("renewalPricePerYear").await, Ok(Some(uint(900))));
	assert_eq!(evaluator.attribute("ensName").await, Ok(Some(Value::Text("new".to_owned()))));
	let query = chain.queries.lock().unwrap()[0].clone();
	assert_eq!(query.address, controller);
	assert_eq!(query.topics, [Some(topic), Some(label), None]);
}

#[tokio::test]
async fn no_event_is_no_value_and_what_needs_it_says_so() {
	let script = example("template-ens-721");
	let card = script.card("Renew").unwrap();
	let chain = Scripted::with_logs(Vec::new());
	let mut evaluator = evaluator(&script, context(), &chain).for_card(card);
	assert_eq!(evaluator.attribute("ensName").await, Ok(None));
	let price = evaluator.attribute("renewalPricePerYear").await;
	assert!(matches!(price, Err(EvaluationError::Missing(name)) if name.to_string() == "ensName"));
	assert_eq!(chain.calls(), 0);
}

#[tokio::test]
async fn an_activity_shows_its_events() {
	let script = example("ERC20-TokenScript");
	let topic = keccak256("Transfer(address,address,uint256)");
	let log = |to: u8, amount| Log {
		address: CONTRACT,
		topics: vec![topic, HOLDER.into_word(), Address::repeat_byte(to).into_word()],
		data: word(amount),
	};
	let chain = Scripted::with_logs(vec![log(1, 10), log(2, 20)]);
	let card = script.card("sent").unwrap();
	let mut evaluator = evaluator(&script, context(), &chain).for_card(card);
	let events = evaluator.activity(card).await.unwrap();
	assert_eq!(events.len(), 2);
	assert_eq!(events[1][1], ("to".to_owned(), Value::Address(Address::repeat_byte(2))));
	assert_eq!(events[1][2], ("amount".to_owned(), uint(20)));
	let query = chain.queries.lock().unwrap()[0].clone();
	assert_eq!(query.topics, [Some(topic), Some(HOLDER.into_word()), None]);
}

#[tokio::test]
async fn a_selection_keeps_a_card_away() {
	let script = example("cDAI");
	let states = |allowance| {
		let script = script.clone();
		async move {
			let chain = Scripted::always(word(allowance));
			let mut evaluator = evaluator(&script, context(), &chain);
			let mut states = Vec::new();
			for name in ["enable", "deposit"] {
				states.push(evaluator.availability(script.card(name).unwrap()).await.unwrap());
			}
			states
		}
	};
	let excluded = |selection: &str, reason: &str| Availability::Excluded {
		selection: selection.to_owned(),
		reason: Some(reason.to_owned()),
	};
	let enabled = excluded("enabled", "contract already enabled");
	assert_eq!(states(1).await, [enabled, Availability::Available]);
	let not_enabled = excluded("notEnabled", "contract not enabled");
	assert_eq!(states(0).await, [Availability::Available, not_enabled]);
}

#[tokio::test]
async fn an_endpoint_that_fails_never_makes_a_card_available() {
	let script = example("cDAI");
	let chain = Scripted::new(|_| Err(ChainError::Unreachable));
	let mut evaluator = evaluator(&script, context(), &chain);
	let state = evaluator.availability(script.card("enable").unwrap()).await;
	assert!(state.is_err_and(|error| error.is_retryable()));
}

#[tokio::test]
async fn cards_of_other_origins_are_not_available() {
	let script = example("template-erc-721");
	let own = address!("76be3b62873462d2142405439777e971754e8e77");
	for (chain_id, contract, expected) in [
		(1, own, Availability::Available),
		(2, own, Availability::OtherOrigin),
		(1, CONTRACT, Availability::OtherOrigin),
	] {
		let context = Context::new(chain_id, contract);
		let mut evaluator = Evaluator::new(&script, context, &NoChain, EvaluationLimits::default());
		let state = evaluator.availability(script.card("Burn").unwrap()).await;
		assert_eq!(state, Ok(expected));
	}
}

async fn transaction(
	script: &TokenScript,
	card: &str,
	context: Context,
) -> Result<smartlayer_tokenscript::UnsignedTransaction, EvaluationError> {
	let card = script.card(card).unwrap();
	let mut evaluator =
		Evaluator::new(script, context, &NoChain, EvaluationLimits::default()).for_card(card);
	evaluator.transaction(card.transaction.as_ref().unwrap()).await
}

#[tokio::test]
async fn what_is_entered_becomes_a_transaction() {
	let script = example("DAI");
	let made = transaction(&script, "convert-to-xdAI", entered("amount", "1.5")).await.unwrap();
	assert_eq!((made.chain_id, made.value), (1, U256::ZERO));
	assert_eq!(made.to, address!("6b175474e89094c44da98b954eedeac495271d0f"));
	assert_eq!(made.function.as_deref(), Some("transfer(address,uint256)"));
	let to = address!("4aa42145Aa6Ebf72e164C9bBC74fbD3788045016").into_word();
	let words = [to.to_vec(), word(1_500_000_000_000_000_000)].concat();
	assert_eq!(made.data, [selector("transfer(address,uint256)"), words].concat());
}

#[tokio::test]
async fn a_transaction_of_the_first_family_is_made_as_well() {
	let script = example("Coin");
	let context = entered("create-address", &HOLDER.to_string())
		.with_entry("create-amount", Value::Text("2".to_owned()));
	let made = transaction(&script, "Mint", context).await.unwrap();
	assert_eq!((made.chain_id, made.function.as_deref()), (3, Some("mint(address,uint256)")));
}

#[tokio::test]
async fn money_can_go_along_or_go_alone() {
	let wrapped = transaction(&example("WETH"), "wrap", entered("amount", "2")).await.unwrap();
	assert_eq!(wrapped.value, U256::from(2) * U256::from(10).pow(U256::from(18)));
	assert_eq!(wrapped.data, selector("deposit()"));
	let bridge = example("XDAI-bridge");
	let sent = transaction(&bridge, "convert-to-DAI", entered("amount", "0.1")).await.unwrap();
	assert_eq!(sent.to, address!("7301CFA0e1756B71869E93d4e4Dca5c7d0eb0AA6"));
	assert_eq!((sent.value, sent.data.len()), (U256::from(10).pow(U256::from(17)), 0));
	let json = sent.to_json();
	assert_eq!((&json["value"], &json["data"]), (&"0x16345785d8a0000".into(), &"0x".into()));
}

#[tokio::test]
async fn a_page_can_enter_what_the_file_does_not_name() {
	let script = example("ENS");
	let entry = entered("userEnsName", "alice").with_entry("renewalPricePerYear", uint(5));
	let chain = Scripted::always(word(900));
	let card = script.card("renew").unwrap();
	let mut evaluator = evaluator(&script, entry, &chain).for_card(card);
	let made = evaluator.transaction(card.transaction.as_ref().unwrap()).await.unwrap();
	assert_eq!(made.function.as_deref(), Some("renew(string,uint256)"));
	// The card's attribute, not what the page entered under its name.
	assert_eq!(made.value, U256::from(900));
}

#[tokio::test]
async fn a_transaction_without_a_value_is_not_made() {
	let script = example("DAI");
	let missing = transaction(&script, "convert-to-xdAI", context()).await;
	assert!(matches!(missing, Err(EvaluationError::Missing(name)) if name.to_string() == "amount"));
	let rounded =
		transaction(&script, "convert-to-xdAI", entered("amount", "0.0000000000000000001"));
	assert!(matches!(rounded.await, Err(EvaluationError::Needed { .. })));
}

/// A contract whose interface is described, as in files of the newest family.
fn described() -> TokenScript {
	parse(&file(
		r#"<ts:contract name="Cat"><ts:address network="1">0x0909090909090909090909090909090909090909</ts:address>
		<ts:abi>[
		  {"type":"function","name":"info","stateMutability":"view","inputs":[{"name":"id","type":"uint256"}],
		   "outputs":[{"name":"state","type":"tuple","components":[{"name":"level","type":"uint8"},
		   {"name":"name","type":"string"}]},{"name":"canPlay","type":"bool"}]},
		  {"type":"function","name":"feed","stateMutability":"payable","outputs":[],
		   "inputs":[{"name":"meal","type":"tuple","components":[{"name":"size","type":"uint8"},{"name":"kind","type":"string"}]}]}
		]</ts:abi></ts:contract>
		<ts:origins><ts:ethereum contract="Cat"/></ts:origins>
		<ts:cards><ts:card type="action" name="feed"><ts:transaction>
		<ethereum:transaction contract="Cat" function="feed"><ts:data><ts:struct ref="meal"/></ts:data></ethereum:transaction>
		</ts:transaction></ts:card></ts:cards>
		<ts:attribute name="info"><ts:origins><ethereum:call contract="Cat" function="info" as="abi"><ts:data>
		<ts:uint256 ref="tokenId"/></ts:data></ethereum:call></ts:origins></ts:attribute>
		<ts:attribute name="level"><ts:origins><ts:data ref="info.state.level"/></ts:origins></ts:attribute>
		<ts:attribute name="play"><ts:origins><ts:data ref="info.canPlay"/></ts:origins></ts:attribute>"#,
	))
}

fn info() -> Vec<u8> {
	[word(64), word(1), word(3), word(64), word(4), b"Tom ".to_vec(), vec![0; 28]].concat()
}

#[tokio::test]
async fn a_described_answer_has_fields() {
	let script = described();
	let chain = Scripted::always(info());
	let mut evaluator = evaluator(&script, context(), &chain);
	let (values, failed) = evaluator.values().await;
	assert!(failed.is_empty(), "{failed:?}");
	assert_eq!(
		values["info"],
		serde_json::json!({"state": {"level": "3", "name": "Tom "}, "canPlay": true})
	);
	assert_eq!((&values["level"], &values["play"]), (&"3".into(), &true.into()));
	assert_eq!(chain.calls(), 1);
}

#[tokio::test]
async fn a_structure_is_encoded_by_its_description() {
	let script = described();
	let meal = serde_json::json!({"kind": "fish", "size": 2});
	let context = context().with_entry("meal", Value::from_json(&meal).unwrap());
	let made = transaction(&script, "feed", context).await.unwrap();
	assert_eq!(made.function.as_deref(), Some("feed((uint8,string))"));
	let words = [word(32), word(2), word(64), text("fish")[32..].to_vec()].concat();
	assert_eq!(made.data, [selector("feed((uint8,string))"), words].concat());
}

#[tokio::test]
async fn a_failure_names_the_attribute_that_failed() {
	let script = described();
	let chain = Scripted::always(vec![0; 31]);
	let mut evaluator = evaluator(&script, context(), &chain);
	let level = evaluator.attribute("level").await.unwrap_err();
	assert!(level.to_string().starts_with("info: "), "{level}");
}

#[tokio::test]
async fn addresses_of_named_contracts_are_known() {
	let script = parse(&file(
		r#"<ts:contract name="a_b"><ts:address network="1">0x0101010101010101010101010101010101010101</ts:address>
		<ts:address network="5">0x0505050505050505050505050505050505050505</ts:address></ts:contract><ts:cards/>
		<ts:attribute name="here"><ts:origins><ts:data ref="contractAddress_a_b"/></ts:origins></ts:attribute>
		<ts:attribute name="there"><ts:origins><ts:data ref="contractAddress_a_b_5"/></ts:origins></ts:attribute>
		<ts:attribute name="nowhere"><ts:origins><ts:data ref="contractAddress_c"/></ts:origins></ts:attribute>"#,
	));
	let mut evaluator = Evaluator::new(&script, context(), &NoChain, EvaluationLimits::default());
	let address = |byte| Ok(Some(Value::Address(Address::repeat_byte(byte))));
	assert_eq!(evaluator.attribute("here").await, address(1));
	assert_eq!(evaluator.attribute("there").await, address(5));
	assert!(matches!(evaluator.attribute("nowhere").await, Err(EvaluationError::Unknown(_))));
}

#[tokio::test]
async fn a_local_reference_is_what_the_page_entered() {
	let script = parse(&file(
		r#"<ts:cards><ts:card type="action" name="c"><ts:transaction><ethereum:transaction function="f"><ts:data>
		<ts:uint256 ref="tokenId"/><ts:uint256 local-ref="tokenId"/><ts:uint256 local-ref="x"/></ts:data>
		</ethereum:transaction></ts:transaction></ts:card></ts:cards>
		<ts:attribute name="x"><ts:origins><ts:data><ts:uint256>1</ts:uint256></ts:data></ts:origins></ts:attribute>"#,
	));
	let entered = context().with_entry("tokenId", uint(8)).with_entry("x", uint(9));
	let made = transaction(&script, "c", entered).await.unwrap();
	assert_eq!(made.data[4..], [word(5), word(8), word(9)].concat());
	let made = transaction(&script, "c", context().with_entry("tokenId", uint(8))).await.unwrap();
	assert_eq!(made.data[4..], [word(5), word(8), word(1)].concat());
}

#[test]
fn an_evaluation_can_move_between_threads() {
	fn moves<T: Send>(_: &T) {}
	let script = example("cDAI");
	let chain = Scripted::always(Vec::new());
	let card = &script.cards[0];
	let mut evaluator = evaluator(&script, context(), &chain).for_card(card);
	moves(&evaluator.attributes());
	moves(&evaluator.availability(card));
	moves(&evaluator.render(card, smartlayer_tokenscript::ViewKind::Full));
	moves(&evaluator.activity(card));
}
