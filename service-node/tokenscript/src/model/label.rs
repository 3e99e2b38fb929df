//! Texts in several languages, with plurals.

use crate::xml::Element;

/// Which of a text's plural forms (the categories of Unicode's CLDR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
	/// For nothing, in languages with such a form.
	Zero,
	/// For one.
	One,
	/// For two, in languages with such a form.
	Two,
	/// For few, in languages with such a form.
	Few,
	/// For many, in languages with such a form.
	Many,
	/// For everything else.
	Other,
}

impl Quantity {
	fn of_name(name: &str) -> Option<Self> {
		Some(match name {
			"zero" => Self::Zero,
			"one" => Self::One,
			"two" => Self::Two,
			"few" => Self::Few,
			"many" => Self::Many,
			"other" => Self::Other,
			_ => return None,
		})
	}

	/// The form that a language uses for a whole number: the cardinal rules of CLDR 44 for integers, for the languages
	/// that most published files use. A language that is not listed follows the English rule.
	pub fn of_count(language: &str, count: u64) -> Self {
		let (ones, tens) = (count % 10, count % 100);
		let teen = (11..=14).contains(&tens);
		match primary(language) {
			"zh" | "ja" | "ko" | "vi" | "th" | "id" | "ms" => Self::Other,
			"fr" | "pt" if count < 2 => Self::One,
			"ar" => match (count, tens) {
				(0, _) => Self::Zero,
				(1, _) => Self::One,
				(2, _) => Self::Two,
				(_, 3..=10) => Self::Few,
				(_, 11..=99) => Self::Many,
				_ => Self::Other,
			},
			"ru" | "uk" | "be" | "sr" | "hr" if ones == 1 && tens != 11 => Self::One,
			"ru" | "uk" | "be" | "sr" | "hr" if (2..=4).contains(&ones) && !teen => Self::Few,
			"ru" | "uk" | "be" => Self::Many,
			"sr" | "hr" => Self::Other,
			"pl" if count == 1 => Self::One,
			"pl" if (2..=4).contains(&ones) && !teen => Self::Few,
			"pl" => Self::Many,
			"cs" | "sk" if (2..=4).contains(&count) => Self::Few,
			_ if count == 1 => Self::One,
			_ => Self::Other,
		}
	}
}

/// One text of a label.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
	/// In lower case; empty if the file does not say.
	language: String,
	quantity: Option<Quantity>,
	text: String,
}

/// A text in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
	texts: Vec<Text>,
}

impl Label {
	/// Reads the `label` of an element, which earlier families call `name`.
	pub(crate) fn read_of(parent: &Element) -> Self {
		let element = parent.first("label").or_else(|| parent.first("name"));
		element.map(Self::read).unwrap_or_default()
	}

	/// Reads the strings and plurals inside an element, or its own text.
	pub(crate) fn read(element: &Element) -> Self {
		let mut label = Self::default();
		for child in element.elements() {
			if child.is_ts("string") {
				label.push(child, child.language());
			} else if child.is_ts("plurals") {
				for string in child.all("string") {
					label.push(string, string.language().or_else(|| child.language()));
				}
			}
		}
		if label.texts.is_empty() {
			label.push(element, element.language());
		}
		label
	}

	/// Reads all elements of a name, each with its own language.
	pub(crate) fn read_all(parent: &Element, local: &str) -> Self {
		let mut label = Self::default();
		for element in parent.all(local) {
			label.push(element, element.language());
		}
		label
	}

	fn push(&mut self, element: &Element, language: Option<&str>) {
		let text = element.text().split_whitespace().collect::<Vec<_>>().join(" ");
		if !text.is_empty() {
			let language = language.unwrap_or_default().to_ascii_lowercase();
			let quantity = element.attribute("quantity").and_then(Quantity::of_name);
			self.texts.push(Text { language, quantity, text });
		}
	}

	/// Whether there is no text at all.
	pub fn is_empty(&self) -> bool {
		self.texts.is_empty()
	}

	/// The languages of the texts, as the file names them in lower case, each once. Empty: the file does not say.
	pub fn languages(&self) -> Vec<&str> {
		let mut languages: Vec<&str> = Vec::new();
		for text in &self.texts {
			if !languages.contains(&text.language.as_str()) {
				languages.push(&text.language);
			}
		}
		languages
	}

