//! Pages of cards, as HTML.

use crate::xml::{Attribute, Element, Node, Vocabulary};

/// Which page of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViewKind {
	/// The whole page.
	Full,
	/// A line in a list.
	Item,
	/// Guidance before the card is used.
	Guide,
}

/// What an include is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IncludeKind {
	/// A page.
	Html,
	/// A style sheet.
	Css,
	/// A script.
	Js,
	/// Something else.
	Other,
}

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ViewPart {
	/// HTML, made from the elements of the file.
	Html(String),
	/// A style sheet.
	Style(String),
	/// A script with its attributes.
	Script {
		/// The attributes, such as `type`.
		attributes: Vec<(String, String)>,
		/// The script.
		code: String,
	},
	/// The content of this name that several views share.
	Shared(String),
	/// A file that was to be put here before publishing. It is never fetched.
	Include {
		/// What it is.
		kind: IncludeKind,
		/// Its path or address.
		source: String,
	},
}

/// A page of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
	/// In lower case; empty if the file does not say.
	pub language: String,
	/// What the page's script finds behind the `#` of its address.
	pub fragment: Option<String>,
	/// A page elsewhere that stands for this one. It is never fetched.
	pub url: Option<String>,
	/// What it is made of.
	pub parts: Vec<ViewPart>,
}

/// Elements of HTML without content.
const VOID: [&str; 14] = [
	"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
	"track", "wbr",
];

impl View {
	/// All pages of a card, in the words of any family.
	pub(crate) fn read_all(card: &Element) -> Vec<(ViewKind, Self)> {
		let kind = |element: &Element| {
			let known = match element.local.as_str() {
				"view" => ViewKind::Full,
				"item-view" | "view-iconified" => ViewKind::Item,
				"guide-view" => ViewKind::Guide,
				_ => return None,
			};
			(element.vocabulary == Vocabulary::TokenScript).then_some(known)
		};
		card.elements().filter_map(|it| Some((kind(it)?, Self::read(it)))).collect()
	}

	fn read(element: &Element) -> Self {
		Self {
			language: element.language().unwrap_or_default().to_ascii_lowercase(),
			fragment: element.attribute("urlFragment").map(str::to_owned),
			url: element.attribute("url").map(str::to_owned),
			parts: read_parts(element, |_| true),
		}
	}
}

/// The pieces of a page inside an element, of the child elements that are wanted.
pub(crate) fn read_parts(parent: &Element, wanted: fn(&Element) -> bool) -> Vec<ViewPart> {
	let mut parts = Vec::new();
	let all = parent.vocabulary == Vocabulary::TokenScript && wanted(parent);
	for node in &parent.children {
		match node {
			Node::Text(text) if all && !text.trim().is_empty() => {
				let mut html = String::new();
				escape(text.trim(), &mut html);
				parts.push(ViewPart::Html(html));
			},
			Node::Element(element) if wanted(element) => read_part(element, &mut parts),
			Node::Text(_) | Node::Element(_) | Node::Instruction(_) => {},
		}
	}
	parts
}

fn read_part(element: &Element, parts: &mut Vec<ViewPart>) {
	match (element.vocabulary, element.local.as_str()) {
		(Vocabulary::TokenScript, "viewContent") => {
			parts.extend(element.attribute("name").map(|it| ViewPart::Shared(it.to_owned())));
		},
		(Vocabulary::TokenScript, "include") => {
			let kind = match element.attribute("type") {
				Some("html") => IncludeKind::Html,
				Some("css") => IncludeKind::Css,
				Some("js") => IncludeKind::Js,
				_ => IncludeKind::Other,
			};
			let source = element.attribute("src").unwrap_or_default().to_owned();
			parts.push(ViewPart::Include { kind, source });
		},
		(Vocabulary::TokenScript, _) => {},
		(Vocabulary::Html, "style") => parts.push(ViewPart::Style(element.text())),
		(Vocabulary::Html, "script") => parts.push(ViewPart::Script {
			attributes: element
				.attributes
				.iter()
				.map(|it| (full_name(it), it.value.clone()))
				.collect(),
			code: element.text(),
		}),
		// A page has one body already.
		(Vocabulary::Html, "body") => {
			for node in &element.children {
				match node {
					Node::Element(inner) => read_part(inner, parts),
					Node::Text(text) if !text.trim().is_empty() => {
						let mut html = String::new();
						escape(text, &mut html);
						parts.push(ViewPart::Html(html));
					},
					Node::Text(_) | Node::Instruction(_) => {},
				}
			}
		},
		_ => {
			let mut html = String::new();
			write_element(element, &mut html);
			parts.push(ViewPart::Html(html));
		},
	}
}

