//! Files that were cut off or altered.

use super::{disk::Disk, *};
use crate::store::OpenError;
use proptest::{prelude::*, test_runner::TestRunner};
use std::fs;
use tempfile::tempdir;

const COMMITS: u64 = 30;

/// The longest beginning of the file that redb uses for itself: header and its two commit slots.
const HEADER: usize = 320;

/// A disk after commits: closed in order, or cut off while it was in use.
async fn image(closed: bool) -> Vec<u8> {
	let folder = tempdir().unwrap();
	let disk = Disk::default();
	let store = disk.open(&params(folder.path()), 0).unwrap();
	for number in 0..COMMITS {
		store.commit(pair(number)).await.unwrap();
	}
	let in_use = disk.bytes();
	drop(store);
	if closed {
		disk.bytes()
	} else {
		in_use
	}
}

/// Whether a file opens beside a mark that says how many commits were acknowledged. If it does, it has everything.
fn opens(bytes: Vec<u8>, params: &StoreParams, recorded: u64) -> bool {
	let Ok(store) = Disk::with(bytes).open(params, recorded) else { return false };
	assert!((0..COMMITS).all(|number| has_pair(&store, number)), "a silent loss");
	true
}

#[tokio::test]
async fn every_flipped_bit_of_the_header_is_seen_or_harmless() {
	let folder = tempdir().unwrap();
	let params = params(folder.path());
	for closed in [true, false] {
		let image = image(closed).await;
		let mut refused = 0;
		for bit in 0..HEADER * 8 {
			let mut damaged = image.clone();
			damaged[bit / 8] ^= 1 << (bit % 8);
			refused += usize::from(!opens(damaged, &params, COMMITS));
		}
		assert!(refused > 0);
	}
}

#[tokio::test]
async fn a_flipped_bit_anywhere_is_seen_or_harmless() {
	let folder = tempdir().unwrap();
	let params = params(folder.path());
	let images = [image(true).await, image(false).await];
	let config = ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() };
	let places = (any::<bool>(), any::<prop::sample::Index>(), 0..8u8);
	let checked = TestRunner::new(config).run(&places, |(which, place, bit)| {
		let mut damaged = images[usize::from(which)].clone();
		let place = place.index(damaged.len());
		damaged[place] ^= 1 << bit;
		opens(damaged, &params, COMMITS);
		Ok(())
	});
	checked.unwrap();
}

#[tokio::test]
async fn a_value_of_the_last_commit_that_was_altered_is_seen_without_the_mark_too() {
	let folder = tempdir().unwrap();
	// Only the last commit has it.
	let wanted = value(COMMITS);
	for closed in [true, false] {
		let image = image(closed).await;
		let mut seen = 0;
		for place in 0..image.len() - wanted.len() {
			if image[place..].starts_with(&wanted) {
				let mut damaged = image.clone();
				damaged[place] ^= 1;
				seen += usize::from(!opens(damaged, &params(folder.path()), 0));
			}
		}
		assert!(seen > 0, "the page with the value is verified");
	}
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_seen() {
	let folder = tempdir().unwrap();
	let params = params(folder.path());
	for closed in [true, false] {
		let image = image(closed).await;
		for length in (0..image.len()).step_by(509).chain([1, 9, 64, HEADER, image.len() - 1]) {
			opens(image[..length].to_vec(), &params, COMMITS);
		}
		assert!(!opens(image[..image.len() / 2].to_vec(), &params, COMMITS));
		assert!(!opens(Vec::new(), &params, COMMITS));
		assert!(opens(image, &params, COMMITS));
	}
}

#[tokio::test]
async fn the_error_says_that_the_file_is_damaged() {
	let folder = tempdir().unwrap();
	let path = folder.path().join("operations.redb");
	let store = open(folder.path());
	for number in 0..COMMITS {
		store.commit(pair(number)).await.unwrap();
	}
	drop(store);
	let whole = fs::read(&path).unwrap();

	fs::write(&path, &whole[..whole.len() / 2]).unwrap();
	let refused = Store::open(&params(folder.path())).err().unwrap();
	assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");

	let wanted = value(COMMITS);
	let mut altered = whole.clone();
	let places = (0..whole.len()).filter(|place| whole[*place..].starts_with(&wanted));
	places.for_each(|place| altered[place] ^= 0x80);
	fs::write(&path, &altered).unwrap();
	let refused = Store::open(&params(folder.path())).err().unwrap();
	assert!(matches!(refused, OpenError::Damaged { .. }), "{refused:?}");
	let text = refused.to_string();
	assert!(text.contains("operations.redb") && text.contains("incarnation"), "{text}");
}
