//! Benchmarks: every call and hook at its worst case.

use crate::*;
use alloc::{format, vec::Vec};
use frame_benchmarking::{account, v2::*};
use frame_support::{
	assert_ok,
	traits::{
		fungible::{Balanced, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use smartlayer_types::{
	endpoint::{normalise, Endpoint, MAX_ENDPOINT},
	nodes::{EraIndex, NodeState, PeerKey, Terms},
	AccountId, Balance, Sla,
};
use sp_core::{crypto::KeyTypeId, ed25519};
use sp_runtime::traits::BlockNumberProvider;

/// Where benchmarks keep peer keys.
const KEYS: KeyTypeId = KeyTypeId(*b"peer");

/// Sets up what benchmarks need of others.
pub trait BenchmarkHelper {
	/// From here on, one of two shards is placed on every node, if anything is placed at all.
	fn place();
}

impl BenchmarkHelper for () {
	fn place() {}
}

fn terms() -> Terms {
	Terms { sla: Sla { throughput: 100, availability: 9_900, ..Sla::NONE }, capacity: 100 }
}

fn funded<T: Config>(index: u32) -> AccountId {
	let who: AccountId = account("node", index, 0);
	let plenty = T::RegistrationFee::get()
		.saturating_add(T::RetryFee::get())
		.saturating_add(Pallet::<T>::required_bond(&terms()))
		.saturating_add(1_000_000_000_000_000_000)
		.saturating_mul(8);
	assert_ok!(T::Currency::mint_into(&who, plenty));
	who
}

/// The longest endpoint that a host name allows, one for each number.
fn endpoint(index: u32) -> Endpoint {
	let label = "a".repeat(60);
	let url = format!("https://n{index:09}.{label}.{label}.{label}.example:65535");
	Endpoint::try_from(url.into_bytes()).expect("fits into the bound")
}

fn identity<T: Config>(who: &AccountId, index: u32) -> (Endpoint, PeerKey, ed25519::Signature) {
	let endpoint = endpoint(index);
	let key = sp_io::crypto::ed25519_generate(KEYS, Some(format!("//{index}").into_bytes()));
	let digest = Pallet::<T>::registration_digest(who, &endpoint, &key).expect("well-formed");
	let proof = sp_io::crypto::ed25519_sign(KEYS, &key, digest.as_bytes()).expect("has the key");
	(endpoint, key, proof)
}

fn registered<T: Config>(index: u32) -> AccountId {
	let who = funded::<T>(index);
	let (endpoint, key, proof) = identity::<T>(&who, index);
	assert_ok!(Pallet::<T>::do_register(&who, &endpoint, key, &proof, terms()));
	who
}

/// Begins the next epoch `count` times.
fn pass_epochs<T: Config>(count: u64) {
	for _ in 0..count {
		let epoch = CurrentEpoch::<T>::get().saturating_add(1);
		Pallet::<T>::start_epoch(epoch, [7; 32]);
	}
}

fn active<T: Config>(index: u32) -> AccountId {
	let who = registered::<T>(index);
	pass_epochs::<T>(Pallet::<T>::probation_epochs());
	assert!(Pallet::<T>::passed_probation(&who));
	who
}

/// Offers in every epoch that is kept.
fn with_long_history<T: Config>(who: &AccountId) {
	for _ in 0..MAX_OFFERS {
		pass_epochs::<T>(1);
		assert_ok!(Pallet::<T>::do_update_terms(who, terms()));
	}
}

fn pass_blocks<T: Config>(count: u32) {
	T::Blocks::set_block_number(T::Blocks::current_block_number().saturating_add(count));
}

/// An era with a pot, in which something was burned for the node.
fn earned<T: Config>(node: &AccountId) -> EraIndex {
	let era = CurrentEra::<T>::get().index;
	let amount: Balance = 1_000_000_000_000_000_000_000;
	Pallet::<T>::on_rent(T::Currency::issue(amount));
	Pallet::<T>::record_burned(node, amount);
	pass_epochs::<T>(Pallet::<T>::epochs_per_era());
	era
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn register() {
		registered::<T>(0);
		let who = funded::<T>(1);
		let (endpoint, key, proof) = identity::<T>(&who, 1);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), endpoint, key, proof, terms());
		assert!(Nodes::<T>::contains_key(who));
	}

	#[benchmark]
	fn update_endpoint() {
		let who = registered::<T>(0);
		let (endpoint, key, proof) = identity::<T>(&who, 1);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), endpoint.clone(), key, proof);
		assert_eq!(normalise(&endpoint, false).and_then(Endpoints::<T>::get), Some(who));
		assert!(endpoint.len() <= usize::try_from(MAX_ENDPOINT).unwrap_or(usize::MAX));
	}

	#[benchmark]
	fn update_terms() {
		let who = active::<T>(0);
		with_long_history::<T>(&who);
		pass_epochs::<T>(1);
		let more = Terms { capacity: 200, ..terms() };
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), more);
		assert_eq!(OffersOf::<T>::get(who).newest(), Some(more));
	}

	#[benchmark]
	fn set_operator() {
		let who = registered::<T>(0);
		let operator: AccountId = account("operator", 0, 0);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), operator.clone());
		assert_eq!(Pallet::<T>::operator_of(&who), Some(operator));
	}

	#[benchmark]
	fn bond_extra() {
		let who = active::<T>(0);
		let before = Pallet::<T>::bond_of(&who);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), 1_000_000);
		assert_eq!(Pallet::<T>::bond_of(&who), before + 1_000_000);
	}

	#[benchmark]
	fn leave() {
		let who = active::<T>(0);
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));
		assert!(Nodes::<T>::get(who).is_some_and(|node| node.state.is_leaving()));
	}

	#[benchmark]
	fn withdraw() {
		// Another node moves to the number that becomes free, and the salt is drawn.
		let who = registered::<T>(0);
		registered::<T>(1);
		assert_ok!(Pallet::<T>::do_leave(&who));
		pass_blocks::<T>(T::UnbondingPeriod::get());
		pass_epochs::<T>(MIN_LEAVING_EPOCHS);
		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), who.clone());
		assert!(!Nodes::<T>::contains_key(&who));
		assert!(Records::<T>::get(who).is_some_and(|record| record.salt.is_some()));
	}

	#[benchmark]
	fn try_again() {
		let who = active::<T>(0);
		with_long_history::<T>(&who);
		assert!(Pallet::<T>::jail(&who, CurrentEpoch::<T>::get()));
		pass_blocks::<T>(T::JailPeriod::get());
		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));
		assert!(Pallet::<T>::is_in_probation(&who));
	}

	#[benchmark]
	fn draw_salt() {
		let who = registered::<T>(0);
		pass_epochs::<T>(2);
		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), who.clone());
		assert!(Records::<T>::get(who).is_some_and(|record| record.salt.is_some()));
	}

	#[benchmark]
	fn apply_slash() {
		let who = active::<T>(0);
		with_long_history::<T>(&who);
		let epoch = CurrentEpoch::<T>::get();
		assert!(Pallet::<T>::slash(&who, epoch, 1));
		pass_blocks::<T>(T::SlashDelay::get());
		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), who.clone(), epoch);
		// The bond is too small for the terms now: this is the case with the most work.
		assert!(
			Nodes::<T>::get(who).is_some_and(|node| matches!(node.state, NodeState::Jailed { .. }))
		);
	}

	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		let who = active::<T>(0);
		let epoch = CurrentEpoch::<T>::get();
		assert!(Pallet::<T>::slash(&who, epoch, 1));
		let origin =
			T::SlashAdmin::try_successful_origin().map_err(|()| BenchmarkError::Weightless)?;
		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, who.clone(), epoch);
		assert!(!Slashes::<T>::contains_key(who, epoch));
		Ok(())
	}

	#[benchmark]
	fn claim() {
		T::BenchmarkHelper::place();
		let who = active::<T>(0);
		let era = earned::<T>(&who);
		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), era, who.clone());
		assert!(PointsOf::<T>::get(era, who).claimed);
	}

	#[benchmark]
	fn claim_many(n: Linear<1, { T::MaxClaims::get() }>) {
		T::BenchmarkHelper::place();
		let nodes: Vec<AccountId> = (0..n).map(registered::<T>).collect();
		for node in &nodes {
			Pallet::<T>::record_burned(node, 1_000_000_000_000_000_000_000);
		}
		let era = earned::<T>(&nodes[0]);
		let claims: Vec<_> = nodes.into_iter().map(|node| (era, node)).collect();
		let claims = BoundedVec::try_from(claims).expect("as many as fit");
		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), claims.clone());
		assert!(claims.iter().all(|(era, node)| PointsOf::<T>::get(era, node).claimed));
	}

	#[benchmark]
	fn start_epoch() {
		// As many cohorts wait as there can be.
		for index in 0..MAX_UNSEEDED {
			let epoch = u64::from(index);
			CurrentEpoch::<T>::put(epoch);
			CurrentEra::<T>::put(Era { index: 0, start: epoch + 10 });
			registered::<T>(index);
		}
		#[block]
		{
			Pallet::<T>::start_epoch(u64::from(MAX_UNSEEDED) + 10, [7; 32]);
		}
		assert!(Unseeded::<T>::get().is_empty());
		assert_eq!(CurrentEra::<T>::get().index, 0);
	}

	#[benchmark]
	fn start_era() {
		T::BenchmarkHelper::place();
		for index in 0..MAX_UNSEEDED {
			CurrentEpoch::<T>::put(u64::from(index));
			registered::<T>(index);
		}
		Pallet::<T>::on_rent(T::Currency::issue(1_000_000_000_000_000_000_000));
		// Two eras expire.
		for era in 0..2 {
			EraPots::<T>::insert(era, EraPot { whole: 1, left: 1, placed: 1 });
		}
		CurrentEra::<T>::put(Era { index: MAX_CLAIM_WINDOW + 10, start: 0 });
		#[block]
		{
			Pallet::<T>::start_epoch(MAX_EPOCHS_PER_ERA + 10, [7; 32]);
		}
		assert_eq!(OldestEra::<T>::get(), 2);
		assert!(Unseeded::<T>::get().is_empty());
	}

	#[benchmark]
	fn clean_points(n: Linear<0, MAX_POINTS_PER_BLOCK>) {
		for index in 0..n {
			let node: AccountId = account("node", index, 0);
			PointsOf::<T>::insert(0, node, EraPoints { burned: 1, claimed: true });
		}
		OldestEra::<T>::put(1);
		#[block]
		{
			Pallet::<T>::remove_points(n);
		}
		assert_eq!(PointsOf::<T>::iter_prefix(0).count(), 0);
	}

	#[benchmark]
	fn passed_probation() {
		let who = registered::<T>(0);
		pass_epochs::<T>(Pallet::<T>::probation_epochs());
		#[block]
		{
			assert!(Pallet::<T>::passed_probation(&who));
		}
		assert!(Pallet::<T>::is_active(&who));
	}

	#[benchmark]
	fn jail() {
		let who = active::<T>(0);
		let epoch = CurrentEpoch::<T>::get();
		#[block]
		{
			assert!(Pallet::<T>::jail(&who, epoch));
		}
		assert!(!Pallet::<T>::is_active(&who));
	}

	#[benchmark]
	fn slash() {
		let who = active::<T>(0);
		with_long_history::<T>(&who);
		let epoch = CurrentEpoch::<T>::get();
		#[block]
		{
			assert!(Pallet::<T>::slash(&who, epoch, 1));
		}
		assert!(Slashes::<T>::contains_key(&who, epoch));
	}

	#[benchmark]
	fn on_burned() {
		let who = active::<T>(0);
		#[block]
		{
			Pallet::<T>::on_burned(&who, 1_000_000);
		}
		let era = CurrentEra::<T>::get().index;
		assert_eq!(PointsOf::<T>::get(era, who).burned, 1_000_000);
	}

	#[benchmark]
	fn on_rent() {
		let amount: Balance = 1_000_000_000_000_000_000_000;
		let rent = T::Currency::issue(amount);
		#[block]
		{
			Pallet::<T>::on_rent(rent);
		}
		assert_eq!(CollectedRent::<T>::get().fresh, amount);
	}

	impl_benchmark_test_suite!(Pallet, tests::mock::new_test_ext(), tests::mock::Test);
}
