//! Keys of signers: where they stand, and what they verify.

use super::{base64, structure::child, SignatureError};
use crate::xml::{Element, Vocabulary};
use alloy_primitives::{hex, Address};
use k256::ecdsa::{signature::hazmat::PrehashVerifier, Signature, VerifyingKey};
use ring::{
	digest::{digest, SHA256},
	signature::{
		RsaPublicKeyComponents, UnparsedPublicKey, ECDSA_P256_SHA256_FIXED,
		RSA_PKCS1_2048_8192_SHA256,
	},
};
use x509_parser::{certificate::X509Certificate, prelude::FromDer, public_key::PublicKey};

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
	/// RSA with PKCS #1 v1.5 padding, over SHA-256.
	RsaSha256,
	/// ECDSA over SHA-256, as r and s.
	EcdsaSha256,
}

impl Algorithm {
	pub(super) fn of_uri(uri: &str) -> Option<Self> {
		match uri {
			"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => Some(Self::RsaSha256),
			"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => Some(Self::EcdsaSha256),
			_ => None,
		}
	}
}

/// A key that signed a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignerKey {
	/// An RSA key of at least 2,048 bits; both numbers big-endian, without zeros in front.
	Rsa {
		/// The modulus.
		modulus: Vec<u8>,
		/// The exponent.
		exponent: Vec<u8>,
	},
	/// A key on secp256k1, uncompressed (65 bytes).
	Secp256k1(Vec<u8>),
	/// A key on NIST P-256, uncompressed (65 bytes).
	P256(Vec<u8>),
}

/// What a certificate says of a key. Nobody's word stands behind it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
	/// Whose key it is said to be.
	pub subject: String,
	/// Who is said to say so.
	pub issuer: String,
	/// From when on, in seconds since 1970.
	pub not_before: i64,
	/// Until when.
	pub not_after: i64,
}

/// More certificates would be a way to make a reader work.
const MOST_CERTIFICATES: usize = 8;

impl SignerKey {
	/// The Ethereum address of a key on secp256k1: what a contract's owner can be compared with.
	pub fn ethereum_address(&self) -> Option<Address> {
		match self {
			Self::Secp256k1(point) => Some(Address::from_raw_public_key(point.get(1..)?)),
			Self::Rsa { .. } | Self::P256(_) => None,
		}
	}

	/// SHA-256 over the key's bytes, in hexadecimal: a short name for it.
	pub fn fingerprint(&self) -> String {
		let hash = match self {
			Self::Rsa { modulus, exponent } => digest(&SHA256, &[&modulus[..], exponent].concat()),
			Self::Secp256k1(point) | Self::P256(point) => digest(&SHA256, point),
		};
		hex::encode(hash.as_ref())
	}

	pub(super) fn verify(
		&self,
		algorithm: Algorithm,
		message: &[u8],
		signature: &[u8],
	) -> Result<(), SignatureError> {
		let wrong = SignatureError::Wrong;
		match (self, algorithm) {
			(Self::Rsa { modulus, exponent }, Algorithm::RsaSha256) => {
				let key = RsaPublicKeyComponents { n: modulus, e: exponent };
				key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).map_err(|_| wrong)
			},
			(Self::P256(point), Algorithm::EcdsaSha256) => {
				let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
				key.verify(message, signature).map_err(|_| wrong)
			},
			(Self::Secp256k1(point), Algorithm::EcdsaSha256) => {
				let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| SignatureError::Key)?;
				let signature = Signature::from_slice(signature).map_err(|_| wrong.clone())?;
				// Signers of XML do not keep to the lower half of s; here that changes nothing that is signed.
				let signature = signature.normalize_s().unwrap_or(signature);
				let hash = digest(&SHA256, message);
				key.verify_prehash(hash.as_ref(), &signature).map_err(|_| wrong)
			},
			_ => Err(SignatureError::Key),
		}
	}

	fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, SignatureError> {
		let plain = |it: &[u8]| it[it.iter().take_while(|byte| **byte == 0).count()..].to_vec();
		let (modulus, exponent) = (plain(modulus), plain(exponent));
		if !(256..=1_024).contains(&modulus.len()) || !(1..=4).contains(&exponent.len()) {
			return Err(SignatureError::Key);
		}
		Ok(Self::Rsa { modulus, exponent })
	}

	/// A key on a curve with an object identifier, in either form of SEC 1.
	fn elliptic(curve: &str, point: &[u8]) -> Result<Self, SignatureError> {
		match curve {
			"1.3.132.0.10" => {
				let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| SignatureError::Key)?;
				Ok(Self::Secp256k1(key.to_encoded_point(false).as_bytes().to_vec()))
			},
			"1.2.840.10045.3.1.7" if point.len() == 65 && point[0] == 4 => {
				Ok(Self::P256(point.to_vec()))
			},
			_ => Err(SignatureError::Unsupported(curve.chars().take(80).collect())),
		}
	}
}

