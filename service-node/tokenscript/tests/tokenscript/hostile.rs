//! Files and chains of people who mean harm.

use crate::{
	bytes, example, file, parse,
	scripted::{text, word, Scripted},
};
use alloy_primitives::{Address, B256, U256};
use proptest::prelude::*;
use smartlayer_tokenscript::{
	ChainError, Context, EvaluationError, EvaluationLimits, Evaluator, Limits, Log, ParseReason,
	TokenScript, ViewKind, XmlError,
};
use std::time::Duration;

fn refusal(bytes: &[u8]) -> ParseReason {
	TokenScript::parse(bytes, &Limits::default()).unwrap_err().reason
}

fn xml_refusal(bytes: &[u8]) -> XmlError {
	match refusal(bytes) {
		ParseReason::Xml(error) => error,
		other => panic!("{other}"),
	}
}

fn with_doctype(declarations: &str, content: &str) -> Vec<u8> {
	let body =
		String::from_utf8(file(&format!("<ts:cards/><ts:label>{content}</ts:label>"))).unwrap();
	format!("<!DOCTYPE token [{declarations}]>{body}").into_bytes()
}

#[test]
fn entities_that_grow_exponentially_are_refused() {
	let mut declarations = String::from("<!ENTITY e0 \"lol\">");
	for level in 1..10 {
		let inner = format!("&e{};", level - 1).repeat(10);
		declarations.push_str(&format!("<!ENTITY e{level} \"{inner}\">"));
	}
	assert!(matches!(xml_refusal(&with_doctype(&declarations, "&e9;")), XmlError::Expansion(_)));
	// Without a reference it costs nothing.
	parse(&with_doctype(&declarations, "x"));
}

#[test]
fn entities_that_grow_by_repetition_are_refused() {
	let declaration = format!("<!ENTITY e \"{}\">", "x".repeat(10_000));
	let refused = xml_refusal(&with_doctype(&declaration, &"&e;".repeat(10_000)));
	assert!(matches!(refused, XmlError::Expansion(_)));
	let attribute = format!("<ts:string a=\"{}\"/>", "&e;".repeat(10_000));
	let refused = xml_refusal(&with_doctype(&declaration, &attribute));
	assert!(matches!(refused, XmlError::Expansion(_)));
}

#[test]
fn files_on_the_readers_disk_are_not_read() {
	let script = parse(&with_doctype("<!ENTITY e SYSTEM \"file:///etc/passwd\">", "[&e;]"));
	assert_eq!(script.label.get("en"), Some("[]"));
	assert!(script.unresolved_entities.contains("e"));
	let parameter = with_doctype("<!ENTITY % p SYSTEM \"http://127.0.0.1/x.dtd\"> %p;", "x");
	assert!(matches!(xml_refusal(&parameter), XmlError::Declaration));
}

#[test]
fn files_that_are_too_large_or_too_deep_are_refused() {
	let large = file(&" ".repeat(9 << 20));
	assert!(matches!(xml_refusal(&large), XmlError::TooLarge(_)));
	let deep = file(&format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)));
	assert!(matches!(xml_refusal(&deep), XmlError::TooDeep(_)));
	let many = file(&"<ts:x/>".repeat(10_001));
	assert!(matches!(xml_refusal(&many), XmlError::TooManyDefinitions(_)));
	let filter = format!("{}(a=1){}", "(!".repeat(50), ")".repeat(50));
	let selection = file(&format!("<ts:selection name='s' filter='{filter}'/><ts:cards/>"));
	assert!(matches!(refusal(&selection), ParseReason::Filter(_)));
}

#[test]
fn a_truncated_file_is_refused_wherever_it_ends() {
	for name in ["EntryToken.xml", "template-ens-721.xml", "Coin.xml"] {
		let whole = bytes("examples", name);
		let end = whole.iter().rposition(|it| *it == b'>').unwrap();
		for length in (0..end).step_by(7) {
			assert!(TokenScript::parse(&whole[..length], &Limits::default()).is_err(), "{length}");
		}
	}
}

