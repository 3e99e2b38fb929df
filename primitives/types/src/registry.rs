//! What an issuer registers, what anchors attest about it, and how both are signed.

#![allow(clippy::cast_possible_truncation, reason = "the codec's derive numbers variants so")]

use crate::{
	abi, domain,
	eip712::Domain,
	evm::{EvmAddress, EvmSignature},
	rules::KindRules,
	AccountId, Balance, BlockNumber, ClassId, SetId, Sla,
};
use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{ConstU32, H256};
use sp_runtime::{BoundedBTreeSet, BoundedVec, Permill};

/// The longest URI, in bytes.
pub const MAX_URI: u32 = 256;

/// The most operators of a class.
pub const MAX_OPERATORS: u32 = 16;

/// The largest share of payments that an issuer can ask for.
pub const MAX_ISSUER_SHARE: Permill = Permill::from_percent(30);

/// A URI: printable ASCII without spaces.
pub type Uri = BoundedVec<u8, ConstU32<MAX_URI>>;

/// Accounts that may sign operations as the issuer, beside the issuer itself.
pub type Operators = BoundedBTreeSet<AccountId, ConstU32<MAX_OPERATORS>>;

/// A contract of an EVM chain.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Contract {
	/// The chain's id, as in EIP-155; never zero.
	pub chain_id: u64,
	/// The contract's address; never zero.
	pub address: EvmAddress,
}

impl Contract {
	/// Whether there can be such a contract.
	pub fn is_valid(&self) -> bool {
		self.chain_id != 0 && !self.address.is_zero()
	}
}

/// Where a class's TokenScript and token data are, and what they hash to.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Sources {
	/// Where the TokenScript is.
	pub script_uri: Uri,
	/// SHA-256 of the TokenScript.
	pub script_hash: H256,
	/// Where the token data is; empty if there is none.
	pub data_uri: Uri,
	/// SHA-256 of the token data.
	pub data_hash: H256,
	/// Root over the token data's RaptorQ symbols, against which each symbol is checked; zero if there is no data.
	pub data_root: H256,
}

impl Sources {
	/// Whether both are URIs in form, and there is a TokenScript.
	pub fn is_valid(&self) -> bool {
		let printable = |uri: &Uri| uri.iter().all(u8::is_ascii_graphic);
		!self.script_uri.is_empty() && printable(&self.script_uri) && printable(&self.data_uri)
	}
}

/// How many nodes hold a shard.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Redundancy {
	/// Nodes that hold it.
	pub nodes: u16,
	/// How many of them suffice to rebuild the data.
	pub enough: u16,
}

impl Redundancy {
	/// Whether the data can be rebuilt from the nodes that hold it.
	pub const fn is_coherent(&self) -> bool {
		0 < self.enough && self.enough <= self.nodes
	}
}

/// What a class asks of the nodes that hold it.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Service {
	/// The least that a node must offer.
	pub sla: Sla,
	/// How many nodes hold each shard.
	pub redundancy: Redundancy,
}

/// What an issuer gets of payments.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct PaymentTerms {
	/// The share, at most [`MAX_ISSUER_SHARE`].
	pub share: Permill,
	/// Who gets it.
	pub account: AccountId,
}

/// What an issuer says about a class when it registers it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Registration {
	/// The contract whose tokens are the class's instances. It never changes.
	pub contract: Contract,
	/// TokenScript and token data.
	pub sources: Sources,
	/// What it asks of nodes.
	pub service: Service,
	/// Into how many shards its instances fall. It never changes.
	pub shards: u32,
	/// What the issuer gets of payments.
	pub terms: PaymentTerms,
	/// Who else signs operations as the issuer.
	pub operators: Operators,
	/// The kinds of operation.
	pub rules: KindRules,
}

/// What an issuer changes at once; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Changes {
	/// TokenScript and token data.
	pub sources: Option<Sources>,
	/// What it asks of nodes.
	pub service: Option<Service>,
	/// What the issuer gets of payments.
	pub terms: Option<PaymentTerms>,
	/// Who else signs operations as the issuer.
	pub operators: Option<Operators>,
}

/// Everything that an issuer does, so that it can be signed by a wallet that can't sign extrinsics.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum IssuerAction {
	/// Registers a class and pays rent in advance.
	#[codec(index = 0)]
	Register { registration: Box<Registration>, rent: Balance },
	/// Changes a class.
	#[codec(index = 1)]
	Update { class: ClassId, changes: Box<Changes> },
	/// Sets the rules that hold from an interval on.
	#[codec(index = 2)]
	SetRules { class: ClassId, rules: KindRules, from: u64 },
	/// Asks anchors to verify a class.
	#[codec(index = 3)]
	RequestVerification { class: ClassId, owner_signature: Option<EvmSignature> },
	/// Offers a class to another issuer, or withdraws the offer.
	#[codec(index = 4)]
	Offer { class: ClassId, to: Option<AccountId> },
	/// Takes a class that was offered.
	#[codec(index = 5)]
	Accept { class: ClassId },
	/// Suspends a class, or ends the suspension.
	#[codec(index = 6)]
	SetSuspended { class: ClassId, suspended: bool },
	/// Ends a class.
	#[codec(index = 7)]
	Retire { class: ClassId },
	/// Pays rent in advance.
	#[codec(index = 8)]
	PayRent { class: ClassId, amount: Balance },
	/// Takes back rent that was paid in advance.
	#[codec(index = 9)]
	WithdrawRent { class: ClassId, amount: Balance },
}