fn full_name(attribute: &Attribute) -> String {
	match attribute.prefix.as_str() {
		"" => attribute.local.clone(),
		"xml" if attribute.local == "lang" => "lang".to_owned(),
		prefix => format!("{prefix}:{}", attribute.local),
	}
}

/// Writes an element as HTML. The tree is as deep as the limit allows, and no deeper.
fn write_element(element: &Element, html: &mut String) {
	let name = &element.local;
	html.push('<');
	html.push_str(name);
	for attribute in &element.attributes {
		html.push(' ');
		html.push_str(&full_name(attribute));
		html.push_str("=\"");
		escape(&attribute.value, html);
		html.push('"');
	}
	html.push('>');
	if element.vocabulary == Vocabulary::Html && VOID.contains(&name.as_str()) {
		return;
	}
	let raw = element.vocabulary == Vocabulary::Html && (name == "script" || name == "style");
	for node in &element.children {
		match node {
			Node::Text(text) if raw => html.push_str(&raw_text(text)),
			Node::Text(text) => escape(text, html),
			Node::Element(inner) => write_element(inner, html),
			Node::Instruction(_) => {},
		}
	}
	html.push_str("</");
	html.push_str(name);
	html.push('>');
}

/// Text as HTML.
pub(crate) fn escape(text: &str, html: &mut String) {
	for character in text.chars() {
		match character {
			'&' => html.push_str("&amp;"),
			'<' => html.push_str("&lt;"),
			'>' => html.push_str("&gt;"),
			'"' => html.push_str("&quot;"),
			_ => html.push(character),
		}
	}
}

/// A script's or style's text in HTML, where nothing is escaped: it must not contain what ends it, or what starts a
/// comment that hides its end. In strings and patterns of scripts the added backslash means nothing.
pub(crate) fn raw_text(text: &str) -> String {
	let mut safe = String::with_capacity(text.len());
	let mut rest = text;
	while let Some(offset) = rest.find("</").into_iter().chain(rest.find("<!--")).min() {
		safe.push_str(&rest[..=offset]);
		rest = &rest[offset + 1..];
		let ends = |name: &str| {
			rest.get(1..=name.len()).is_some_and(|next| next.eq_ignore_ascii_case(name))
		};
		if rest.starts_with('!') || ends("script") || ends("style") {
			safe.push('\\');
		}
	}
	safe.push_str(rest);
	safe
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{xml, Limits};

	fn parts(inner: &str) -> Vec<ViewPart> {
		let text = format!(
			"<t:card xmlns:t='http://tokenscript.org/2024/01/tokenscript' \
			 xmlns='http://www.w3.org/1999/xhtml'><t:view xml:lang='EN'>{inner}</t:view></t:card>"
		);
		let card = xml::read(text.as_bytes(), &Limits::default()).unwrap().root;
		View::read_all(&card).remove(0).1.parts
	}

	fn html(text: &str) -> ViewPart {
		ViewPart::Html(text.to_owned())
	}

	#[test]
	fn elements_become_html() {
		let read = parts("<div class='a&quot;b'>1 &lt; 2<br/><i xml:lang='x'/></div>");
		assert_eq!(read, [html("<div class=\"a&quot;b\">1 &lt; 2<br><i lang=\"x\"></i></div>")]);
	}

	#[test]
	fn scripts_and_styles_are_kept_apart_and_a_body_is_opened() {
		let read = parts("<style>p{}</style><script async='1'>a&lt;b</script><body>x<p/></body>");
		let code = "a<b".to_owned();
		let attributes = vec![("async".to_owned(), "1".to_owned())];
		let script = ViewPart::Script { attributes, code };
		let style = ViewPart::Style("p{}".to_owned());
		assert_eq!(read, [style, script, html("x"), html("<p></p>")]);
	}

	#[test]
	fn shared_content_and_includes_are_named() {
		let read = parts("<t:viewContent name='common'/><t:include type='css' src='./a.css'/>");
		let source = "./a.css".to_owned();
		let include = ViewPart::Include { kind: IncludeKind::Css, source };
		assert_eq!(read, [ViewPart::Shared("common".to_owned()), include]);
	}

	#[test]
	fn text_can_not_end_the_script_that_it_is_in() {
		assert_eq!(raw_text("a</ScRiPt>b</style><!-- </p>"), "a<\\/ScRiPt>b<\\/style><\\!-- </p>");
		assert_eq!(raw_text("</票"), "</票");
		assert_eq!(
			parts("<p><script>'&lt;/script&gt;'</script></p>"),
			[html("<p><script>'<\\/script>'</script></p>")]
		);
	}
}
