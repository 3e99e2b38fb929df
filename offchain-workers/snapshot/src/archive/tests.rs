//! Every proof verifies, and none with a bit that is another one.

use super::*;
use crate::worker::tests::network::{operations_of, Anchor, GENESIS};
use codec::{Decode, DecodeAll, Encode};
use smartlayer_commitment::{proof::Absence, AgeBound, Claim, ProofError, Verifier};
use smartlayer_types::eip712::Domain;

const CLASS: ClassId = 1;

fn claim(interval: u64, instance: u64) -> Claim {
	Claim { interval, class: CLASS, instance: instance.into() }
}

/// Everything that is the same but for one bit, as far as it decodes.
fn with_one_bit_flipped<T: Decode>(bytes: Vec<u8>) -> impl Iterator<Item = T> {
	(0..bytes.len() * 8).filter_map(move |bit| {
		let mut flipped = bytes.clone();
		flipped[bit / 8] ^= 1 << (bit % 8);
		T::decode_all(&mut &flipped[..]).ok()
	})
}

/// Knows the snapshots that an anchor has settled.
fn verifier(anchor: &Anchor) -> Verifier<impl Fn(u64, H256) -> bool + '_> {
	let knows = |interval: u64, hash: H256| {
		anchor.confirmed.iter().any(|it| (it.snapshot.interval, it.hash) == (interval, hash))
	};
	Verifier { posted: knows, age: AgeBound::Any }
}

/// What verifies does so under its own snapshot and under a later one, and no longer if one bit is another one.
fn all_fail_but<P: Encode + Decode>(
	proven: &Proven<P>,
	verify: impl Fn(&P, &SnapshotProof) -> Result<(), ProofError>,
) {
	assert_eq!(verify(&proven.proof, &proven.shown), Ok(()));
	let whole = (&proven.proof, &proven.shown).encode();
	let mut flipped = 0;
	for (proof, shown) in with_one_bit_flipped::<(P, SnapshotProof)>(whole) {
		assert!(verify(&proof, &shown).is_err());
		flipped += 1;
	}
	assert!(flipped > 1_000);
}

#[test]
fn every_proof_verifies_and_none_with_another_bit() {
	let anchor = Anchor::after(&[5, 300, 0, 7]);
	let archive = Archive::new(anchor.settled.clone());
	let verifier = verifier(&anchor);
	for under in [None, Some(2), Some(4)] {
		let operations = operations_of(2, 300);
		let digest = operations[200].digest(&Domain::of(GENESIS));
		let proven = archive.operation_proof(&digest, under).unwrap();
		assert_eq!((proven.interval, &proven.proof.operation), (2, &operations[200]));
		let claim_of = claim(2, 2_000_199);
		all_fail_but(&proven, |it, shown| it.verify(&claim_of, 0, shown, &verifier).map(|_| ()));

		let (proven, found) = archive.bitmap_proof((CLASS, 1.into()), 0, 2, under).unwrap();
		assert_eq!(found, Finding::Recorded);
		all_fail_but(&proven, |it, shown| it.verify_recorded(&claim(2, 1), 0, shown, &verifier));
		for (kind, instance, form) in
			[(0, 2, Absence::ClearBit), (0, 9_000, Absence::NoWord), (3, 1, Absence::NoKey)]
		{
			let asked = (CLASS, instance.into());
			let (proven, found) = archive.bitmap_proof(asked, kind, 2, under).unwrap();
			assert_eq!(found, Finding::Absent(form));
			let claim = claim(2, instance);
			all_fail_but(&proven, |it, shown| {
				it.verify_absent(&claim, kind, shown, &verifier).map(|_| ())
			});
		}
	}
	for (instance, next_seq) in [(1, 5), (2_000_000, 1), (77, 0)] {
		let proven = archive.state_proof(CLASS, instance.into()).unwrap();
		assert_eq!(proven.interval, 4);
		let claim = claim(4, instance);
		all_fail_but(&proven, |it, shown| {
			let state = it.verify(&claim, shown, &verifier)?;
			assert_eq!(state.next_seq, next_seq);
			Ok(())
		});
		let state = archive.state(CLASS, instance.into()).unwrap();
		assert_eq!((state.0, state.1.next_seq), (4, next_seq));
	}
}

#[test]
fn every_snapshot_is_shown_under_every_later_one() {
	let mut anchor = Anchor::after(&[1, 1, 1]);
	let archive = Archive::new(anchor.settled.clone());
	for last in 3..7 {
		assert_eq!(archive.snapshot(None).unwrap(), anchor.confirmed.last().unwrap().snapshot);
		for interval in 1..=last {
			let snapshot = archive.snapshot(Some(interval)).unwrap();
			assert_eq!(snapshot, anchor.confirmed[interval as usize - 1].snapshot);
			for under in interval..=last {
				let shown = archive.history_proof(interval, under).unwrap();
				assert_eq!(shown.verify(interval, &verifier(&anchor)), Ok(&snapshot));
				assert_eq!(shown.later.first().map_or(interval, |it| it.interval), under);
			}
		}
		// What is settled later is found as well.
		anchor.settle(1);
	}
}