#[test]
fn mistakes_are_told_with_their_place() {
	let attribute = |inner: &str| {
		file(&format!("<ts:cards/>\n<ts:attribute name=\"a\"><ts:origins>\n  {inner}</ts:origins></ts:attribute>"))
	};
	for (inner, place) in [
		("<ts:token-id as=\"uint\" bitmask=\"0\"/>", "4:3"),
		("<ts:token-id as=\"uint\" bitmask=\"xyz\"/>", "4:3"),
		("<ts:token-id as=\"number\"/>", "4:3"),
		("<ts:nowhere/>", "4:3"),
		("<ethereum:call as=\"uint\"/>", "4:3"),
		("<ethereum:call as=\"uint\" function=\"f\" contract=\"none\"/>", "4:3"),
		("<ethereum:event type=\"none\" select=\"x\"/>", "4:3"),
		("<ethereum:call as=\"uint\" function=\"f\"><ts:data><ts:uint7/></ts:data></ethereum:call>", "4:50"),
		("<ts:data ref=\"a\"/>", "3:1"),
	] {
		let error = TokenScript::parse(&attribute(inner), &Limits::default()).unwrap_err();
		assert_eq!(error.position.to_string(), place, "{inner}: {error}");
		assert!(error.to_string().starts_with(&format!("{place}: ")));
	}
}

#[tokio::test]
async fn an_earlier_file_with_an_unknown_contract_loses_that_attribute_only() {
	let text = "<t:token xmlns:t='http://tokenscript.org/2020/06/tokenscript' xmlns:e='urn:ethereum:constantinople'>\
		<t:cards/><t:attribute name='a'><t:origins><e:call contract='none' function='f' as='uint'/></t:origins>\
		</t:attribute></t:token>";
	let script = parse(text.as_bytes());
	let chain = Scripted::always(word(1));
	let mut evaluator = Evaluator::new(&script, context(), &chain, EvaluationLimits::default());
	let unknown = EvaluationError::Unknown("none".to_owned());
	assert_eq!(evaluator.attribute("a").await, Err(unknown));
	let exclude = text
		.replace("<t:cards/>", "<t:cards><t:card type='action' name='c' exclude='x'/></t:cards>");
	assert!(matches!(refusal(exclude.as_bytes()), ParseReason::Unknown(_)));
}

#[test]
fn files_that_contradict_themselves_are_refused() {
	let attribute = |name: &str, needs: &str| {
		format!("<ts:attribute name='{name}'><ts:origins><ts:data ref='{needs}'/></ts:origins></ts:attribute>")
	};
	let circle = [attribute("a", "b.x"), attribute("b", "c"), attribute("c", "a")].concat();
	let refused = refusal(&file(&format!("<ts:cards/>{circle}")));
	assert!(matches!(refused, ParseReason::Cycle(names) if names.len() == 4));
	let in_card =
		format!("<ts:cards><ts:card type='action' name='c'>{circle}</ts:card></ts:cards>");
	assert!(matches!(refusal(&file(&in_card)), ParseReason::Cycle(_)));
	let twice = [attribute("a", "tokenId"), attribute("a", "tokenId")].concat();
	assert!(matches!(refusal(&file(&twice)), ParseReason::Duplicate(_)));
	let exclude = "<ts:cards><ts:card type='action' name='c' exclude='nothing'/></ts:cards>";
	assert!(matches!(refusal(&file(exclude)), ParseReason::Unknown(_)));
	let kind = "<ts:cards><ts:card type='party' name='c'/></ts:cards>";
	assert!(matches!(refusal(&file(kind)), ParseReason::CardKind(_)));
	assert!(matches!(refusal(b"<html/>"), ParseReason::Root(_)));
	let family = b"<t:token xmlns:t='http://tokenscript.org/2031/01/tokenscript'/>";
	assert!(matches!(refusal(family), ParseReason::Family(_)));
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn random_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
		prop_assert!(TokenScript::parse(&bytes, &Limits::default()).is_err());
	}

	#[test]
	fn a_damaged_file_never_breaks_the_reader(at in 0usize..14_000, byte in any::<u8>(), count in 1usize..9) {
		let mut damaged = bytes("examples", "UEFA.xml");
		for offset in 0..count {
			if let Some(place) = damaged.get_mut(at + offset * 97) {
				*place = byte;
			}
		}
		if let Ok(script) = TokenScript::parse(&damaged, &Limits::default()) {
			script.signatures();
		}
	}

	#[test]
	fn a_damaged_signature_never_breaks_its_check(at in 0usize..7_000, byte in any::<u8>()) {
		let mut damaged = bytes("signed", "EntryToken.tsml");
		let place = damaged.len() - 1 - at;
		damaged[place] = byte;
		if let Ok(script) = TokenScript::parse(&damaged, &Limits::default()) {
			script.signatures();
		}
	}
}

fn context() -> Context {
	Context::new(1, Address::repeat_byte(9)).with_token_id(U256::from(5)).with_holder(Address::ZERO)
}

