//! Canonical XML 1.0 and Exclusive XML Canonicalization 1.0, without comments: the same bytes for the same document.
//!
//! The tree has no comments, joined text, normalised attributes and line ends already. Left to do are the order and the
//! place of namespaces and attributes, and escaping.

use crate::xml::{Attribute, Document, Element, Instruction, Node, XML_NAMESPACE};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
};

/// Which namespaces are written where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
	/// All that are in force, where they come into force.
	Inclusive,
	/// Those that are used, where they are used; the listed prefixes inclusively.
	Exclusive(BTreeSet<String>),
}

impl Form {
	/// The form of an algorithm's identifier.
	pub(super) fn of_uri(uri: &str, prefixes: Option<&str>) -> Option<Self> {
		match uri {
			"http://www.w3.org/TR/2001/REC-xml-c14n-20010315" => Some(Self::Inclusive),
			"http://www.w3.org/2001/10/xml-exc-c14n#" => {
				let listed = prefixes.unwrap_or_default().split_whitespace();
				let name = |it: &str| if it == "#default" { String::new() } else { it.to_owned() };
				Some(Self::Exclusive(listed.map(name).collect()))
			},
			_ => None,
		}
	}
}

/// Prefixes and what they stand for.
type Namespaces = BTreeMap<String, Arc<str>>;

/// A document, without one of the root's children.
pub(super) fn canonicalise_document(
	document: &Document,
	without: Option<usize>,
	form: &Form,
) -> String {
	let mut writer = Writer { form, text: String::new() };
	for instruction in &document.before {
		writer.instruction(instruction);
		writer.text.push('\n');
	}
	writer.element(&document.root, &Namespaces::new(), &Namespaces::new(), &[], without, true);
	for instruction in &document.after {
		writer.text.push('\n');
		writer.instruction(instruction);
	}
	writer.text
}

/// A single element. `ancestors` are all elements around it, the outermost first.
pub(super) fn canonicalise_element(
	ancestors: &[&Element],
	element: &Element,
	form: &Form,
) -> String {
	let mut in_force = Namespaces::new();
	for ancestor in ancestors {
		declare(ancestor, &mut in_force);
	}
	let inherited = match form {
		Form::Inclusive => inherited_attributes(ancestors, element),
		Form::Exclusive(_) => Vec::new(),
	};
	let mut writer = Writer { form, text: String::new() };
	writer.element(element, &in_force, &Namespaces::new(), &inherited, None, true);
	writer.text
}

/// Attributes of the namespace `xml` that an element has from those around it (section 2.4 of Canonical XML 1.0).
fn inherited_attributes<'a>(ancestors: &[&'a Element], element: &Element) -> Vec<&'a Attribute> {
	let mut found: BTreeMap<&str, &Attribute> = BTreeMap::new();
	for ancestor in ancestors {
		for attribute in ancestor.attributes.iter().filter(|it| *it.namespace == *XML_NAMESPACE) {
			found.insert(&attribute.local, attribute);
		}
	}
	let own = |it: &&Attribute| {
		element.attributes.iter().any(|own| own.namespace == it.namespace && own.local == it.local)
	};
	found.into_values().filter(|it| !own(it)).collect()
}

fn declare(element: &Element, in_force: &mut Namespaces) {
	for declaration in &element.declarations {
		if declaration.prefix != "xml" {
			in_force.insert(declaration.prefix.clone(), declaration.namespace.clone());
		}
	}
}

struct Writer<'a> {
	form: &'a Form,
	text: String,
}

