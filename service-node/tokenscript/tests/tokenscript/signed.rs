//! XML signatures of published files, and what becomes of them when somebody touches the file.

use crate::{bytes, parse};
use alloy_primitives::address;
use smartlayer_tokenscript::{SignatureError, Signatures, Signer, SignerKey};

const FILES: [&str; 3] = ["attestation.tsml", "fifa.tsml", "EntryToken.tsml"];

fn signed(name: &str) -> String {
	String::from_utf8(bytes("signed", name)).unwrap()
}

fn check(text: &str) -> Signatures {
	parse(text.as_bytes()).signatures()
}

fn signer(name: &str) -> Signer {
	match check(&signed(name)) {
		Signatures::Signed(mut signers) if signers.len() == 1 => signers.remove(0),
		other => panic!("{name}: {other:?}"),
	}
}

/// What a changed file's signature is refused for.
fn refusal(name: &str, old: &str, new: &str) -> SignatureError {
	let text = signed(name);
	assert!(text.contains(old), "{name} does not contain {old}");
	match check(&text.replacen(old, new, 1)) {
		Signatures::Invalid(error) => error,
		other => panic!("{name}: {other:?}"),
	}
}

#[test]
fn a_key_on_secp256k1_has_an_ethereum_address() {
	let signer = signer("attestation.tsml");
	// Of the key that the same file names for its attestations.
	let address = parse(&bytes("signed", "attestation.tsml")).attestations[0].signers()[0];
	assert_eq!(signer.key.ethereum_address(), Some(address));
	assert_eq!((signer.certificate, signer.claimed_name), (None, None));
}

#[test]
fn a_key_can_stand_in_a_certificate_alone() {
	let signer = signer("fifa.tsml");
	assert!(matches!(signer.key, SignerKey::P256(_)));
	assert_eq!(signer.key.ethereum_address(), None);
	let certificate = signer.certificate.unwrap();
	assert!(certificate.subject.contains("alphawallet.com"), "{}", certificate.subject);
	assert_eq!(certificate.subject, certificate.issuer);
	assert_eq!((certificate.not_before, certificate.not_after), (1_616_112_749, 1_647_648_749));
	assert_eq!(signer.claimed_name.as_deref(), Some("AlphaWallet"));
}

#[test]
fn an_rsa_key_is_found_in_its_certificate() {
	let signer = signer("EntryToken.tsml");
	assert!(matches!(&signer.key, SignerKey::Rsa { modulus, .. } if modulus.len() == 256));
	assert_eq!(signer.key.fingerprint().len(), 64);
	let certificate = signer.certificate.unwrap();
	assert_eq!(certificate.subject, "CN=shong.wang");
	assert!(certificate.issuer.contains("CA Cert Signing Authority"));
}

#[test]
fn a_changed_file_is_no_longer_signed() {
	for (name, old, new) in [
		("attestation.tsml", "11155111", "11155112"),
		("attestation.tsml", "<ts:cards>", "<ts:cards> "),
		("attestation.tsml", " name=\"Devcon6\"", " name=\"Devcon7\""),
		("fifa.tsml", "bitmask=\"0000", "bitmask=\"0001"),
		("EntryToken.tsml", "isExpired", "isExpiree"),
		("EntryToken.tsml", "<ts:cards>", "<ts:cards><?x y?>"),
	] {
		assert_eq!(refusal(name, old, new), SignatureError::Changed, "{name} {old}");
	}
}

#[test]
fn what_means_nothing_to_a_document_changes_nothing() {
	for name in FILES {
		let text = signed(name);
		let commented = text.replacen("<ts:cards>", "<ts:cards><!-- later -->", 1);
		assert!(matches!(check(&commented), Signatures::Signed(_)), "{name}");
		let other_lines = text.replace('\n', "\r\n");
		assert!(matches!(check(&other_lines), Signatures::Signed(_)), "{name}");
	}
}

#[test]
fn a_changed_signature_is_refused() {
	for (name, old, new) in [
		("attestation.tsml", "69YWr39jWa", "69YWr39jWb"),
		("attestation.tsml", "CNS8SLxRjI", "CNS8SLxRjJ"),
		("fifa.tsml", "AUm4GGK5AK", "AUm4GGK5AL"),
		("EntryToken.tsml", "E9H57w4vE8", "E9H57w4vE9"),
	] {
		let error = refusal(name, old, new);
		assert!(matches!(error, SignatureError::Wrong | SignatureError::Key), "{name} {error}");
	}
}