impl IssuerAction {
	/// The type of what is signed, as EIP-712 hashes it.
	pub const TYPE: &'static str = "IssuerAction(string action,uint32 class,uint64 chainId,address token,uint256 amount,bytes32 details,uint64 nonce,uint32 validUntil)";

	/// What wallets show.
	pub const fn name(&self) -> &'static str {
		match self {
			Self::Register { .. } => "register",
			Self::Update { .. } => "update",
			Self::SetRules { .. } => "set rules",
			Self::RequestVerification { .. } => "request verification",
			Self::Offer { .. } => "offer",
			Self::Accept { .. } => "accept",
			Self::SetSuspended { suspended: true, .. } => "suspend",
			Self::SetSuspended { suspended: false, .. } => "resume",
			Self::Retire { .. } => "retire",
			Self::PayRent { .. } => "pay rent",
			Self::WithdrawRent { .. } => "withdraw rent",
		}
	}

	/// The class; zero for one that is not registered yet.
	pub const fn class(&self) -> ClassId {
		match self {
			Self::Register { .. } => 0,
			Self::Update { class, .. }
			| Self::SetRules { class, .. }
			| Self::RequestVerification { class, .. }
			| Self::Offer { class, .. }
			| Self::Accept { class }
			| Self::SetSuspended { class, .. }
			| Self::Retire { class }
			| Self::PayRent { class, .. }
			| Self::WithdrawRent { class, .. } => *class,
		}
	}

	/// What an EVM wallet signs: readable fields, and in `details` BLAKE2b-256 of the SCALE-encoded action, which
	/// commits to all the others. Valid once, for the issuer's next nonce, up to and including block `valid_until`.
	pub fn digest(&self, genesis: H256, nonce: u64, valid_until: BlockNumber) -> H256 {
		let (chain_id, token) = match self {
			Self::Register { registration, .. } => {
				(registration.contract.chain_id, registration.contract.address)
			},
			_ => Default::default(),
		};
		let amount = match self {
			Self::Register { rent: amount, .. }
			| Self::PayRent { amount, .. }
			| Self::WithdrawRent { amount, .. } => *amount,
			_ => 0,
		};
		let structure = abi::keccak([
			abi::keccak_bytes(Self::TYPE.as_bytes()).into(),
			abi::keccak_bytes(self.name().as_bytes()).into(),
			self.class().into(),
			chain_id.into(),
			token.into(),
			amount.into(),
			H256(sp_io::hashing::blake2_256(&self.encode())).into(),
			nonce.into(),
			valid_until.into(),
		]);
		Domain::of(genesis).digest(structure)
	}
}

/// What a class's operator shows to prove that the contract's owner wants this class.
///
/// The operator does one of two things:
/// - it puts [`Challenge::text`] into a URI that the contract's ERC-5169 `scriptURI()` returns, for example as its
///   fragment;
/// - the account that the contract's `owner()` returns signs [`Challenge::owner_digest`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Challenge {
	/// The class.
	pub class: ClassId,
	/// Its issuer. Another issuer of the same class has another challenge.
	pub issuer: AccountId,
	/// Its contract.
	pub contract: Contract,
}

impl Challenge {
	/// The type of what the owner signs, as EIP-712 hashes it.
	pub const TYPE: &'static str =
		"ClassOwnership(uint32 class,bytes32 issuer,uint64 chainId,address token)";

	/// What the challenge's text begins with.
	pub const PREFIX: &'static [u8; 11] = b"smartlayer=";

	/// The challenge: 32 bytes that belong to this class, issuer, contract and network.
	pub fn value(&self, genesis: H256) -> H256 {
		domain::hash("class challenge", genesis, self)
	}

	/// What a script URI must contain: the prefix and the challenge in 64 lower-case hexadecimal digits.
	pub fn text(&self, genesis: H256) -> [u8; 75] {
		let digits = b"0123456789abcdef";
		let digit = |nibble: u8| digits.get(usize::from(nibble)).copied().unwrap_or_default();
		let value = self.value(genesis);
		let hex = value.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
		let mut text = [0; 75];
		for (to, from) in text.iter_mut().zip(Self::PREFIX.iter().copied().chain(hex)) {
			*to = from;
		}
		text
	}