/// The key of a signature: as a value, or of the first certificate. If both are there, a certificate has to be of the
/// key.
pub(super) fn read(
	key_info: Option<&Element>,
) -> Result<(SignerKey, Option<Certificate>), SignatureError> {
	let key_info = key_info.ok_or(SignatureError::Malformed("KeyInfo"))?;
	let value = child(key_info, "KeyValue").map(read_value).transpose()?;
	let data = key_info.elements().filter(|it| it.is(Vocabulary::Signature, "X509Data"));
	let all = data
		.flat_map(|it| it.elements().filter(|it| it.is(Vocabulary::Signature, "X509Certificate")));
	let certificates: Vec<_> = all.take(MOST_CERTIFICATES).map(read_certificate).collect();
	let Some(key) = value else {
		let first = certificates.into_iter().next();
		let (key, certificate) = first.ok_or(SignatureError::Malformed("KeyValue"))??;
		return Ok((key, Some(certificate)));
	};
	if certificates.is_empty() {
		return Ok((key, None));
	}
	// Certificates of issuers may be of kinds of keys that are not read here.
	let own = certificates.into_iter().flatten().find(|(of, _)| *of == key);
	own.map(|(key, certificate)| (key, Some(certificate))).ok_or(SignatureError::Certificate)
}

fn read_value(value: &Element) -> Result<SignerKey, SignatureError> {
	let inner = |parent: &Element, name: &'static str| {
		let found = parent.elements().find(|it| it.local == name).cloned();
		found.ok_or(SignatureError::Malformed(name))
	};
	let key = value.elements().next().ok_or(SignatureError::Malformed("KeyValue"))?;
	match key.local.as_str() {
		"RSAKeyValue" => {
			let modulus = base64(&inner(key, "Modulus")?, "Modulus")?;
			let exponent = base64(&inner(key, "Exponent")?, "Exponent")?;
			SignerKey::rsa(&modulus, &exponent)
		},
		// XML Signature 1.1.
		"ECKeyValue" => {
			let point = base64(&inner(key, "PublicKey")?, "PublicKey")?;
			SignerKey::elliptic(&curve(&inner(key, "NamedCurve")?), &point)
		},
		// RFC 4050, with coordinates in base64 as TokenScript's signers write them.
		"ECDSAKeyValue" => {
			let public = inner(key, "PublicKey")?;
			let mut point = vec![4];
			for name in ["X", "Y"] {
				let coordinate = base64(&inner(&public, name)?, name)?;
				let zeros = 32_usize.checked_sub(coordinate.len()).ok_or(SignatureError::Key)?;
				point.extend(std::iter::repeat_n(0, zeros).chain(coordinate));
			}
			let parameters = inner(key, "DomainParameters")?;
			SignerKey::elliptic(&curve(&inner(&parameters, "NamedCurve")?), &point)
		},
		other => Err(SignatureError::Unsupported(other.chars().take(80).collect())),
	}
}

fn curve(element: &Element) -> String {
	let uri = element.attribute("URI").or_else(|| element.attribute("URN")).unwrap_or_default();
	uri.trim_start_matches("urn:oid:").to_owned()
}

fn read_certificate(element: &Element) -> Result<(SignerKey, Certificate), SignatureError> {
	let bytes = base64(element, "X509Certificate")?;
	let malformed = SignatureError::Malformed("X509Certificate");
	let (_, parsed) = X509Certificate::from_der(&bytes).map_err(|_| malformed.clone())?;
	let info = parsed.public_key();
	let key = match info.parsed().map_err(|_| malformed)? {
		PublicKey::RSA(key) => SignerKey::rsa(key.modulus, key.exponent)?,
		PublicKey::EC(point) => {
			let parameters = info.algorithm.parameters.as_ref();
			let curve = parameters.and_then(|it| it.as_oid().ok());
			let curve = curve.ok_or(SignatureError::Malformed("curve"))?;
			SignerKey::elliptic(&curve.to_id_string(), point.data())?
		},
		_ => return Err(SignatureError::Key),
	};
	let certificate = Certificate {
		subject: parsed.subject().to_string(),
		issuer: parsed.issuer().to_string(),
		not_before: parsed.validity().not_before.timestamp(),
		not_after: parsed.validity().not_after.timestamp(),
	};
	Ok((key, certificate))
}
