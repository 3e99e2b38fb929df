//! What the calls cost at their worst.

use crate::{redeem::Batch, *};
use alloc::vec::Vec;
use frame_benchmarking::{account, v2::*, BenchmarkError};
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use smartlayer_promises::{
	Chain, Channel, ChannelId, Claim, HashChain, Open, Promise, RequestClose, Step, Terms, TopUp,
	MAX_CHAIN_LENGTH,
};
use smartlayer_types::{
	abi::Word,
	evm::{EvmAddress, EvmSignature},
	AccountId, Authorisation, Balance, BlockNumber, ClassId, Hash,
};
use sp_core::sr25519;
use sp_io::crypto::{sr25519_generate, sr25519_sign};
use sp_runtime::{KeyTypeId, Permill};

/// A signature that recovers to some key for any digest: `r` is the generator's first coordinate, `s` is one. It takes
/// as long to check as any other, and no key has to be kept.
fn any_signature() -> EvmSignature {
	let mut signature = [0; 65];
	signature[..32].copy_from_slice(&[
		0x79, 0xbe, 0x66, 0x7e, 0xf9, 0xdc, 0xbb, 0xac, 0x55, 0xa0, 0x62, 0x95, 0xce, 0x87, 0x0b,
		0x07, 0x02, 0x9b, 0xfc, 0xdb, 0x2d, 0xce, 0x28, 0xd9, 0x59, 0xf2, 0x81, 0x5b, 0x16, 0xf8,
		0x17, 0x98,
	]);
	signature[63] = 1;
	EvmSignature(signature)
}

/// How the benchmarks name keys in the key store.
const KEYS: KeyTypeId = KeyTypeId(*b"bnch");

/// An amount of which every part is above the existential deposit.
fn amount<T: Config>() -> Balance {
	T::Currency::minimum_balance().max(T::LeastDeposit::get()).max(1_000_000).saturating_mul(1_000)
}

/// An account with money.
fn rich<T: Config>(account: AccountId) -> Result<AccountId, BenchmarkError> {
	T::Currency::mint_into(&account, amount::<T>().saturating_mul(1_000))?;
	Ok(account)
}

/// The account of an sr25519 key.
fn owner(key: &sr25519::Public) -> AccountId {
	AccountId::new(key.0)
}

/// A signature that takes longest to check: sr25519 over the wrapped digest, which is tried second.
fn wrapped_signature(key: &sr25519::Public, digest: Hash) -> Result<Authorisation, BenchmarkError> {
	let wrapped = [b"<Bytes>".as_slice(), digest.as_bytes(), b"</Bytes>"].concat();
	let signature = sr25519_sign(KEYS, key, &wrapped).ok_or("no such key")?;
	Ok(Authorisation::Sr25519(signature))
}

/// Puts a channel with an issuer of its own into storage, and its money into escrow.
fn channel<T: Config>(
	index: u32,
	(payee, class): (AccountId, ClassId),
	issuer: AccountId,
) -> Result<ChannelId, BenchmarkError> {
	let payer = rich::<T>(account("payer", index, 0))?;
	let id = Hash::from(*Word::from(index + 1).as_bytes());
	T::Currency::mint_into(&Pallet::<T>::escrow(), amount::<T>())?;
	LastSalt::<T>::insert(&payer, 1);
	let [burned, issuers, anchors] = [10, 10, 10].map(Permill::from_percent);
	let channel = Channel {
		payer,
		payee,
		class,
		promise_key: EvmAddress::zero(),
		deposit: amount::<T>(),
		paid: 0,
		terms: Terms::clamped(burned, issuers, anchors),
		issuer: Some(issuer),
		challenge_period: Pallet::<T>::challenge_period(),
		max_chain_length: MAX_CHAIN_LENGTH,
		closable_at: None,
	};
	Channels::<T>::insert(id, channel);
	Ok(id)
}

