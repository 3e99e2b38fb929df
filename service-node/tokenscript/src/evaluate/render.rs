//! Pages of cards with a token's values in them.
//!
//! A page is what wallets show: the view's elements, styles and scripts, and before them the token's values for those
//! scripts. Nothing is run and nothing is fetched here.

use super::{EvaluationError, Evaluator};
use crate::{
	model::{
		view::{escape, raw_text},
		Card, ViewKind, ViewPart,
	},
	Value,
};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, fmt::Write};

/// A page.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
	/// The page's HTML.
	pub html: String,
	/// The values that its scripts find.
	pub values: Map<String, Json>,
	/// Attributes that failed and are not among the values.
	pub failed: BTreeMap<String, EvaluationError>,
	/// Files that are not in the page because the file names them but does not contain them.
	pub missing: Vec<String>,
	/// Where the page lies, if it lies elsewhere.
	pub url: Option<String>,
}

/// What the view's scripts expect of a wallet: the values under two names, and a call once the page is there.
const BOOTSTRAP: &str = "(() => {\n\
const instance = JSON.parse(document.getElementById('token-values').textContent);\n\
window.web3 = window.web3 || {};\n\
web3.tokens = { data: { currentInstance: instance }, dataChanged: () => {} };\n\
window.tokenscript = Object.assign(window.tokenscript || {}, { tokens: web3.tokens });\n\
document.addEventListener('DOMContentLoaded', () => web3.tokens.dataChanged({}, web3.tokens.data, 'token-card'));\n\
})();";

impl Evaluator<'_> {
	/// Renders a page of a card, with the values of all attributes. `None` if the card has no page of this kind.
	pub async fn render(
		&mut self,
		card: &Card,
		kind: ViewKind,
	) -> Result<Option<Rendered>, EvaluationError> {
		let Some(view) = card.view(kind, &self.context.language) else { return Ok(None) };
		let (values, failed) = self.values().await;
		let title = card.label.get(&self.context.language).unwrap_or(&card.name);
		let mut page = Page::new(title, &self.context.language, &values);
		if let Some(fragment) = &view.fragment {
			page.fragment(fragment);
		}
		let limit = self.limits().page_bytes;
		for part in card.common.iter().chain(&view.parts) {
			let parts = match part {
				ViewPart::Shared(name) => {
					let shared = self.script.shared.get(name);
					shared.ok_or_else(|| EvaluationError::Unknown(name.clone()))?
				},
				part => std::slice::from_ref(part),
			};
			for part in parts {
				page.push(part);
				if page.html.len() > limit {
					return Err(EvaluationError::PageTooLarge(limit));
				}
			}
		}
		let (html, missing) = page.finish();
		Ok(Some(Rendered { html, values, failed, missing, url: view.url.clone() }))
	}

	/// All values as JSON: attributes, and what every token has. Attributes that fail are listed beside them.
	pub async fn values(&mut self) -> (Map<String, Json>, BTreeMap<String, EvaluationError>) {
		let mut values = Map::new();
		let mut failed = BTreeMap::new();
		for (name, value) in self.attributes().await {
			match value {
				Ok(value) => {
					values.insert(name, value.as_ref().map_or(Json::Null, Value::to_json));
				},
				Err(error) => {
					failed.insert(name, error);
				},
			}
		}
		for name in ["tokenId", "ownerAddress", "walletAddress", "contractAddress", "chainId"] {
			if let Some(Some(value)) = self.context.intrinsic(self.script, name) {
				values.insert(name.to_owned(), value.to_json());
			}
		}
		let label = self.script.label.get(&self.context.language);
		values.extend(label.map(|it| ("label".to_owned(), Json::from(it))));
		(values, failed)
	}
}

/// A page that grows part by part.
struct Page {
	html: String,
	missing: Vec<String>,
}

impl Page {
	fn new(title: &str, language: &str, values: &Map<String, Json>) -> Self {
		let mut html = String::from("<!DOCTYPE html>\n<html lang=\"");
		escape(language, &mut html);
		html.push_str("\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
		escape(title, &mut html);
		html.push_str("</title>\n</head>\n<body>\n");
		let json = json_for_html(values);
		// Writing to a string never fails.
		let _ = write!(
			html,
			"<script type=\"application/json\" id=\"token-values\">{json}</script>\n\
			 <script>{BOOTSTRAP}</script>\n\
			 <div id=\"token-card\" class=\"token-card\"></div>\n"
		);
		Self { html, missing: Vec::new() }
	}

	/// Single pages with several views find out by their address which one to show.
	fn fragment(&mut self, fragment: &str) {
		let mut json = Map::new();
		json.insert("fragment".to_owned(), Json::from(fragment));
		let json = json_for_html(&json);
		let _ = writeln!(self.html, "<script>location.hash = '#' + ({json}).fragment;</script>");
	}

	fn push(&mut self, part: &ViewPart) {
		match part {
			ViewPart::Html(html) => self.html.push_str(html),
			ViewPart::Style(style) => {
				let _ = write!(self.html, "<style>{}</style>", raw_text(style));
			},
			ViewPart::Script { attributes, code } => {
				self.html.push_str("<script");
				for (name, value) in attributes {
					let _ = write!(self.html, " {name}=\"");
					escape(value, &mut self.html);
					self.html.push('"');
				}
				let _ = write!(self.html, ">{}</script>", raw_text(code));
			},
			// Shared content in shared content is not part of the language.
			ViewPart::Shared(name) => self.missing.push(name.clone()),
			ViewPart::Include { source, .. } => self.missing.push(source.clone()),
		}
		self.html.push('\n');
	}

	fn finish(mut self) -> (String, Vec<String>) {
		self.html.push_str("</body>\n</html>\n");
		(self.html, self.missing)
	}
}

/// JSON in which nothing means anything to HTML.
fn json_for_html(values: &Map<String, Json>) -> String {
	let json = Json::Object(values.clone()).to_string();
	let mut safe = String::with_capacity(json.len());
	for character in json.chars() {
		match character {
			'<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
				let _ = write!(safe, "\\u{:04x}", u32::from(character));
			},
			_ => safe.push(character),
		}
	}
	safe
}
