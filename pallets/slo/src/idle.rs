//! Work in idle time: judging, executing and clearing, a bounded number of steps per block.

use crate::{
	Breaches, Commitments, Config, Epochs, Error, FailingStake, Pallet, Reports, WeightInfo,
};
use frame_support::{
	traits::Get,
	weights::{Weight, WeightMeter},
};
use smartlayer_types::slo::epoch::{EpochRecord, Stage};

impl<T: Config> Pallet<T> {
	/// What so many steps weigh at most, and looking for them.
	pub(crate) fn weight_of_steps(steps: u32) -> Weight {
		let steps = steps.min(T::MaxSteps::get());
		T::WeightInfo::look_for_work()
			.saturating_add(Self::weight_of_step(T::MaxAnchors::get()).saturating_mul(steps.into()))
	}

	/// What judging a node with so many reports weighs, whatever becomes of it.
	pub(crate) fn weight_of_judging(reports: u32) -> Weight {
		T::WeightInfo::judge_breach(reports).max(T::WeightInfo::judge_pass(reports))
	}

	/// What one step weighs at most, in an epoch with so many anchors.
	fn weight_of_step(anchors: u32) -> Weight {
		Self::weight_of_judging(anchors)
			.max(T::WeightInfo::execute(anchors))
			.max(T::WeightInfo::close_judging(anchors))
			.max(T::WeightInfo::clear())
	}

	pub(crate) fn do_idle(remaining: Weight) -> Weight {
		let mut meter = WeightMeter::with_limit(remaining);
		if meter.try_consume(T::WeightInfo::look_for_work()).is_err() {
			return Weight::zero();
		}
		let Some(record) = Self::epoch_at_work() else { return meter.consumed() };
		let step = Self::weight_of_step(record.anchors);
		let affordable = meter.remaining().checked_div_per_component(&step).unwrap_or(u64::MAX);
		let steps = u32::try_from(affordable).unwrap_or(u32::MAX).min(T::MaxSteps::get());
		let done = Self::work(record, steps);
		meter.consume(step.saturating_mul(done.into()));
		meter.consumed()
	}

	pub(crate) fn do_advance(steps: u32) -> Result<u32, Error<T>> {
		let record = Self::epoch_at_work().ok_or(Error::<T>::NothingToDo)?;
		match Self::work(record, steps.min(T::MaxSteps::get())) {
			0 => Err(Error::<T>::NothingToDo),
			done => Ok(done),
		}
	}

	/// Works on an epoch, for so many steps at most; tells how many it did.
	fn work(mut record: EpochRecord, steps: u32) -> u32 {
		let mut left = steps;
		while left > 0 && record.stage != Stage::Done {
			left = left.saturating_sub(Self::work_on_stage(&mut record, left));
		}
		if Epochs::<T>::contains_key(record.epoch) {
			Epochs::<T>::insert(record.epoch, record);
		}
		steps.saturating_sub(left)
	}

	/// Works on an epoch's stage, and ends it if it is complete. At least one step, at most so many.
	fn work_on_stage(record: &mut EpochRecord, steps: u32) -> u32 {
		let limit = usize::try_from(steps).unwrap_or(usize::MAX);
		let epoch = record.epoch;
		let mut done = 0u32;
		match record.stage {
			Stage::Judging => {
				for (node, reports) in Reports::<T>::drain_prefix(epoch).take(limit) {
					Self::judge_node(record, &node, &reports);
					done = done.saturating_add(1);
				}
			},
			Stage::Executing => {
				for (node, witnesses) in Breaches::<T>::drain_prefix(epoch).take(limit) {
					Self::execute_breach(record, &node, &witnesses);
					done = done.saturating_add(1);
				}
			},
			Stage::Probing | Stage::Revealing | Stage::Clearing | Stage::Done => {
				let commitments = Commitments::<T>::drain_prefix(epoch).map(|_| ());
				let stakes = FailingStake::<T>::drain_prefix(epoch).map(|_| ());
				for () in commitments.chain(stakes).take(limit) {
					done = done.saturating_add(1);
				}
			},
		}
		if done < steps {
			Self::end_stage_of_work(record);
			done = done.saturating_add(1);
		}
		done
	}

	fn end_stage_of_work(record: &mut EpochRecord) {
		match record.stage {
			Stage::Judging => Self::close_judging(record),
			Stage::Executing => record.stage = Stage::Clearing,
			Stage::Probing | Stage::Revealing | Stage::Clearing | Stage::Done => {
				Self::finish(record);
			},
		}
	}
}
