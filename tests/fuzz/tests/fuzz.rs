//! The cases of some seeds. They must find no defect, and everything that there is to try must have succeeded once.

use frame_support::traits::GetCallName;
use smartlayer_fuzz::{add, bytes_of, run, Coverage, Effort};
use smartlayer_runtime::Runtime;
use std::sync::{
	atomic::{AtomicU64, Ordering},
	Mutex,
};

/// How many cases are run.
const CASES: u64 = 40;

/// How many run at a time.
const THREADS: usize = 2;

/// What must have succeeded beside every call of the project's pallets.
const OTHERS: [&str; 19] = [
	"AnchorElections.report_fault",
	"Babe.report_equivocation",
	"Balances.burn",
	"Balances.transfer_all",
	"Balances.transfer_allow_death",
	"Balances.transfer_keep_alive",
	"Parameters.set_parameter",
	"Session.set_keys",
	"Utility.batch",
	"Utility.batch_all",
	"Utility.force_batch",
	"Verdict.jail",
	"Verdict.passed_probation",
	"Verdict.release",
	"Verdict.slash",
	"Verdict.warn",
	"Payouts.open",
	"Payouts.redeem",
	"Slo.judge",
];

/// Every call of a pallet.
fn calls<Call: GetCallName>(pallet: &str) -> Vec<String> {
	Call::get_call_names().iter().map(|name| format!("{pallet}.{name}")).collect()
}

fn everything() -> impl Iterator<Item = String> {
	let all = [
		calls::<pallet_token_registry::Call<Runtime>>("TokenRegistry"),
		calls::<pallet_service_nodes::Call<Runtime>>("ServiceNodes"),
		calls::<pallet_payouts::Call<Runtime>>("Payouts"),
		calls::<pallet_anchor_elections::Call<Runtime>>("AnchorElections"),
		calls::<pallet_commitments::Call<Runtime>>("Commitments"),
		calls::<pallet_slo::Call<Runtime>>("Slo"),
	];
	all.into_iter().flatten().chain(OTHERS.map(str::to_owned))
}

#[test]
fn no_sequence_of_calls_breaks_what_must_always_hold() {
	let (next, coverage) = (AtomicU64::new(0), Mutex::new(Coverage::new()));
	let work = || loop {
		let seed = next.fetch_add(1, Ordering::Relaxed);
		if seed >= CASES {
			break;
		}
		let found = run(&bytes_of(seed), Effort::default())
			.unwrap_or_else(|it| panic!("seed {seed}: {it}"));
		add(&mut coverage.lock().expect("no case panics inside"), found);
	};
	std::thread::scope(|scope| {
		for _ in 0..THREADS {
			scope.spawn(work);
		}
	});
	let coverage = coverage.into_inner().expect("no case panics inside");
	let succeeded = |name: &String| coverage.get(name).is_some_and(|it| it.succeeded > 0);
	let missing: Vec<_> = everything().filter(|name| !succeeded(name)).collect();
	for (name, tally) in &coverage {
		println!("{:>8} of {:>8}  {name}", tally.succeeded, tally.tried);
	}
	assert!(missing.is_empty(), "never succeeded: {missing:#?}");
}

#[test]
fn the_same_bytes_are_the_same_case() {
	let once = || run(&bytes_of(3), Effort { state: 50, failures: 50 }).expect("no defect");
	assert_eq!(once(), once());
}
