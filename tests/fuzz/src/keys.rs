//! Everybody who acts: people and wallets with known keys, and the keys that anchors serve with.

use codec::Encode;
use smartlayer_runtime::SessionKeys;
use smartlayer_types::{
	evm::{address_of_compressed_key, evm_account, EvmAddress, EvmSignature},
	AccountId,
};
use sp_core::{
	crypto::KeyTypeId, ecdsa, ed25519, proof_of_possession::ProofOfPossessionGenerator, sr25519,
	Pair, H256,
};
use sp_keyring::Sr25519Keyring::{self, *};
use std::{collections::BTreeMap, sync::LazyLock};

/// People with money, the first four of whom are the anchors of the network `local`.
pub const PEOPLE: [Sr25519Keyring; 10] =
	[Alice, Bob, Charlie, Dave, Eve, Ferdie, AliceStash, BobStash, CharlieStash, DaveStash];

/// How many sets of session keys each of them has.
const GENERATIONS: usize = 3;

/// Wallets of EVM chains, which own nothing at first.
pub static WALLETS: LazyLock<Vec<ecdsa::Pair>> = LazyLock::new(|| ecdsa_pairs(0x70, 4));

/// Keys that sign promises.
pub static PROMISE_KEYS: LazyLock<Vec<ecdsa::Pair>> = LazyLock::new(|| ecdsa_pairs(0x50, 3));

/// Keys of service nodes in the peer-to-peer network.
pub static PEERS: LazyLock<Vec<ed25519::Pair>> =
	LazyLock::new(|| (0..12).map(|byte| ed25519::Pair::from_seed(&[0x90 + byte; 32])).collect());

/// Keys that anchors can serve with, by person and generation.
static SERVING: LazyLock<Vec<Vec<Serving>>> = LazyLock::new(|| {
	let of = |person: &Sr25519Keyring| {
		(0..GENERATIONS).map(|generation| Serving::new(*person, generation)).collect()
	};
	PEOPLE.iter().map(of).collect()
});

/// Anchor keys by address.
static ANCHORS: LazyLock<BTreeMap<EvmAddress, ecdsa::Pair>> = LazyLock::new(|| {
	let all = SERVING.iter().flatten();
	all.map(|keys| (address(&keys.anchor), keys.anchor.clone())).collect()
});

fn ecdsa_pairs(first: u8, count: u8) -> Vec<ecdsa::Pair> {
	(first..first + count).map(|byte| ecdsa::Pair::from_seed(&[byte; 32])).collect()
}

/// The keys of an anchor's machine.
pub struct Serving {
	/// Writes blocks, draws service nodes.
	pub babe: sr25519::Pair,
	grandpa: ed25519::Pair,
	anchor: ecdsa::Pair,
}

impl Serving {
	/// The first generation is that of the genesis.
	fn new(person: Sr25519Keyring, generation: usize) -> Self {
		let secret = match generation {
			0 => person.to_seed(),
			_ => format!("{}//{generation}", person.to_seed()),
		};
		Self { babe: pair(&secret), grandpa: pair(&secret), anchor: pair(&secret) }
	}

	/// What the session pallet keeps.
	pub fn public(&self) -> SessionKeys {
		SessionKeys {
			babe: self.babe.public().into(),
			grandpa: self.grandpa.public().into(),
			authority_discovery: self.babe.public().into(),
			anchor: self.anchor.public().into(),
		}
	}

	/// Shows that an account's owner has these keys.
	pub fn proof(&self, owner: &AccountId) -> Vec<u8> {
		let owner = owner.encode();
		let (mut babe, mut grandpa, mut anchor) =
			(self.babe.clone(), self.grandpa, self.anchor.clone());
		let babe = babe.generate_proof_of_possession(&owner);
		let grandpa = grandpa.generate_proof_of_possession(&owner);
		let anchor = anchor.generate_proof_of_possession(&owner);
		(&babe, grandpa, &babe, anchor).encode()
	}
}

fn pair<P: Pair>(secret: &str) -> P {
	P::from_string(secret, None).unwrap_or_else(|_| panic!("{secret} is no secret"))
}

/// The keys of a person, of any generation.
pub fn serving(person: usize, generation: usize) -> &'static Serving {
	&SERVING[person % PEOPLE.len()][generation % GENERATIONS]
}

/// The key by which an anchor with this address signs.
pub fn anchor(address: EvmAddress) -> Option<&'static ecdsa::Pair> {
	ANCHORS.get(&address)
}

/// The BABE key with this public part.
pub fn babe(public: &[u8]) -> Option<&'static sr25519::Pair> {
	let all = SERVING.iter().flatten();
	all.map(|keys| &keys.babe).find(|pair| pair.public().0.as_slice() == public)
}

/// How the key stores of nodes name BABE keys.
pub const BABE: KeyTypeId = sp_core::crypto::key_types::BABE;

/// The address of a key.
pub fn address(pair: &ecdsa::Pair) -> EvmAddress {
	address_of_compressed_key(&pair.public()).expect("a pair's key is a point of the curve")
}

/// The account of a wallet.
pub fn wallet(index: usize) -> AccountId {
	evm_account(address(&WALLETS[index % WALLETS.len()]))
}

/// An account's wallet.
pub fn wallet_of(account: &AccountId) -> Option<&'static ecdsa::Pair> {
	WALLETS.iter().find(|pair| evm_account(address(pair)) == *account)
}

/// The person with an account.
pub fn person_of(account: &AccountId) -> Option<Sr25519Keyring> {
	PEOPLE.into_iter().find(|person| person.to_account_id() == *account)
}

/// What an EVM signer signs.
pub fn sign(pair: &ecdsa::Pair, digest: &H256) -> EvmSignature {
	EvmSignature(pair.sign_prehashed(&digest.0).0)
}