impl Writer<'_> {
	/// Writes an element. `in_force` are the namespaces around it, `written` those that the elements around it show. The
	/// tree is as deep as the limit allows, and no deeper.
	fn element(
		&mut self,
		element: &Element,
		in_force: &Namespaces,
		written: &Namespaces,
		inherited: &[&Attribute],
		without: Option<usize>,
		apex: bool,
	) {
		let mut own_scope;
		let in_force = if element.declarations.is_empty() {
			in_force
		} else {
			own_scope = in_force.clone();
			declare(element, &mut own_scope);
			&own_scope
		};
		let new = self.new_namespaces(element, in_force, written, apex);
		self.text.push('<');
		self.name(&element.prefix, &element.local);
		for (prefix, namespace) in &new {
			self.text.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
			self.text.push_str(prefix);
			self.value(namespace);
		}
		self.attributes(element, inherited);
		self.text.push('>');
		let extended;
		let written = if new.is_empty() {
			written
		} else {
			let mut all = written.clone();
			all.extend(new);
			extended = all;
			&extended
		};
		for (at, node) in element.children.iter().enumerate() {
			match node {
				_ if without == Some(at) => {},
				Node::Element(inner) => self.element(inner, in_force, written, &[], None, false),
				Node::Text(text) => escape_text(text, &mut self.text),
				Node::Instruction(instruction) => self.instruction(instruction),
			}
		}
		self.text.push_str("</");
		self.name(&element.prefix, &element.local);
		self.text.push('>');
	}

	/// The namespaces that an element has to show, in order: the default first, then by prefix.
	fn new_namespaces(
		&self,
		element: &Element,
		in_force: &Namespaces,
		written: &Namespaces,
		apex: bool,
	) -> Namespaces {
		// What came into force further out is shown further out, unless this is the outermost element.
		let here = element.declarations.iter().map(|it| it.prefix.as_str());
		let all = in_force.keys().map(String::as_str).filter(|_| apex);
		let inclusive = here.chain(all);
		let mut wanted: BTreeSet<&str> = BTreeSet::new();
		match self.form {
			Form::Inclusive => wanted.extend(inclusive),
			Form::Exclusive(listed) => {
				wanted.insert(&element.prefix);
				let prefixed = element.attributes.iter().filter(|it| !it.prefix.is_empty());
				wanted.extend(prefixed.map(|it| it.prefix.as_str()));
				wanted.extend(inclusive.filter(|it| listed.contains(*it)));
			},
		}
		wanted.remove("xml");
		let mut new = Namespaces::new();
		for prefix in wanted {
			let empty = Arc::from("");
			let namespace = in_force.get(prefix).unwrap_or(&empty);
			let shown = written.get(prefix).map_or("", |it| &**it);
			// No default namespace is shown only where it ends one.
			if **namespace != *shown {
				new.insert(prefix.to_owned(), namespace.clone());
			}
		}
		new
	}

	/// Attributes in the order of their namespaces, those without one first, then of their names.
	fn attributes(&mut self, element: &Element, inherited: &[&Attribute]) {
		let mut all: Vec<&Attribute> = element.attributes.iter().collect();
		all.extend(inherited);
		all.sort_by(|a, b| (&a.namespace, &a.local).cmp(&(&b.namespace, &b.local)));
		for attribute in all {
			self.text.push(' ');
			self.name(&attribute.prefix, &attribute.local);
			self.value(&attribute.value);
		}
	}

	fn name(&mut self, prefix: &str, local: &str) {
		if !prefix.is_empty() {
			self.text.push_str(prefix);
			self.text.push(':');
		}
		self.text.push_str(local);
	}

	fn value(&mut self, value: &str) {
		self.text.push_str("=\"");
		for character in value.chars() {
			match character {
				'&' => self.text.push_str("&amp;"),
				'<' => self.text.push_str("&lt;"),
				'"' => self.text.push_str("&quot;"),
				'\t' => self.text.push_str("&#x9;"),
				'\n' => self.text.push_str("&#xA;"),
				'\r' => self.text.push_str("&#xD;"),
				_ => self.text.push(character),
			}
		}
		self.text.push('"');
	}

	fn instruction(&mut self, instruction: &Instruction) {
		self.text.push_str("<?");
		self.text.push_str(&instruction.target);
		if !instruction.data.is_empty() {
			self.text.push(' ');
			self.text.push_str(&instruction.data);
		}
		self.text.push_str("?>");
	}
}