/// What an attribute of an example is, with a chain that always answers the same.
async fn answered(example_name: &str, attribute: &str, answer: Vec<u8>) -> EvaluationError {
	let script = example(example_name);
	let chain = Scripted::always(answer);
	let mut evaluator = Evaluator::new(&script, context(), &chain, EvaluationLimits::default());
	evaluator.attribute(attribute).await.unwrap_err()
}

#[tokio::test]
async fn a_wrong_answer_is_a_clear_error() {
	for (attribute, answer) in [
		("expired", word(2)),
		("expired", vec![0; 31]),
		("street", [word(32), word(1_000)].concat()),
		("street", word(u64::MAX).repeat(3)),
		("street", [word(32).to_vec(), word(2).to_vec(), vec![0xff; 32]].concat()),
	] {
		let error = answered("EntryToken", attribute, answer).await;
		assert!(matches!(&error, EvaluationError::Abi(_)), "{error}");
		assert!(error.to_string().contains("bytes of answer are no "), "{error}");
	}
	let error = answered("EntryToken", "expired", Vec::new()).await;
	assert_eq!(error.to_string(), "the contract did not answer");
	let error = answered("aDAI", "lendingPoolAddress", vec![0xff; 32]).await;
	assert!(matches!(error, EvaluationError::Abi(_)));
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_refused() {
	let error = answered("EntryToken", "street", text(&"a".repeat(300_000))).await;
	assert!(matches!(error, EvaluationError::Chain(ChainError::TooLarge(_))));
}

#[tokio::test(start_paused = true)]
async fn a_chain_that_hangs_is_left() {
	let script = example("EntryToken");
	let chain = Scripted { after: Duration::from_secs(3_600), ..Scripted::always(word(1)) };
	let limits = EvaluationLimits::default();
	let start = tokio::time::Instant::now();
	let mut evaluator = Evaluator::new(&script, context(), &chain, limits);
	let expired = evaluator.attribute("expired").await;
	assert_eq!(expired, Err(EvaluationError::Chain(ChainError::TimedOut)));
	assert_eq!(start.elapsed(), limits.read_time);
	let all = evaluator.attributes().await;
	assert!(all["time"].is_ok() && all["street"].is_err());
	assert!(start.elapsed() <= limits.total_time);
}

#[tokio::test(start_paused = true)]
async fn slow_answers_are_waited_for_together_and_not_for_ever() {
	let script = example("EntryToken");
	let slow = |after| Scripted { after, ..Scripted::always(text("x")) };
	let limits =
		EvaluationLimits { total_time: Duration::from_secs(5), ..EvaluationLimits::default() };
	let chain = slow(Duration::from_secs(3));
	let start = tokio::time::Instant::now();
	let mut evaluator = Evaluator::new(&script, context(), &chain, limits);
	let all = evaluator.attributes().await;
	assert!(all["street"].is_ok() && all["state"].is_ok() && all["locality"].is_ok());
	assert_eq!(start.elapsed(), Duration::from_secs(3));
	let one_by_one = EvaluationLimits { concurrency: 1, ..limits };
	let start = tokio::time::Instant::now();
	let mut evaluator = Evaluator::new(&script, context(), &chain, one_by_one);
	let all = evaluator.attributes().await;
	assert!(all["locality"].is_ok());
	assert_eq!(all["state"], Err(EvaluationError::Chain(ChainError::TimedOut)));
	assert_eq!(start.elapsed(), limits.total_time);
}

#[tokio::test]
async fn questions_are_counted() {
	let script = example("EntryToken");
	let chain = Scripted::always(text("x"));
	let limits = EvaluationLimits { reads: 2, concurrency: 1, ..EvaluationLimits::default() };
	let mut evaluator = Evaluator::new(&script, context(), &chain, limits);
	let all = evaluator.attributes().await;
	assert_eq!(chain.calls(), 2);
	assert_eq!(all["state"], Err(EvaluationError::TooManyReads(2)));
}

#[tokio::test]
async fn events_that_nobody_asked_for_are_refused() {
	let script = example("ENS");
	let right = Log {
		address: "0x283af0b28c62c092c9727f1ee09c02ca627eb7f5".parse().unwrap(),
		topics: vec![
			script.event_type("NameRegistered").unwrap().topic(),
			B256::from(U256::from(5)),
			B256::ZERO,
		],
		data: [word(96), word(1), word(2), text("alice")[32..].to_vec()].concat(),
	};
	let answer = |log: Log| {
		let script = script.clone();
		async move {
			let chain = Scripted::with_logs(vec![log]);
			let limits = EvaluationLimits::default();
			Evaluator::new(&script, context(), &chain, limits).attribute("ensName").await
		}
	};
	assert!(answer(right.clone()).await.is_ok_and(|it| it.is_some()));
	let elsewhere = Log { address: Address::ZERO, ..right.clone() };
	assert_eq!(answer(elsewhere).await, Err(EvaluationError::WrongEvent));
	for place in 0..2 {
		let mut other = right.clone();
		other.topics[place] = B256::repeat_byte(1);
		assert_eq!(answer(other).await, Err(EvaluationError::WrongEvent));
	}
	let more = Log { topics: [right.topics.clone(), vec![B256::ZERO]].concat(), ..right.clone() };
	assert_eq!(answer(more).await, Err(EvaluationError::WrongEvent));
	let fewer = Log { topics: right.topics[..2].to_vec(), ..right.clone() };
	assert_eq!(answer(fewer).await, Err(EvaluationError::WrongEvent));
	let broken = Log { data: vec![0; 64], ..right };
	assert!(matches!(answer(broken).await, Err(EvaluationError::Abi(_))));
}

#[tokio::test]
async fn of_too_many_events_the_newest_count() {
	let script = example("ERC20-TokenScript");
	let card = script.card("sent").unwrap();
	let topic = script.event_type("Transfer").unwrap().topic();
	let log = |amount| Log {
		address: Address::repeat_byte(9),
		topics: vec![topic, B256::ZERO, B256::ZERO],
		data: word(amount),
	};
	let chain = Scripted::with_logs((0..10).map(log).collect());
	let limits = EvaluationLimits { events: 2, ..EvaluationLimits::default() };
	let mut evaluator = Evaluator::new(&script, context(), &chain, limits).for_card(card);
	let events = evaluator.activity(card).await.unwrap();
	let amounts: Vec<_> = events.iter().map(|it| it[2].1.to_string()).collect();
	assert_eq!(amounts, ["8", "9"]);
}

#[tokio::test]
async fn a_large_value_can_not_be_multiplied() {
	let call = "<ethereum:call function='f' as='utf8'/>";
	let mut attributes =
		format!("<ts:attribute name='a'><ts:origins>{call}</ts:origins></ts:attribute>");
	for number in 0..100 {
		attributes.push_str(&format!(
			"<ts:attribute name='b{number}'><ts:origins><ts:data ref='a'/></ts:origins></ts:attribute>"
		));
	}
	let script = parse(&file(&format!("<ts:cards/>{attributes}")));
	let chain = Scripted::always(text(&"x".repeat(200_000)));
	let mut evaluator = Evaluator::new(&script, context(), &chain, EvaluationLimits::default());
	let all = evaluator.attributes().await;
	assert!(all["a"].is_ok() && all["b0"].is_ok());
	assert!(matches!(all["b99"], Err(EvaluationError::TooMuch(_))));
}

#[tokio::test]
async fn a_large_part_can_not_be_multiplied() {
	let script = parse(&file(&format!(
		"<ts:cards><ts:viewContent name='v'><h:p>{}</h:p></ts:viewContent>\
		 <ts:card type='token' name='c'><ts:view>{}</ts:view></ts:card></ts:cards>",
		"x".repeat(100_000),
		"<ts:viewContent name='v'/>".repeat(1_000),
	)));
	let chain = Scripted::always(Vec::new());
	let mut evaluator = Evaluator::new(&script, context(), &chain, EvaluationLimits::default());
	let page = evaluator.render(&script.cards[0], ViewKind::Full).await;
	assert!(matches!(page, Err(EvaluationError::PageTooLarge(_))));
}

#[test]
fn a_filter_of_events_asks_for_few_fields() {
	let event = |filter: &str| {
		file(&format!(
			"<asnx:module><namedType name='E'><type><sequence><element name='a' ethereum:type='uint'/>\
			 </sequence></type></namedType></asnx:module><ts:cards/><ts:attribute name='x'><ts:origins>\
			 <ethereum:event type='E' filter='{filter}' select='a'/></ts:origins></ts:attribute>"
		))
	};
	parse(&event("a=1"));
	for filter in ["a&gt;1", "!(a=1)", "(|(a=1)(a=2))", "a=*", "a.b=1"] {
		assert!(matches!(refusal(&event(filter)), ParseReason::Conditions), "{filter}");
	}
	let many = ["a=1"; 17].join("&amp;");
	assert!(matches!(refusal(&event(&many)), ParseReason::Conditions));
}