#[test]
fn operations_come_page_by_page_in_their_order_and_none_twice() {
	let anchor = Anchor::after(&[3, 2 * PAGE as u64, 0, 5]);
	let archive = Archive::new(anchor.settled.clone());
	let mut all = Vec::new();
	let mut from = Place::default();
	loop {
		let page = archive.operations_of_kinds(CLASS, || Ok(1), from).unwrap();
		assert!(page.operations.len() <= PAGE);
		all.extend(page.operations);
		from = page.next;
		if from.interval > page.settled {
			break;
		}
	}
	let counts = [3, 2 * PAGE as u64, 0, 5];
	let expected = (1..).zip(counts).flat_map(|(interval, count)| {
		let place = move |index| Place { interval, index };
		(0..).map(place).zip(operations_of(interval, count))
	});
	assert_eq!(all, expected.collect::<Vec<_>>());
	assert_eq!(
		archive.operations_of_kinds(CLASS, || Ok(!1), Place::default()).unwrap().operations,
		[]
	);
	assert_eq!(archive.operations_of_kinds(2, || Ok(1), Place::default()).unwrap().operations, []);

	let page = archive.operations((CLASS, 1.into()), || Ok(0), Place::default()).unwrap();
	let intervals: Vec<_> =
		page.operations.iter().map(|(place, it)| (place.interval, it.seq)).collect();
	assert_eq!(intervals, [(1, 1), (2, 2), (3, 3), (4, 4)]);
	assert_eq!(page.next, Place { interval: 5, index: 0 });
	let from = Place { interval: 2, index: 1 };
	let later = archive.operations((CLASS, 1.into()), || Ok(0), from).unwrap();
	assert_eq!(later.operations, page.operations[2..]);
	let nothing = archive.operations((CLASS, 1.into()), || Ok(0), page.next).unwrap();
	assert_eq!((nothing.operations, nothing.next), (Vec::new(), page.next));
}

#[test]
fn what_is_not_there_is_said_to_be_so() {
	let anchor = Anchor::after(&[5, 5]);
	let archive = Archive::new(anchor.settled.clone());
	let instance = (CLASS, 1.into());
	assert!(matches!(archive.snapshot(Some(3)), Err(NoAnswer::NotSettled(3))));
	assert!(matches!(archive.snapshot(Some(0)), Err(NoAnswer::NotSettled(0))));
	assert!(matches!(archive.history_proof(2, 1), Err(NoAnswer::NotBehind { .. })));
	assert!(matches!(archive.history_proof(2, 3), Err(NoAnswer::NotSettled(3))));
	let unknown = archive.operation_proof(&H256::repeat_byte(7), None);
	assert!(matches!(unknown, Err(NoAnswer::UnknownOperation)));
	let proof = |of, kind, interval| archive.bitmap_proof(of, kind, interval, None).map(|_| ());
	assert!(matches!(proof(instance, 0, 3), Err(NoAnswer::NotSettled(3))));
	assert!(matches!(proof(instance, 32, 1), Err(NoAnswer::NoSuchKind)));
	assert!(matches!(proof((0, 1.into()), 0, 1), Err(NoAnswer::NoSuchKind)));
	assert!(matches!(archive.state_proof(0, 1.into()), Err(NoAnswer::NoSuchKind)));
	while anchor.settled.ledger().prune(0, u64::MAX).unwrap() {}
	assert!(matches!(proof(instance, 0, 1), Err(NoAnswer::Pruned(2))));
	assert!(matches!(proof(instance, 0, 2), Ok(())));
	let from = Place { interval: 1, index: 0 };
	assert!(matches!(
		archive.operations((CLASS, 1.into()), || Ok(0), from),
		Err(NoAnswer::Pruned(2))
	));
	let kept = archive.operations((CLASS, 1.into()), || Ok(0), Place::default()).unwrap();
	assert_eq!(kept.operations.len(), 1);
	let empty = Archive::new(Anchor::after(&[]).settled);
	assert!(matches!(empty.state_proof(CLASS, 1.into()), Err(NoAnswer::NotSettled(1))));
	assert!(matches!(empty.snapshot(None), Err(NoAnswer::NotSettled(0))));
	let nothing = empty.operations((CLASS, 1.into()), || Ok(0), Place::default()).unwrap();
	assert_eq!(nothing.next, Place { interval: 1, index: 0 });
}

#[test]
fn more_questions_than_allowed_are_refused_and_leave_room_when_they_end() {
	let anchor = Anchor::after(&[1]);
	let archive = Archive::new(anchor.settled.clone());
	let running: Vec<_> = (0..AT_ONCE).map(|_| archive.begin().unwrap()).collect();
	assert!(matches!(archive.snapshot(None), Err(NoAnswer::Busy)));
	drop(running);
	assert!(archive.snapshot(None).is_ok());
}

#[test]
fn sequenced_operations_of_an_instance_come_by_number_whoever_signed_them() {
	let at = |interval, index| Place { interval, index };
	let operation = |kind, seq, actor, instance: u64| Operation {
		kind,
		seq,
		actor: smartlayer_types::AccountId::new([actor; 32]),
		instance: instance.into(),
		..operations_of(1, 0)[0].clone()
	};
	// In the order of the tree: by instance, sequenced ones before recorded ones, then by actor.
	let [second, first, view] =
		[operation(0, 2, 1, 5), operation(1, 1, 2, 5), operation(4, 0, 3, 5)];
	let (other, later) = (operation(0, 0, 9, 6), operation(0, 3, 1, 5));
	let mut listed = vec![
		(at(1, 0), second.clone()),
		(at(1, 1), first.clone()),
		(at(1, 2), view.clone()),
		(at(1, 3), other.clone()),
		(at(2, 0), later.clone()),
	];
	let chosen = Chosen { wanted: u32::MAX, sequenced: !(1 << 4) };
	chosen.put_in_order(&mut listed);
	let places: Vec<_> = listed.iter().map(|(place, _)| (place.interval, place.index)).collect();
	assert_eq!(places, [(1, 1), (1, 0), (1, 2), (1, 3), (2, 0)]);
	assert_eq!(
		listed.into_iter().map(|it| it.1).collect::<Vec<_>>(),
		[first, second, view, other, later]
	);
}