#[test]
fn a_changed_signed_info_is_refused_though_the_file_is_what_it_says() {
	let info = "<ds:SignedInfo>";
	assert_eq!(refusal("fifa.tsml", info, "<ds:SignedInfo> "), SignatureError::Wrong);
	let error = refusal("attestation.tsml", info, "<ds:SignedInfo Id='x'>");
	assert_eq!(error, SignatureError::Wrong);
}

#[test]
fn a_signature_of_less_than_the_whole_file_is_refused() {
	let refused = refusal("fifa.tsml", "URI=\"\"", "URI=\"#part\"");
	assert!(matches!(refused, SignatureError::Unsupported(_)));
	let transform = "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>";
	let xpath = "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/>";
	assert!(matches!(refusal("fifa.tsml", transform, xpath), SignatureError::Unsupported(_)));
	let more = format!("{transform}{xpath}");
	assert!(matches!(refusal("fifa.tsml", transform, &more), SignatureError::Unsupported(_)));
	let second = "</ds:Reference><ds:Reference URI=\"\"/>";
	assert_eq!(
		refusal("fifa.tsml", "</ds:Reference>", second),
		SignatureError::Malformed("Reference")
	);
}

#[test]
fn a_signature_elsewhere_in_the_file_is_refused() {
	let text = signed("attestation.tsml");
	let at = text.find("<ds:Signature ").unwrap();
	let (before, signature) = text.split_at(at);
	let signature = signature.strip_suffix("</ts:token>").unwrap();
	let moved = before.replacen("<ts:cards>", &format!("<ts:cards>{signature}"), 1) + "</ts:token>";
	assert_eq!(check(&moved), Signatures::Invalid(SignatureError::Misplaced));
	let many = format!("{before}{}</ts:token>", signature.repeat(9));
	assert_eq!(check(&many), Signatures::Invalid(SignatureError::TooMany(8)));
}

#[test]
fn a_file_without_its_signature_is_unsigned() {
	let text = signed("attestation.tsml");
	let at = text.find("<ds:Signature ").unwrap();
	let bare = format!("{}</ts:token>", &text[..at]);
	assert_eq!(check(&bare), Signatures::Unsigned);
}

#[test]
fn a_certificate_of_another_key_is_refused() {
	let text = signed("fifa.tsml");
	let start = text.find("<ds:X509Data>").unwrap();
	let end = text.find("</ds:X509Data>").unwrap() + "</ds:X509Data>".len();
	let foreign = text[start..end].to_owned();
	let text =
		signed("attestation.tsml").replacen("</ds:KeyInfo>", &format!("{foreign}</ds:KeyInfo>"), 1);
	assert_eq!(check(&text), Signatures::Invalid(SignatureError::Certificate));
}

#[test]
fn a_missing_or_weak_key_is_refused() {
	let text = signed("EntryToken.tsml");
	let start = text.find("<ds:KeyInfo>").unwrap();
	let end = text.find("</ds:KeyInfo>").unwrap() + "</ds:KeyInfo>".len();
	let without = format!("{}{}", &text[..start], &text[end..]);
	assert_eq!(check(&without), Signatures::Invalid(SignatureError::Malformed("KeyInfo")));
	let modulus = text.find("<ds:Modulus>").unwrap() + "<ds:Modulus>".len();
	let after = text.find("</ds:Modulus>").unwrap();
	let weak = format!("{}qqqq{}", &text[..modulus], &text[after..]);
	assert_eq!(check(&weak), Signatures::Invalid(SignatureError::Key));
}

#[test]
fn the_attestations_of_a_signed_file_have_their_collection() {
	let script = parse(&bytes("signed", "attestation.tsml"));
	let definition = &script.attestations[0];
	assert_eq!(definition.label.get("en"), Some("Devcon 6 Attestation"));
	assert_eq!(definition.collection, [("eventId".to_owned(), "devcon6".to_owned())]);
	assert_eq!(definition.id_fields, ["ticketId"]);
	assert_eq!(definition.collection_ids().len(), 1);
	assert!(script.is_for(11_155_111, address!("FF6E9ADF5E4cC99F2aa1f4DC01f0956b757b4ABA")));
}