	/// Whether a script URI shows the challenge.
	pub fn is_shown_by(&self, genesis: H256, script_uri: &[u8]) -> bool {
		let text = self.text(genesis);
		script_uri.windows(text.len()).any(|part| part == text)
	}

	/// What the contract's owner signs instead, as EIP-712.
	pub fn owner_digest(&self, genesis: H256) -> H256 {
		let structure = abi::keccak([
			abi::keccak_bytes(Self::TYPE.as_bytes()).into(),
			self.class.into(),
			(&self.issuer).into(),
			self.contract.chain_id.into(),
			self.contract.address.into(),
		]);
		Domain::of(genesis).digest(structure)
	}
}

/// What an anchor read at a finalised block of the class's chain.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Finding {
	/// The challenge is shown, by a script URI or by the owner's signature.
	#[codec(index = 0)]
	Shown {
		/// What `owner()` returns; zero if the contract has no such function.
		owner: EvmAddress,
		/// The block, of the chain where the contract is.
		block: u64,
	},
	/// The challenge is not shown.
	#[codec(index = 1)]
	NotShown {
		/// What `owner()` returns; zero if the contract has no such function.
		owner: EvmAddress,
		/// The block, of the chain where the contract is.
		block: u64,
	},
}

impl Finding {
	/// The block at which the contract was read.
	pub const fn block(&self) -> u64 {
		match self {
			Self::Shown { block, .. } | Self::NotShown { block, .. } => *block,
		}
	}

	/// Whether both support the same outcome. Anchors read at different blocks, so blocks don't matter; who owns the
	/// contract matters where that goes on record.
	pub fn agrees_with(&self, other: &Self) -> bool {
		match (self, other) {
			(Self::Shown { owner, .. }, Self::Shown { owner: theirs, .. }) => owner == theirs,
			(Self::NotShown { .. }, Self::NotShown { .. }) => true,
			_ => false,
		}
	}
}

/// What an anchor signs about a class, with its anchor key.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Attestation {
	/// The class.
	pub class: ClassId,
	/// The class's round of verification: no two rounds of a class have the same number.
	pub round: u32,
	/// The anchor set in office.
	pub set: SetId,
	/// What was found.
	pub finding: Finding,
}