	/// The text for one thing in a language, or in the nearest that there is: the same language elsewhere, then a text
	/// without a language, then English, then the first.
	pub fn get(&self, language: &str) -> Option<&str> {
		self.form(language, Quantity::One)
	}

	/// The text for a number of things in a language, or in the nearest that there is.
	pub fn counted(&self, language: &str, count: u64) -> Option<&str> {
		let quantity = Quantity::of_count(self.nearest(language)?, count);
		self.form(language, quantity)
	}

	fn form(&self, language: &str, quantity: Quantity) -> Option<&str> {
		let nearest = self.nearest(language)?;
		let mut forms = self.texts.iter().filter(|text| text.language == nearest);
		let wanted = [Some(quantity), None, Some(Quantity::Other)];
		let found = wanted.iter().find_map(|it| forms.clone().find(|text| text.quantity == *it));
		found.or_else(|| forms.next()).map(|text| text.text.as_str())
	}

	fn nearest(&self, language: &str) -> Option<&str> {
		let languages = self.languages();
		let wanted = language.to_ascii_lowercase();
		nearest_of(&languages, &wanted)
	}
}

/// The nearest to a wanted language among some, all in lower case.
pub(crate) fn nearest_of<'a>(languages: &[&'a str], wanted: &str) -> Option<&'a str> {
	let exact = languages.iter().find(|it| **it == wanted);
	let same = || languages.iter().find(|it| primary(it) == primary(wanted));
	let unnamed = || languages.iter().find(|it| it.is_empty());
	let english = || languages.iter().find(|it| primary(it) == "en");
	exact.or_else(same).or_else(unnamed).or_else(english).or_else(|| languages.first()).copied()
}

/// `zh` of `zh-Hant`.
fn primary(language: &str) -> &str {
	language.split(['-', '_']).next().unwrap_or(language)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{xml, Limits};

	fn label(inner: &str) -> Label {
		let text = format!(
			"<t:token xmlns:t='http://tokenscript.org/2020/06/tokenscript'>{inner}</t:token>"
		);
		Label::read_of(&xml::read(text.as_bytes(), &Limits::default()).unwrap().root)
	}

	fn tickets() -> Label {
		label(
			"<t:label><t:plurals xml:lang='en'><t:string quantity='one'>Ticket</t:string>\
			 <t:string quantity='other'>Tickets</t:string></t:plurals>\
			 <t:string xml:lang='zh-Hant'>\n 入場 券 </t:string></t:label>",
		)
	}

	#[test]
	fn the_plural_follows_the_count() {
		assert_eq!(tickets().counted("en", 1), Some("Ticket"));
		assert_eq!(tickets().counted("en", 0), Some("Tickets"));
		assert_eq!(tickets().counted("zh", 7), Some("入場 券"));
		assert_eq!(tickets().get("en-GB"), Some("Ticket"));
	}

	#[test]
	fn a_language_that_is_missing_falls_back() {
		assert_eq!(tickets().get("zh"), Some("入場 券"));
		assert_eq!(tickets().get("fr"), Some("Ticket"));
		assert_eq!(
			label("<t:label><t:string>x</t:string><t:string xml:lang='en'>y</t:string></t:label>")
				.get("fr"),
			Some("x")
		);
		assert_eq!(label("").get("en"), None);
		assert_eq!(label("<t:name>plain</t:name>").get("en"), Some("plain"));
	}

	#[test]
	fn counts_follow_the_rules_of_each_language() {
		use Quantity::{Few, Many, One, Other, Two, Zero};
		for (language, count, form) in [
			("en", 1, One),
			("en", 2, Other),
			("fr", 0, One),
			("zh", 1, Other),
			("ru", 21, One),
			("ru", 11, Many),
			("ru", 3, Few),
			("ru", 13, Many),
			("pl", 22, Few),
			("pl", 21, Many),
			("cs", 3, Few),
			("ar", 0, Zero),
			("ar", 2, Two),
			("ar", 105, Few),
			("ar", 100, Other),
		] {
			assert_eq!(Quantity::of_count(language, count), form, "{language} {count}");
		}
	}
}
