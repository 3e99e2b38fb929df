//! What the registry needs from other parts of the chain.

use smartlayer_types::ClassId;

/// The intervals in which operations are certified.
pub trait Intervals {
	/// The interval of this block.
	fn current() -> u64;

	/// The first interval whose operations can still be judged or disputed: rules that held in it or later stay
	/// readable. Never above [`Intervals::current`].
	fn oldest_open() -> u64;
}

/// Who gets the rent that classes pay.
pub trait OnRent<Credit> {
	/// This rent of this class fell due and was paid. What is dropped is burned.
	fn paid(class: ClassId, rent: Credit);
}

impl<Credit> OnRent<Credit> for () {
	fn paid(_: ClassId, rent: Credit) {
		drop(rent);
	}
}

/// What benchmarks need of other pallets.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes the anchor set in office have exactly these members, in whatever order they come.
	fn seat_anchors(members: alloc::vec::Vec<smartlayer_types::AnchorMember>);
}