fn escape_text(text: &str, into: &mut String) {
	for character in text.chars() {
		match character {
			'&' => into.push_str("&amp;"),
			'<' => into.push_str("&lt;"),
			'>' => into.push_str("&gt;"),
			'\r' => into.push_str("&#xD;"),
			_ => into.push(character),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{xml, Limits};

	fn exclusive() -> Form {
		Form::Exclusive(BTreeSet::new())
	}

	fn whole(text: &str, form: &Form) -> String {
		canonicalise_document(&xml::read(text.as_bytes(), &Limits::default()).unwrap(), None, form)
	}

	/// The examples of the recommendation Canonical XML 1.0 (section 3), without what needs a validating reader.
	#[test]
	fn instructions_stand_on_lines_of_their_own() {
		let text = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n\
			<!DOCTYPE doc SYSTEM \"doc.dtd\">\n\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n\
			<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n";
		let expected = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\
			<doc>Hello, world!</doc>\n<?pi-without-data?>";
		assert_eq!(whole(text, &Form::Inclusive), expected);
	}

	#[test]
	fn white_space_stays() {
		let text = "<doc>\n   <clean>   </clean>\n   <mixed>\n      A\n      <clean>   </clean>\n   </mixed>\n</doc>";
		assert_eq!(whole(text, &Form::Inclusive), text);
	}

	#[test]
	fn tags_are_put_in_order() {
		let text = r#"<doc>
   <e1   />
   <e2   ></e2>
   <e3   name = "elem3"   id="elem3"   />
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
      xmlns:b="http://www.ietf.org"
      xmlns:a="http://www.w3.org"
      xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="" xmlns:a="http://www.w3.org">
            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>
         </e8>
      </e7>
   </e6>
</doc>"#;
		let expected = r#"<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6 xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="">
            <e9 xmlns:a="http://www.ietf.org"></e9>
         </e8>
      </e7>
   </e6>
</doc>"#;
		assert_eq!(whole(text, &Form::Inclusive), expected);
	}

	#[test]
	fn characters_are_escaped_in_one_way() {
		let text =
			"<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n\
			   <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n\
			   <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n\
			   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
		let expected = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n\
			   <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n\
			   <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n\
			   <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>";
		assert_eq!(whole(text, &Form::Inclusive), expected);
	}

	#[test]
	fn exclusively_only_what_is_used_is_shown() {
		let text = "<n1:a xmlns:n1='u:1' xmlns:n2='u:2' xmlns='u:d'><b n2:c='' xmlns:n2='u:2'><n2:d/></b><n2:e/></n1:a>";
		let expected =
			"<n1:a xmlns:n1=\"u:1\"><b xmlns=\"u:d\" xmlns:n2=\"u:2\" n2:c=\"\"><n2:d></n2:d></b>\
			<n2:e xmlns:n2=\"u:2\"></n2:e></n1:a>";
		assert_eq!(whole(text, &exclusive()), expected);
		let listed =
			Form::of_uri("http://www.w3.org/2001/10/xml-exc-c14n#", Some("n2 #default")).unwrap();
		let expected =
			"<n1:a xmlns=\"u:d\" xmlns:n1=\"u:1\" xmlns:n2=\"u:2\"><b n2:c=\"\"><n2:d></n2:d></b>\
			<n2:e></n2:e></n1:a>";
		assert_eq!(whole(text, &listed), expected);
	}

	#[test]
	fn a_part_has_the_namespaces_and_languages_around_it() {
		let text = "<a xmlns='u:d' xmlns:n='u:n' xml:lang='en' xml:id='x'><b xml:lang='de'><n:c e='1'/></b></a>";
		let document = xml::read(text.as_bytes(), &Limits::default()).unwrap();
		let outer = document.root.elements().next().unwrap();
		let inner = outer.elements().next().unwrap();
		let around = [&document.root, outer];
		assert_eq!(
			canonicalise_element(&around, inner, &Form::Inclusive),
			"<n:c xmlns=\"u:d\" xmlns:n=\"u:n\" e=\"1\" xml:id=\"x\" xml:lang=\"de\"></n:c>"
		);
		assert_eq!(
			canonicalise_element(&around, inner, &exclusive()),
			"<n:c xmlns:n=\"u:n\" e=\"1\"></n:c>"
		);
	}

	#[test]
	fn what_is_canonical_stays_as_it_is() {
		for folder in ["examples", "signed"] {
			let folder = format!("{}/tests/{folder}", env!("CARGO_MANIFEST_DIR"));
			for entry in std::fs::read_dir(folder).unwrap() {
				let path = entry.unwrap().path();
				if !matches!(path.extension().and_then(|it| it.to_str()), Some("xml" | "tsml")) {
					continue;
				}
				let text = std::fs::read_to_string(&path).unwrap();
				for form in [Form::Inclusive, exclusive()] {
					let once = whole(&text, &form);
					assert_eq!(whole(&once, &form), once, "{}", path.display());
				}
			}
		}
	}
}
