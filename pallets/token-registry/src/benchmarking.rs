//! Benchmarks of all calls at their worst case.

#![cfg(feature = "runtime-benchmarks")]

use crate::{Call, Config, Event, IssuerNonce, Pallet, MAX_RULE_VERSIONS, *};
use alloc::{boxed::Box, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	pallet_prelude::{Authorize, TransactionSource},
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use smartlayer_types::{
	anchors::key::ANCHOR,
	evm::{address_of_compressed_key, evm_account, EvmSignature},
	registry::{
		Attestation, Changes, Contract, Finding, IssuerAction, Operators, PaymentTerms, Redundancy,
		Registration, Service, Sources, Uri, MAX_OPERATORS, MAX_URI,
	},
	AccountId, AnchorKey, AnchorMember, AnchorSets, Authorisation, Balance, BlockNumber, ClassId,
	KindRule, KindRules, SignerRole, Sla, MAX_KINDS,
};
use sp_core::{ecdsa, H160, H256};
use sp_runtime::{Permill, SaturatedConversion};

/// Owner of the contract in these benchmarks.
const OWNER: H160 = H160::repeat_byte(7);

fn funded<T: Config>(name: &'static str) -> AccountId {
	let who: AccountId = account(name, 0, 0);
	fund::<T>(&who);
	who
}

fn fund<T: Config>(who: &AccountId) {
	let enough = Balance::MAX / 1_000_000;
	frame_support::assert_ok!(T::Currency::mint_into(who, enough));
}

/// The rent account as genesis makes it.
fn endow_rent_account<T: Config>() {
	let account = Pallet::<T>::rent_account();
	frame_support::assert_ok!(T::Currency::mint_into(&account, T::Currency::minimum_balance()));
}

fn longest_uri() -> Uri {
	BoundedVec::truncate_from(alloc::vec![b'a'; MAX_URI as usize])
}

fn sources() -> Sources {
	Sources {
		script_uri: longest_uri(),
		script_hash: H256::repeat_byte(1),
		data_uri: longest_uri(),
		data_hash: H256::repeat_byte(2),
		data_root: H256::repeat_byte(3),
	}
}

fn operators(seed: u32) -> Operators {
	let mut operators = Operators::new();
	for n in 0..MAX_OPERATORS {
		let _ = operators.try_insert(account("operator", n, seed));
	}
	operators
}

/// So many kinds with the longest names, each of which forbids all others.
fn kinds(count: u32) -> KindRules {
	let known = u32::MAX >> (MAX_KINDS - count);
	let kind = |n: u32| {
		let mut name = alloc::vec![b'a'; 32];
		name[0] += (n % 26) as u8;
		name[1] += (n / 26) as u8;
		KindRule {
			name: BoundedVec::truncate_from(name),
			signer: SignerRole::Issuer,
			requires: 0,
			forbids: known & !(1 << n),
			clears: known & !(1 << n),
			once: false,
			sets_holder: true,
		}
	};
	BoundedVec::truncate_from((0..count).map(kind).collect())
}

fn service() -> Service {
	Service { sla: Sla::NONE, redundancy: Redundancy { nodes: 1, enough: 1 } }
}

fn terms() -> PaymentTerms {
	PaymentTerms { share: Permill::zero(), account: account("pay-out", 0, 0) }
}

fn registration(count: u32) -> Box<Registration> {
	Box::new(Registration {
		contract: Contract { chain_id: 1, address: H160::repeat_byte(9) },
		sources: sources(),
		service: service(),
		shards: 1,
		terms: terms(),
		operators: operators(0),
		rules: kinds(count),
	})
}

/// Rent for twice the least period.
fn rent<T: Config>() -> Balance {
	2 * Pallet::<T>::least_advance(Pallet::<T>::rent_per_block(1, &service())) + 1
}

/// A class of the largest size, registered some blocks ago.
fn registered<T: Config>(issuer: &AccountId) -> ClassId {
	endow_rent_account::<T>();
	let class = Pallet::<T>::next_class();
	let registration = registration(MAX_KINDS);
	frame_support::assert_ok!(Pallet::<T>::do_register(issuer.clone(), *registration, rent::<T>()));
	RuleVersions::<T>::mutate(class, |versions| {
		let first = versions[0].clone();
		for n in 1..MAX_RULE_VERSIONS {
			let mut later = first.clone();
			later.from += u64::from(n);
			let _ = versions.try_push(later);
		}
	});
	let bytes = codec::Encode::encoded_size(&RuleVersions::<T>::get(class));
	Classes::<T>::mutate(class, |stored| {
		if let Some(stored) = stored {
			stored.rules_bytes = bytes as u32;
			frame_support::assert_ok!(Pallet::<T>::adjust_deposit(stored));
		}
	});
	pass::<T>(1);
	class
}

fn pass<T: Config>(blocks: BlockNumber) {
	let now: BlockNumber = Pallet::<T>::now();
	frame_system::Pallet::<T>::set_block_number((now + blocks).saturated_into());
}

/// As many anchors as there can be, with keys that can sign here.
fn seat_anchors<T: Config>() -> Vec<ecdsa::Public> {
	let keys: Vec<_> =
		(0..T::MaxAnchors::get()).map(|_| sp_io::crypto::ecdsa_generate(ANCHOR, None)).collect();
	let member = |key: &ecdsa::Public| {
		let account = address_of_compressed_key(key).map(evm_account)?;
		AnchorMember::new(account, AnchorKey::from(*key))
	};
	T::BenchmarkHelper::seat_anchors(keys.iter().filter_map(member).collect());
	keys
}

fn sign(key: &ecdsa::Public, digest: &H256) -> EvmSignature {
	let signature = sp_io::crypto::ecdsa_sign_prehashed(ANCHOR, key, &digest.0);
	EvmSignature(signature.map(|signature| signature.0).unwrap_or([0; 65]))
}

/// A round in which all members have attested but the last of a quorum; returns that member's attestation.
fn nearly_verified<T: Config>(class: ClassId, issuer: &AccountId) -> (Attestation, u32) {
	frame_support::assert_ok!(Pallet::<T>::do_request_verification(issuer, class, None));
	let set = T::Anchors::current();
	let finding = Finding::Shown { owner: OWNER, block: 1 };
	let members = T::Anchors::members(set).map_or(0, |members| members.len() as u32);
	let last = smartlayer_types::anchors::quorum(members) - 1;
	let attestation = Attestation { class, round: 1, set, finding };
	for member in 0..last {
		frame_support::assert_ok!(Pallet::<T>::do_attest(attestation, member));
	}
	(attestation, last)
}

fn verified<T: Config>(class: ClassId, issuer: &AccountId) {
	seat_anchors::<T>();
	let (attestation, last) = nearly_verified::<T>(class, issuer);
	frame_support::assert_ok!(Pallet::<T>::do_attest(attestation, last));
}

fn assert_last_event<T: Config>(event: Event<T>) {
	frame_system::Pallet::<T>::assert_last_event(event.into());
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn register(k: Linear<1, MAX_KINDS>) {
		let issuer = funded::<T>("issuer");
		endow_rent_account::<T>();
		let registration = registration(k);
		let contract = registration.contract;

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer.clone()), registration, rent::<T>());

		assert_last_event::<T>(Event::Registered { class: 1, issuer, contract });
	}

	#[benchmark]
	fn update() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		let changes = Changes {
			sources: Some(Sources { data_uri: Uri::default(), ..sources() }),
			service: Some(service()),
			terms: Some(terms()),
			operators: Some(operators(1)),
		};

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, Box::new(changes));

		assert_last_event::<T>(Event::Updated { class });
	}

	#[benchmark]
	fn set_rules(k: Linear<1, MAX_KINDS>) {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		// All its versions are still to hold, so that they are replaced and the kinds need not follow on them.
		let from = T::Intervals::current() + Pallet::<T>::rules_notice();

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, kinds(k), from);

		assert_last_event::<T>(Event::RulesSet { class, from });
	}

	#[benchmark]
	fn request_verification() -> Result<(), BenchmarkError> {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		let stored = Classes::<T>::get(class).ok_or(BenchmarkError::Stop("registered"))?;
		let digest = Pallet::<T>::challenge(class, &stored).owner_digest(Pallet::<T>::genesis());
		let key = sp_io::crypto::ecdsa_generate(ANCHOR, None);
		let signature = sign(&key, &digest);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, Some(signature));

		let signed_by = address_of_compressed_key(&key);
		assert_last_event::<T>(Event::VerificationRequested { class, round: 1, signed_by });
		Ok(())
	}

	#[benchmark]
	fn offer() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		let to = Some(funded::<T>("next"));

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, to.clone());

		assert_last_event::<T>(Event::Offered { class, to });
	}

	#[benchmark]
	fn accept() {
		let from = funded::<T>("issuer");
		let to = funded::<T>("next");
		let class = registered::<T>(&from);
		verified::<T>(class, &from);
		frame_support::assert_ok!(Pallet::<T>::do_offer(&from, class, Some(to.clone())));
		pass::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(to.clone()), class);

		assert_last_event::<T>(Event::Transferred { class, from, to });
	}

	#[benchmark]
	fn set_suspended() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, true);

		assert_last_event::<T>(Event::SuspensionSet { class, suspended: true });
	}

	#[benchmark]
	fn retire() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		verified::<T>(class, &issuer);
		pass::<T>(1);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class);

		assert_last_event::<T>(Event::Retired { class });
	}

	#[benchmark]
	fn pay_rent() {
		let issuer = funded::<T>("issuer");
		let payer = funded::<T>("payer");
		let class = registered::<T>(&issuer);

		#[extrinsic_call]
		_(RawOrigin::Signed(payer), class, T::Currency::minimum_balance());

		let settled_at = Classes::<T>::get(class).map(|class| class.rent.settled_at);
		assert_eq!(settled_at, Some(Pallet::<T>::now()));
	}

	#[benchmark]
	fn withdraw_rent() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class, 1);

		assert_last_event::<T>(Event::RentWithdrawn { class, amount: 1 });
	}

	/// A class that is retired for its arrears.
	#[benchmark]
	fn poke() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		verified::<T>(class, &issuer);
		Classes::<T>::mutate(class, |stored| {
			if let Some(stored) = stored {
				// Whatever the rate is here, one block costs all that is left.
				stored.rent.per_block = stored.rent.balance.max(1);
			}
		});
		pass::<T>(Pallet::<T>::grace_period() + 2);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer), class);

		assert_last_event::<T>(Event::Retired { class });
	}

	#[benchmark]
	fn remove() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		frame_support::assert_ok!(Pallet::<T>::do_retire(&issuer, class));
		pass::<T>(Pallet::<T>::removal_delay() + 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(issuer.clone()), class);

		assert_last_event::<T>(Event::Removed { class, issuer });
	}

	/// The largest action, less what the action itself weighs: the smallest one is done instead.
	#[benchmark]
	fn submit_for() -> Result<(), BenchmarkError> {
		let key = sp_io::crypto::ecdsa_generate(ANCHOR, None);
		let issuer = address_of_compressed_key(&key)
			.map(evm_account)
			.ok_or(BenchmarkError::Stop("a key has an address"))?;
		fund::<T>(&issuer);
		let class = registered::<T>(&issuer);
		let action = IssuerAction::Offer { class, to: None };
		let valid_until = BlockNumber::MAX;
		let digest = action.digest(Pallet::<T>::genesis(), 0, valid_until);
		let authorisation = Authorisation::Evm(sign(&key, &digest));
		// What hashing the largest action costs.
		let largest = IssuerAction::Register { registration: registration(MAX_KINDS), rent: 0 };
		let submitter = funded::<T>("submitter");

		#[block]
		{
			core::hint::black_box(largest.digest(H256::zero(), 0, valid_until));
			frame_support::assert_ok!(Pallet::<T>::submit_for(
				RawOrigin::Signed(submitter).into(),
				issuer.clone(),
				0,
				valid_until,
				action,
				authorisation,
			));
		}

		assert_eq!(IssuerNonce::<T>::get(&issuer), 1);
		Ok(())
	}

	#[benchmark]
	fn attest() {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		seat_anchors::<T>();
		let (attestation, last) = nearly_verified::<T>(class, &issuer);

		#[extrinsic_call]
		_(RawOrigin::Authorized, attestation, last, EvmSignature([0; 65]));

		assert_last_event::<T>(Event::Verified { class, round: 1, owner: OWNER, target_block: 1 });
	}

	#[benchmark]
	fn authorize_attest() -> Result<(), BenchmarkError> {
		let issuer = funded::<T>("issuer");
		let class = registered::<T>(&issuer);
		let keys = seat_anchors::<T>();
		let (attestation, last) = nearly_verified::<T>(class, &issuer);
		let member = T::Anchors::member(attestation.set, last)
			.ok_or(BenchmarkError::Stop("anchors are seated"))?;
		let key = keys
			.iter()
			.find(|key| address_of_compressed_key(key) == Some(member.address))
			.ok_or(BenchmarkError::Stop("with the keys made here"))?;
		let signature = sign(key, &attestation.digest(Pallet::<T>::genesis()));
		let call = Call::<T>::attest { attestation, member: last, signature };

		#[block]
		{
			call.authorize(TransactionSource::External)
				.ok_or(BenchmarkError::Stop("the call must have an authorisation"))?
				.map_err(|_| BenchmarkError::Stop("the attestation must be valid"))?;
		}

		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::tests::mock::externalities(),
		crate::tests::mock::Test
	);
}