impl Attestation {
	/// What is signed.
	pub fn digest(&self, genesis: H256) -> H256 {
		domain::hash("class attestation", genesis, self)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloy_primitives::{Address, B256};
	use alloy_sol_types::{eip712_domain, sol, Eip712Domain, SolStruct};
	use sp_core::H160;

	sol! {
		struct IssuerAction {
			string action; uint32 class; uint64 chainId; address token; uint256 amount; bytes32 details;
			uint64 nonce; uint32 validUntil;
		}
		struct ClassOwnership { uint32 class; bytes32 issuer; uint64 chainId; address token; }
	}

	const GENESIS: H256 = H256::repeat_byte(0x5a);

	fn domain() -> Eip712Domain {
		eip712_domain! { name: "Smart Layer", version: "1", salt: B256::from(GENESIS.0) }
	}

	fn challenge() -> Challenge {
		let contract = Contract { chain_id: 1, address: H160::repeat_byte(2) };
		Challenge { class: 7, issuer: AccountId::new([3; 32]), contract }
	}

	fn registration() -> Registration {
		let uri = Uri::truncate_from(b"ipfs://script".to_vec());
		Registration {
			contract: challenge().contract,
			sources: Sources {
				script_uri: uri.clone(),
				script_hash: H256::repeat_byte(4),
				data_uri: uri,
				data_hash: H256::repeat_byte(5),
				data_root: H256::repeat_byte(6),
			},
			service: Service { sla: Sla::NONE, redundancy: Redundancy { nodes: 3, enough: 2 } },
			shards: 16,
			terms: PaymentTerms { share: MAX_ISSUER_SHARE, account: AccountId::new([3; 32]) },
			operators: Operators::new(),
			rules: KindRules::truncate_from(crate::rules::ticket().unwrap().kinds().to_vec()),
		}
	}

	#[test]
	fn actions_are_signed_as_another_implementation_signs_them() {
		let register =
			super::IssuerAction::Register { registration: Box::new(registration()), rent: 1_000 };
		let theirs = IssuerAction {
			action: "register".into(),
			class: 0,
			chainId: 1,
			token: Address::repeat_byte(2),
			amount: alloy_primitives::U256::from(1_000),
			details: B256::from(sp_io::hashing::blake2_256(&register.encode())),
			nonce: 8,
			validUntil: 99,
		};
		assert_eq!(register.digest(GENESIS, 8, 99).0, theirs.eip712_signing_hash(&domain()).0);

		let pay = super::IssuerAction::PayRent { class: 7, amount: u128::MAX };
		let theirs = IssuerAction {
			action: "pay rent".into(),
			class: 7,
			chainId: 0,
			token: Address::ZERO,
			amount: alloy_primitives::U256::from(u128::MAX),
			details: B256::from(sp_io::hashing::blake2_256(&pay.encode())),
			nonce: 0,
			validUntil: 0,
		};
		assert_eq!(pay.digest(GENESIS, 0, 0).0, theirs.eip712_signing_hash(&domain()).0);
	}

	#[test]
	fn every_part_of_an_action_counts() {
		let retire = super::IssuerAction::Retire { class: 7 };
		let digest = retire.digest(GENESIS, 1, 2);
		assert_ne!(digest, retire.digest(H256::zero(), 1, 2));
		assert_ne!(digest, retire.digest(GENESIS, 2, 2));
		assert_ne!(digest, retire.digest(GENESIS, 1, 3));
		assert_ne!(digest, super::IssuerAction::Retire { class: 8 }.digest(GENESIS, 1, 2));
		assert_ne!(digest, super::IssuerAction::Accept { class: 7 }.digest(GENESIS, 1, 2));
		let update = |changes| super::IssuerAction::Update { class: 7, changes: Box::new(changes) };
		let other = Changes { terms: Some(registration().terms), ..Changes::default() };
		assert_ne!(
			update(Changes::default()).digest(GENESIS, 1, 2),
			update(other).digest(GENESIS, 1, 2)
		);
	}

	#[test]
	fn owners_sign_as_another_implementation_signs() {
		let theirs = ClassOwnership {
			class: 7,
			issuer: B256::repeat_byte(3),
			chainId: 1,
			token: Address::repeat_byte(2),
		};
		assert_eq!(challenge().owner_digest(GENESIS).0, theirs.eip712_signing_hash(&domain()).0);
	}

	#[test]
	fn a_challenge_belongs_to_class_issuer_contract_and_network() {
		let value = challenge().value(GENESIS);
		assert_ne!(value, challenge().value(H256::zero()));
		let contract = Contract { chain_id: 2, ..challenge().contract };
		for other in [
			Challenge { class: 8, ..challenge() },
			Challenge { issuer: AccountId::new([4; 32]), ..challenge() },
			Challenge { contract, ..challenge() },
		] {
			assert_ne!(value, other.value(GENESIS));
			assert!(!other.is_shown_by(GENESIS, &challenge().text(GENESIS)));
		}
	}

	#[test]
	fn a_script_uri_shows_the_challenge_anywhere_in_it() {
		let text = challenge().text(GENESIS);
		let hex = format!("smartlayer={:x}", challenge().value(GENESIS));
		assert_eq!(text, hex.as_bytes());
		let uri = [b"ipfs://script#".as_slice(), &text, b"&x=1"].concat();
		assert!(challenge().is_shown_by(GENESIS, &uri));
		assert!(!challenge().is_shown_by(GENESIS, &uri[..80]));
		assert!(!challenge().is_shown_by(GENESIS, b""));
	}

	#[test]
	fn findings_agree_where_the_outcome_is_the_same() {
		let shown = |owner, block| Finding::Shown { owner: H160::repeat_byte(owner), block };
		let not = |owner, block| Finding::NotShown { owner: H160::repeat_byte(owner), block };
		assert!(shown(1, 5).agrees_with(&shown(1, 6)));
		assert!(!shown(1, 5).agrees_with(&shown(2, 5)));
		assert!(not(1, 5).agrees_with(&not(2, 6)));
		assert!(!not(1, 5).agrees_with(&shown(1, 5)));
		assert_eq!((shown(1, 5).block(), not(1, 6).block()), (5, 6));
	}

	#[test]
	fn what_can_not_be_registered_is_told_apart() {
		let coherent = |nodes, enough| Redundancy { nodes, enough }.is_coherent();
		assert!(coherent(1, 1) && coherent(3, 2));
		assert!(!coherent(0, 0) && !coherent(3, 0) && !coherent(2, 3));
		let good = challenge().contract;
		assert!(good.is_valid());
		assert!(!Contract { chain_id: 0, ..good }.is_valid());
		assert!(!Contract { address: H160::zero(), ..good }.is_valid());
		let sources = registration().sources;
		assert!(sources.is_valid());
		let uri = |text: &[u8]| Uri::truncate_from(text.to_vec());
		assert!(Sources { data_uri: uri(b""), ..sources.clone() }.is_valid());
		assert!(!Sources { script_uri: uri(b""), ..sources.clone() }.is_valid());
		assert!(!Sources { script_uri: uri(b"a b"), ..sources.clone() }.is_valid());
		assert!(!Sources { data_uri: uri("\u{e9}".as_bytes()), ..sources }.is_valid());
	}
}
