//! Hears what pallets say about things that can't happen: `defensive!` panics in debug builds only.

use log::{Level, LevelFilter, Log, Metadata, Record};
use std::{cell::RefCell, sync::Once};

/// Where FRAME reports such things.
const TARGET: &str = "runtime::defensive";

thread_local! {
	static HEARD: RefCell<Option<String>> = const { RefCell::new(None) };
}

struct Listener;

impl Log for Listener {
	fn enabled(&self, metadata: &Metadata<'_>) -> bool {
		metadata.target() == TARGET && metadata.level() <= Level::Error
	}

	fn log(&self, record: &Record<'_>) {
		if self.enabled(record.metadata()) {
			HEARD.with_borrow_mut(|heard| *heard = Some(record.args().to_string()));
		}
	}

	fn flush(&self) {}
}

/// Begins to listen. Where something else in the process listens already, nothing is heard.
pub fn listen() {
	static ONCE: Once = Once::new();
	ONCE.call_once(|| {
		if log::set_logger(&Listener).is_ok() {
			log::set_max_level(LevelFilter::Error);
		}
	});
}

/// What was heard since the last time, on this thread.
pub fn take() -> Option<String> {
	HEARD.take()
}
