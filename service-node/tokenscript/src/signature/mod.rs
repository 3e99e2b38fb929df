//! Who signed a file (XML signatures, "xmldsig").
//!
//! Published files are signed as a whole: one reference to the document without its signature, canonicalised inclusively
//! (Canonical XML 1.0) or exclusively, hashed with SHA-256, signed with RSA or ECDSA. Exactly that is verified. Anything
//! else, such as references to parts of the document or other transforms, is refused: that is where signatures of one
//! text are made to look like signatures of another.

mod canonical;
mod keys;
mod structure;

pub use keys::{Algorithm, Certificate, SignerKey};

use crate::xml::{Document, Element, Node, Vocabulary};
use base64::{engine::general_purpose::STANDARD, Engine};
use canonical::{canonicalise_document, canonicalise_element};
use ring::digest::{digest, SHA256};
use structure::Structure;

/// What is known of who signed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signatures {
	/// Nobody did.
	Unsigned,
	/// All of these did. Whether they may is for the caller to say: a key is only a key, and a name in a certificate that
	/// nobody vouches for is only a claim.
	Signed(Vec<Signer>),
	/// There is a signature that does not hold.
	Invalid(SignatureError),
}

/// Who signed a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
	/// The key that the signature was verified with.
	pub key: SignerKey,
	/// A name that the signature gives its key: a claim.
	pub claimed_name: Option<String>,
	/// The certificate of this key, if one is there: a claim.
	pub certificate: Option<Certificate>,
}

/// Why a signature does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
	/// More signatures than anybody needs.
	#[error("the file has more than {0} signatures")]
	TooMany(usize),
	/// A signature somewhere inside the document, or around it.
	#[error("a signature does not stand directly in the root element")]
	Misplaced,
	/// A part of the signature is missing or malformed.
	#[error("the signature lacks a valid {0}")]
	Malformed(&'static str),
	/// A way of signing that is not verified here.
	#[error("the algorithm {0:?} is not supported")]
	Unsupported(String),
	/// The document is not what was signed.
	#[error("the file was changed after it was signed")]
	Changed,
	/// The key is too weak to mean anything, or no key at all.
	#[error("the key is not acceptable")]
	Key,
	/// The certificate is of another key than the one that is given beside it.
	#[error("the certificate is of another key")]
	Certificate,
	/// The key did not make this signature.
	#[error("the signature is not of this key")]
	Wrong,
}

/// More would be a way to make a reader work.
const MOST_SIGNATURES: usize = 8;

/// Checks all signatures of a document.
pub(crate) fn check(document: &Document) -> Signatures {
	let mut signers = Vec::new();
	let found = document.root.children.iter().enumerate().filter_map(|(at, node)| match node {
		Node::Element(element) if is_signature(element) => Some((at, element)),
		_ => None,
	});
	let found: Vec<_> = found.take(MOST_SIGNATURES + 1).collect();
	if found.len() > MOST_SIGNATURES {
		return Signatures::Invalid(SignatureError::TooMany(MOST_SIGNATURES));
	}
	if is_signature(&document.root) || document.root.elements().any(hides_signature) {
		return Signatures::Invalid(SignatureError::Misplaced);
	}
	for (at, element) in found {
		match verify(document, at, element) {
			Ok(signer) => signers.push(signer),
			Err(error) => return Signatures::Invalid(error),
		}
	}
	if signers.is_empty() {
		Signatures::Unsigned
	} else {
		Signatures::Signed(signers)
	}
}

fn is_signature(element: &Element) -> bool {
	element.is(Vocabulary::Signature, "Signature")
}

/// Whether a signature stands deeper inside. The tree is as deep as the limit allows, and no deeper.
fn hides_signature(element: &Element) -> bool {
	element.elements().any(|inner| is_signature(inner) || hides_signature(inner))
}

/// Verifies the signature that is the root's child at a place.
fn verify(document: &Document, at: usize, element: &Element) -> Result<Signer, SignatureError> {
	let structure = Structure::read(element)?;
	let text = canonicalise_document(document, Some(at), &structure.document_form);
	if digest(&SHA256, text.as_bytes()).as_ref() != structure.digest {
		return Err(SignatureError::Changed);
	}
	let signed = canonicalise_element(
		&[&document.root, element],
		structure.signed_info,
		&structure.signed_info_form,
	);
	let (key, certificate) = keys::read(structure.key_info)?;
	key.verify(structure.algorithm, signed.as_bytes(), &structure.value)?;
	let name = structure.key_info.and_then(|it| structure::child(it, "KeyName"));
	let claimed_name = name.map(Element::trimmed).filter(|it| !it.is_empty());
	Ok(Signer { key, claimed_name, certificate })
}

/// Base64 with white space in it, as signatures have it.
fn base64(element: &Element, what: &'static str) -> Result<Vec<u8>, SignatureError> {
	let text: String = element.text().split_whitespace().collect();
	STANDARD.decode(text).map_err(|_| SignatureError::Malformed(what))
}