/// A claim of half the deposit that takes `steps` hashes to check, and whose signer is the channel's promise key.
fn claim<T: Config>(channel: ChannelId, steps: u32) -> Result<Claim, BenchmarkError> {
	let links = HashChain::new([7; 32], steps.max(1)).ok_or("too long a chain")?;
	let chain = Some(Chain { tip: links.tip(), unit: 1, length: steps.max(1) });
	let promise =
		Promise { channel, cumulative: amount::<T>() / 2, chain, ack: Hash::repeat_byte(1) };
	let signature = any_signature();
	let signer = signature.recover(&promise.digest(&Pallet::<T>::domain())).ok_or("no signer")?;
	Channels::<T>::mutate_extant(channel, |it| it.promise_key = signer);
	let step = links.preimage(steps).map(|preimage| Step { index: steps, preimage });
	Ok(Claim { promise, signature, step })
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn open() -> Result<(), BenchmarkError> {
		let payer = rich::<T>(account("payer", 0, 0))?;
		let (payee, class) = T::BenchmarkHelper::payee(0);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(payer.clone()),
			payee,
			class,
			amount::<T>(),
			EvmAddress::repeat_byte(1),
			1,
		);

		assert_eq!(LastSalt::<T>::get(payer), 1);
		Ok(())
	}

	#[benchmark]
	fn open_with_authorisation() -> Result<(), BenchmarkError> {
		let key = sr25519_generate(KEYS, None);
		let payer = rich::<T>(owner(&key))?;
		let submitter = rich::<T>(account("submitter", 0, 0))?;
		let (payee, class) = T::BenchmarkHelper::payee(0);
		let order = Open {
			payer: payer.clone(),
			payee,
			class,
			deposit: amount::<T>(),
			promise_key: EvmAddress::repeat_byte(1),
			salt: 1,
			max_fee: amount::<T>() / 2,
			valid_until: BlockNumber::MAX,
		};
		let authorisation = wrapped_signature(&key, order.digest(&Pallet::<T>::domain()))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), order, authorisation);

		assert_eq!(LastSalt::<T>::get(payer), 1);
		Ok(())
	}

	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, T::BenchmarkHelper::payee(0), issuer)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(account("payer", 0, 0)), id, amount::<T>());

		assert_eq!(Pallet::<T>::channel(id).map(|it| it.deposit), Some(amount::<T>() * 2));
		Ok(())
	}

	#[benchmark]
	fn top_up_with_authorisation() -> Result<(), BenchmarkError> {
		let payer = sr25519_generate(KEYS, None);
		let submitter = rich::<T>(account("submitter", 0, 0))?;
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, T::BenchmarkHelper::payee(0), issuer)?;
		Channels::<T>::mutate_extant(id, |channel| channel.payer = owner(&payer));
		LastSalt::<T>::insert(rich::<T>(owner(&payer))?, 1);
		let order = TopUp {
			channel: id,
			deposit: amount::<T>(),
			amount: amount::<T>(),
			max_fee: amount::<T>() / 2,
			valid_until: BlockNumber::MAX,
		};
		let authorisation = wrapped_signature(&payer, order.digest(&Pallet::<T>::domain()))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(submitter), order, authorisation);

		assert!(Pallet::<T>::channel(id).is_some_and(|it| it.deposit > amount::<T>()));
		Ok(())
	}

	/// Claims of one payee and one issuer, each without a step.
	#[benchmark]
	fn redeem(n: Linear<1, { T::MaxClaims::get() }>) -> Result<(), BenchmarkError> {
		let payee = T::BenchmarkHelper::payee(0);
		let mut claims = Vec::new();
		for index in 0..n {
			let id = channel::<T>(index, payee.clone(), account("issuer", 0, 0))?;
			claims.push(claim::<T>(id, 0)?);
		}
		let last = claims.last().map(|claim| claim.promise.channel).unwrap_or_default();
		let claims = BoundedVec::try_from(claims).map_err(|_| "too many claims")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), claims);

		assert!(Pallet::<T>::channel(last).is_some_and(|channel| channel.paid > 0));
		Ok(())
	}

	/// Measured apart: beside the longest chain the first claim would not be seen.
	#[benchmark]
	fn walk(s: Linear<0, MAX_CHAIN_LENGTH>) {
		let tip;
		#[block]
		{
			tip = smartlayer_promises::walk([1; 32], s);
		}
		assert_eq!(tip == [1; 32], s == 0);
	}

	/// Paying a batch of checked claims in which each has a payee and an issuer of its own.
	#[benchmark]
	fn credit_further(c: Linear<1, { T::MaxClaims::get() }>) -> Result<(), BenchmarkError> {
		let mut batch = Batch::<T>::new();
		for index in 0..c {
			let payee = T::BenchmarkHelper::payee(index);
			let id = channel::<T>(index, payee, account("issuer", index, 0))?;
			batch.add(&claim::<T>(id, 0)?).map_err(|_| "a good claim")?;
		}

		let recipients;
		#[block]
		{
			recipients = batch.pay()?;
		}

		assert_eq!(recipients.payees, c);
		Ok(())
	}

	#[benchmark]
	fn close() -> Result<(), BenchmarkError> {
		let (payee, class) = T::BenchmarkHelper::payee(0);
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, (payee.clone(), class), issuer)?;
		let claim = claim::<T>(id, 0)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(payee), id, Some(claim));

		assert!(Pallet::<T>::channel(id).is_none());
		Ok(())
	}

	#[benchmark]
	fn request_close() -> Result<(), BenchmarkError> {
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, T::BenchmarkHelper::payee(0), issuer)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(account("payer", 0, 0)), id);

		assert!(Pallet::<T>::channel(id).is_some_and(|channel| channel.is_closing()));
		Ok(())
	}

	#[benchmark]
	fn request_close_with_authorisation() -> Result<(), BenchmarkError> {
		let payer = sr25519_generate(KEYS, None);
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, T::BenchmarkHelper::payee(0), issuer)?;
		Channels::<T>::mutate_extant(id, |channel| channel.payer = owner(&payer));
		LastSalt::<T>::insert(owner(&payer), 1);
		let digest = RequestClose { channel: id }.digest(&Pallet::<T>::domain());
		let authorisation = wrapped_signature(&payer, digest)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), id, authorisation);

		assert!(Pallet::<T>::channel(id).is_some_and(|channel| channel.is_closing()));
		Ok(())
	}

	#[benchmark]
	fn finish() -> Result<(), BenchmarkError> {
		let issuer = account("issuer", 0, 0);
		let id = channel::<T>(0, T::BenchmarkHelper::payee(0), issuer)?;
		Channels::<T>::mutate_extant(id, |channel| {
			channel.closable_at = Some(Pallet::<T>::now());
		});

		#[extrinsic_call]
		_(RawOrigin::Signed(account("anyone", 0, 0)), id);

		assert!(Pallet::<T>::channel(id).is_none());
		Ok(())
	}

	impl_benchmark_test_suite!(
		Pallet,
		crate::tests::mock::for_benchmarks(),
		crate::tests::mock::Test
	);
}
