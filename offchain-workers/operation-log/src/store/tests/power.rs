//! Loss of power at any moment, and disks that fail.

use super::{
	disk::{apply, Disk, Happening},
	*,
};
use crate::store::StoreError;
use proptest::{prelude::*, test_runner::TestRunner};
use tempfile::tempdir;

/// The unit a disk writes or does not write.
const SECTOR: usize = 512;

/// What a disk holds after a loss of power: all that was flushed, and of what was written since then any part, sector by
/// sector.
fn after_power_loss(history: &[Happening], mut survives: impl FnMut() -> bool) -> Vec<u8> {
	let last_flush = history.iter().rposition(|what| matches!(what, Happening::Flush));
	let (flushed, unsure) = history.split_at(last_flush.map_or(0, |place| place + 1));
	let mut bytes = Vec::new();
	flushed.iter().for_each(|happening| apply(&mut bytes, happening));
	for happening in unsure {
		let Happening::Write { offset, data } = happening else {
			if survives() {
				apply(&mut bytes, happening);
			}
			continue;
		};
		for (number, sector) in data.chunks(SECTOR).enumerate() {
			if survives() {
				let offset = offset + number * SECTOR;
				apply(&mut bytes, &Happening::Write { offset, data: sector.to_vec() });
			}
		}
	}
	bytes
}

/// Everything that happens to a disk while pairs are committed one after another.
async fn history(commits: u64) -> Vec<Happening> {
	let folder = tempdir().unwrap();
	let disk = Disk::default();
	let store = disk.open(&params(folder.path()), 0).unwrap();
	for number in 1..=commits {
		store.commit(pair(number)).await.unwrap();
		disk.acknowledge(number);
	}
	drop(store);
	disk.history()
}

#[tokio::test]
async fn no_loss_of_power_takes_what_was_acknowledged() {
	let history = history(12).await;
	let folder = tempdir().unwrap();
	let params = params(folder.path());
	let cases = (0..=history.len(), prop::collection::vec(any::<bool>(), 1..200));
	// The runner's configuration says how often: each case is a moment and a choice of sectors.
	let config = ProptestConfig { cases: 1_500, failure_persistence: None, ..Default::default() };
	let checked = TestRunner::new(config).run(&cases, |(moment, choices)| {
		let history = &history[..moment];
		let mut choices = choices.into_iter().cycle();
		let bytes = after_power_loss(history, || choices.next().unwrap_or(true));
		let acknowledged = history.iter().rev().find_map(|what| match what {
			Happening::Acknowledged(number) => Some(*number),
			_ => None,
		});
		let acknowledged = acknowledged.unwrap_or(0);
		let store = match Disk::with(bytes).open(&params, acknowledged) {
			Ok(store) => store,
			// The file was being made: nobody has been told anything.
			Err(_) if acknowledged == 0 => return Ok(()),
			Err(error) => return Err(TestCaseError::fail(format!("{error:?}"))),
		};
		for number in 1..=acknowledged {
			prop_assert!(has_pair(&store, number), "{} of {}", number, acknowledged);
		}
		prop_assert!(!has_pair(&store, acknowledged + 2), "nobody had asked for it");
		Ok(())
	});
	checked.unwrap();
}

#[tokio::test]
async fn a_disk_that_fails_stops_the_store() {
	let folder = tempdir().unwrap();
	let disk = Disk::default();
	let store = disk.open(&params(folder.path()), 0).unwrap();
	store.commit(pair(1)).await.unwrap();
	disk.break_down();
	assert!(matches!(store.commit(pair(2)).await, Err(StoreError::Disk(_))));
	store.stopped().await;
	assert!(matches!(store.commit(pair(3)).await, Err(StoreError::Stopped)));
	assert!(matches!(store.commit(Vec::new()).await, Err(StoreError::Stopped)));
	assert!(matches!(store.prune(Table::Logs, everything()).await, Err(StoreError::Stopped)));
}

#[tokio::test]
async fn nothing_is_acknowledged_after_a_failure_and_the_file_opens_again() {
	let folder = tempdir().unwrap();
	let disk = Disk::default();
	let store = disk.open(&params(folder.path()), 0).unwrap();
	store.commit(pair(1)).await.unwrap();
	disk.break_down();
	let outcomes =
		futures::future::join_all((2..50).map(|number| store.commit(pair(number)))).await;
	assert!(outcomes.iter().all(Result::is_err));
	drop(store);
	let store = Disk::with(disk.bytes()).open(&params(folder.path()), 1).unwrap();
	assert!(has_pair(&store, 1));
	store.commit(pair(50)).await.unwrap();
	assert!(has_pair(&store, 50));
}
