//! Waiting for a condition, with a deadline.

use super::Error;
use std::{fmt::Display, future::Future, time::Duration};
use tokio::time::{sleep, Instant};

/// How often a condition is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// Looks at something until it is as wanted, and returns it. `what` names the condition in the error.
///
/// `look` answers `Ok` with what was wanted, or `Err` with what it saw instead.
pub async fn until<Wanted, Seen, Looking>(
	what: &str,
	within: Duration,
	mut look: impl FnMut() -> Looking,
) -> Result<Wanted, Error>
where
	Seen: Display,
	Looking: Future<Output = Result<Wanted, Seen>>,
{
	let start = Instant::now();
	loop {
		let seen = match look().await {
			Ok(wanted) => return Ok(wanted),
			Err(seen) => seen,
		};
		if start.elapsed() > within {
			return Err(Error::TooLate { what: what.to_owned(), within, last: seen.to_string() });
		}
		sleep(INTERVAL).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::cell::Cell;

	#[tokio::test]
	async fn until_returns_what_it_waited_for() {
		let looks = Cell::new(0);
		let look = || async {
			looks.set(looks.get() + 1);
			if looks.get() < 3 {
				Err(looks.get())
			} else {
				Ok(looks.get())
			}
		};
		assert_eq!(until("three looks", Duration::from_secs(10), look).await.unwrap(), 3);
	}

	#[tokio::test]
	async fn until_says_what_it_saw_last_when_it_is_too_late() {
		let late =
			until::<(), _, _>("a miracle", Duration::ZERO, || async { Err("nothing") }).await;
		let told = late.unwrap_err().to_string();
		assert_eq!(told, "a miracle did not happen within 0 s; last seen: nothing");
	}
}
