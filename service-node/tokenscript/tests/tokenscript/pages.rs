//! Pages: what is in them, and what can't get out of its place.

use crate::{example, file, parse};
use alloy_primitives::{Address, U256};
use smartlayer_tokenscript::{
	Context, EvaluationLimits, Evaluator, NoChain, Rendered, TokenScript, Value, ViewKind,
};

async fn render(script: &TokenScript, card: &str, context: Context) -> Rendered {
	let card = script.card(card).unwrap();
	let mut evaluator =
		Evaluator::new(script, context, &NoChain, EvaluationLimits::default()).for_card(card);
	evaluator.render(card, ViewKind::Full).await.unwrap().unwrap()
}

fn context() -> Context {
	Context::new(1, Address::ZERO).with_token_id(U256::from(5))
}

/// A card with a view and an entry `x`.
fn card(view: &str) -> TokenScript {
	parse(&file(&format!(
		"<ts:cards><ts:viewContent name='common'><h:p>shared</h:p></ts:viewContent>\
		 <ts:card type='action' name='c'><ts:attribute name='x'><ts:origins>\
		 <ts:user-entry as='utf8'/></ts:origins></ts:attribute>{view}</ts:card></ts:cards>"
	)))
}

#[tokio::test]
async fn a_page_has_the_views_parts_after_the_values() {
	let script = card(
		"<ts:view xml:lang='en' urlFragment='info'><h:style>p{color:red}</h:style><ts:viewContent name='common'/>\
		 <h:script type='module'>web3.tokens.dataChanged = () =&gt; {};</h:script></ts:view>",
	);
	let page = render(&script, "c", context().with_entry("x", Value::Text("hi".to_owned()))).await;
	let places: Vec<_> = [
		"\"x\":\"hi\"",
		"web3.tokens =",
		"{\"fragment\":\"info\"}",
		"<style>p{color:red}</style>",
		"<p>shared</p>",
		"<script type=\"module\">web3.tokens.dataChanged = () => {};</script>",
	]
	.iter()
	.map(|part| page.html.find(part).unwrap_or_else(|| panic!("{part}")))
	.collect();
	assert!(places.is_sorted());
	assert_eq!(page.values["x"], "hi");
}

#[tokio::test]
async fn values_can_not_leave_their_script() {
	let script = card("<ts:view xml:lang='en'/>");
	let evil = "</script><script>alert(1)</script><!--\u{2028}";
	let page = render(&script, "c", context().with_entry("x", Value::Text(evil.to_owned()))).await;
	assert_eq!(page.html.matches("</script>").count(), 2);
	assert!(!page.html.contains("alert(1)</"));
	// And yet it is what the page's script finds.
	let json = page.html.split("id=\"token-values\">").nth(1).unwrap().split("</script>").next();
	let values: serde_json::Value = serde_json::from_str(json.unwrap()).unwrap();
	assert_eq!(values["x"], evil);
}

#[tokio::test]
async fn names_and_languages_can_not_become_elements() {
	let script = parse(&file(
		"<ts:cards><ts:card type='token' name='&lt;b&gt;'><ts:view urlFragment=\"'&lt;/script&gt;\"/></ts:card></ts:cards>",
	));
	let mut context = context();
	context.language = "\"><script>".to_owned();
	let page = render(&script, "<b>", context).await;
	assert!(page.html.contains("<title>&lt;b&gt;</title>"));
	assert!(page.html.contains("<html lang=\"&quot;&gt;&lt;script&gt;\">"));
	assert!(page.html.contains("'\\u003c/script\\u003e"));
}

#[tokio::test]
async fn files_that_are_not_there_are_named() {
	let page = render(&example("template-erc-721"), "Info", context()).await;
	assert_eq!(page.missing, ["./dist/index.html", "./src/styles.css"]);
	let unknown = card("<ts:view><ts:viewContent name='nothing'/></ts:view>");
	let found = unknown.card("c").unwrap();
	let limits = EvaluationLimits::default();
	let mut evaluator = Evaluator::new(&unknown, context(), &NoChain, limits);
	assert!(evaluator.render(found, ViewKind::Full).await.is_err());
}

#[tokio::test]
async fn a_page_is_shown_without_the_values_that_failed() {
	let page = render(&example("EntryToken"), "enter", context()).await;
	assert!(page.failed.contains_key("expired") && !page.values.contains_key("expired"));
	assert_eq!(page.values["tokenId"], "5");
}

#[tokio::test]
async fn the_page_is_in_the_holders_language() {
	let script = card("<ts:view xml:lang='en'>one</ts:view><ts:view xml:lang='zh'>一</ts:view>");
	let mut there = context();
	there.language = "zh-Hant".to_owned();
	assert!(render(&script, "c", there).await.html.contains("一"));
	let mut elsewhere = context();
	elsewhere.language = "fr".to_owned();
	assert!(render(&script, "c", elsewhere).await.html.contains("one"));
	let card = script.card("c").unwrap();
	let limits = EvaluationLimits::default();
	let mut evaluator = Evaluator::new(&script, context(), &NoChain, limits);
	assert_eq!(evaluator.render(card, ViewKind::Item).await, Ok(None));
}

#[tokio::test]
async fn styles_of_the_first_family_stand_before_the_view() {
	let text = "<t:token xmlns:t='http://tokenscript.org/2019/10/tokenscript' xmlns='http://www.w3.org/1999/xhtml'>\
		<t:cards><t:action><t:name><t:string>Mint</t:string></t:name><style>p{}</style><t:view><p>1</p></t:view>\
		</t:action></t:cards></t:token>";
	let page = render(&parse(text.as_bytes()), "Mint", context()).await;
	assert!(page.html.contains("<style>p{}</style>\n<p>1</p>"), "{}", page.html);
}
