//! The parts of a signature, of the one form that is accepted.

use super::{base64, canonical::Form, keys::Algorithm, SignatureError};
use crate::xml::{Element, Vocabulary};

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// The parts of a signature.
pub(super) struct Structure<'a> {
	pub(super) signed_info: &'a Element,
	pub(super) signed_info_form: Form,
	pub(super) algorithm: Algorithm,
	pub(super) document_form: Form,
	pub(super) digest: Vec<u8>,
	pub(super) value: Vec<u8>,
	pub(super) key_info: Option<&'a Element>,
}

impl<'a> Structure<'a> {
	pub(super) fn read(signature: &'a Element) -> Result<Self, SignatureError> {
		let signed_info = only(signature, "SignedInfo")?;
		let method = only(signed_info, "SignatureMethod")?;
		let reference = only(signed_info, "Reference")?;
		// The whole document: an empty reference, which some signers leave out.
		if !reference.attribute("URI").unwrap_or_default().is_empty() {
			return Err(SignatureError::Unsupported("a reference to a part".to_owned()));
		}
		let digest_method = algorithm(only(reference, "DigestMethod")?)?;
		if digest_method != SHA256 {
			return Err(SignatureError::Unsupported(digest_method.to_owned()));
		}
		Ok(Self {
			signed_info,
			signed_info_form: form(only(signed_info, "CanonicalizationMethod")?)?,
			algorithm: Algorithm::of_uri(algorithm(method)?).ok_or_else(|| unsupported(method))?,
			document_form: document_form(only(reference, "Transforms")?)?,
			digest: base64(only(reference, "DigestValue")?, "DigestValue")?,
			value: base64(only(signature, "SignatureValue")?, "SignatureValue")?,
			key_info: child(signature, "KeyInfo"),
		})
	}
}

/// The first element of a name in a signature.
pub(super) fn child<'a>(parent: &'a Element, name: &str) -> Option<&'a Element> {
	parent.elements().find(|it| it.is(Vocabulary::Signature, name))
}

/// The one element of a name in a signature: a second one would be there to confuse.
fn only<'a>(parent: &'a Element, name: &'static str) -> Result<&'a Element, SignatureError> {
	let mut found = parent.elements().filter(|it| it.is(Vocabulary::Signature, name));
	match (found.next(), found.next()) {
		(Some(element), None) => Ok(element),
		_ => Err(SignatureError::Malformed(name)),
	}
}

fn algorithm(element: &Element) -> Result<&str, SignatureError> {
	element.attribute("Algorithm").ok_or(SignatureError::Malformed("Algorithm"))
}

fn unsupported(element: &Element) -> SignatureError {
	let name = element.attribute("Algorithm").unwrap_or_default();
	SignatureError::Unsupported(name.chars().take(120).collect())
}

fn form(element: &Element) -> Result<Form, SignatureError> {
	let name = algorithm(element)?;
	let inclusive = element.elements().find(|it| it.local == "InclusiveNamespaces");
	let prefixes = inclusive.and_then(|it| it.attribute("PrefixList"));
	Form::of_uri(name, prefixes).ok_or_else(|| unsupported(element))
}

/// How the document becomes bytes: without the signature, then canonicalised. Without a second transform Canonical XML
/// 1.0 is implied (section 4.4.3.2 of the recommendation).
fn document_form(transforms: &Element) -> Result<Form, SignatureError> {
	let mut found = transforms.elements();
	let enveloped = found.next().ok_or(SignatureError::Malformed("Transform"))?;
	if algorithm(enveloped)? != ENVELOPED {
		return Err(unsupported(enveloped));
	}
	let form = found.next().map_or(Ok(Form::Inclusive), form)?;
	match found.next() {
		None => Ok(form),
		Some(more) => Err(unsupported(more)),
	}
}
