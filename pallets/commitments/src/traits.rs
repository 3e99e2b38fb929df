//! What this pallet asks of others, and tells them.

use smartlayer_commitment::Offence;
use smartlayer_types::{AccountId, SetId};
use sp_core::H256;
use sp_runtime::DispatchResult;

/// The seed by which an interval's order of turns is drawn.
pub trait DutySeed {
	/// BABE's randomness as this block stores it.
	fn seed() -> H256;
}

/// Who hears how members do their duty. Nothing here may fail, so that nothing here stops a confirmation.
pub trait Duties {
	/// A member's proposal was confirmed.
	fn did(set: SetId, member: u32);

	/// A member proposed nothing in its turns of one interval. `vectors_absent`: nor does the confirmed cut count a
	/// vector of it, so it did not take part at all.
	fn missed(set: SetId, member: u32, vectors_absent: bool);
}

/// Who punishes offences.
pub trait Offences {
	/// An offence was proven. Each is reported once; an error refuses the report and takes nothing from the reporter's
	/// right to make it again. There is no reporter if the node reports that wrote the block.
	fn report(offence: &Offence, reporter: Option<&AccountId>) -> DispatchResult;
}

impl Duties for () {
	fn did(_: SetId, _: u32) {}
	fn missed(_: SetId, _: u32, _: bool) {}
}

/// What benchmarks need of the runtime.
#[cfg(feature = "runtime-benchmarks")]
pub trait BenchmarkHelper {
	/// Makes these the members of the set in office, whose number must differ from that of the last one. They come in
	/// ascending order of their addresses.
	fn set_members(members: alloc::vec::Vec<smartlayer_types::AnchorMember>);
}
