//! Runs one case from a file or from standard input, as fuzzers give it, or the cases of many seeds.

use clap::Parser;
use smartlayer_fuzz::{add, bytes_of, run, Coverage, Effort};
use std::{
	fs,
	io::{stdin, Read},
	path::PathBuf,
	process::ExitCode,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Throws random calls at the assembled runtime and checks what must always hold.
#[derive(Parser)]
struct Options {
	/// The case, as bytes or, from a file whose name ends in `.hex`, in hexadecimal digits; without it, standard input.
	#[arg(conflicts_with_all = ["seeds", "seconds"])]
	file: Option<PathBuf>,

	/// Runs the cases of these seeds, the last one excluded: `0..1000`.
	#[arg(long, value_parser = range)]
	seeds: Option<(u64, u64)>,

	/// Runs cases of seeds that nobody ran before, for so long.
	#[arg(long, conflicts_with = "seeds")]
	seconds: Option<u64>,
}

fn range(text: &str) -> Result<(u64, u64), String> {
	let (from, to) = text.split_once("..").ok_or("a range is FROM..TO")?;
	let number = |text: &str| text.parse().map_err(|error| format!("{text}: {error}"));
	Ok((number(from)?, number(to)?))
}

fn main() -> ExitCode {
	let options = Options::parse();
	let outcome = match options {
		Options { seeds: Some((from, to)), .. } => many(from..to, None),
		Options { seconds: Some(seconds), .. } => {
			let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
			let first = u64::try_from(now.as_nanos()).unwrap_or_default();
			many(first..u64::MAX, Some(Duration::from_secs(seconds)))
		},
		Options { file, .. } => one(file),
	};
	match outcome {
		Ok(coverage) => {
			report(&coverage);
			ExitCode::SUCCESS
		},
		Err(failure) => {
			eprintln!("{failure}");
			ExitCode::FAILURE
		},
	}
}

fn one(file: Option<PathBuf>) -> Result<Coverage, String> {
	let bytes = match &file {
		Some(path) => fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?,
		None => {
			let mut bytes = Vec::new();
			stdin().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
			bytes
		},
	};
	let is_hex = file.is_some_and(|path| path.extension().is_some_and(|end| end == "hex"));
	let bytes = if is_hex { from_hex(&bytes)? } else { bytes };
	run(&bytes, Effort::default()).map_err(|failure| failure.to_string())
}

fn from_hex(digits: &[u8]) -> Result<Vec<u8>, String> {
	let digits: Vec<_> = digits.iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
	let digit = |byte: &u8| char::from(*byte).to_digit(16).ok_or("no hexadecimal digit");
	let byte = |pair: &[&u8]| match pair {
		[high, low] => Ok((digit(high)? * 16 + digit(low)?).to_le_bytes()[0]),
		_ => Err("half a byte at the end"),
	};
	Ok(digits.chunks(2).map(byte).collect::<Result<_, _>>()?)
}

fn many(seeds: std::ops::Range<u64>, limit: Option<Duration>) -> Result<Coverage, String> {
	let (begun, mut coverage) = (Instant::now(), Coverage::new());
	for seed in seeds {
		if limit.is_some_and(|limit| begun.elapsed() >= limit) {
			break;
		}
		let found = run(&bytes_of(seed), Effort::default());
		add(&mut coverage, found.map_err(|failure| format!("seed {seed}: {failure}"))?);
	}
	Ok(coverage)
}

fn report(coverage: &Coverage) {
	for (name, tally) in coverage {
		println!("{:>8} of {:>8}  {name}", tally.succeeded, tally.tried);
	}
}
