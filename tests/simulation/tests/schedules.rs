//! With all rules nothing goes wrong in any schedule; with a rule off, something does.
//!
//! `SMARTLAYER_SCHEDULES` says how many schedules each kind gets, and `SMARTLAYER_FIRST_SEED` where they begin.

use smartlayer_simulation::{run, Outcome, Scenario, Violation};

/// In how many schedules at most something that goes wrong is looked for.
const MOST: u64 = 3_000;

fn number(variable: &str, default: u64) -> u64 {
	std::env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

/// Runs schedules and says what came of all of them; fails at the first violation and names its seed.
fn nothing_goes_wrong(scenario: &Scenario) -> Outcome {
	let first = number("SMARTLAYER_FIRST_SEED", 0);
	let mut sum = Outcome::default();
	for seed in first..first + number("SMARTLAYER_SCHEDULES", 150) {
		match run(scenario, seed) {
			Ok(outcome) => {
				sum.settled += outcome.settled;
				sum.finals += outcome.finals;
				sum.committed += outcome.committed;
				sum.contradictions += outcome.contradictions;
			},
			Err(violation) => panic!("{violation} with seed {seed} in {scenario:?}"),
		}
	}
	assert!(sum.finals > 0 && sum.committed >= sum.finals, "schedules in which nothing happens");
	sum
}

/// Looks for a schedule that goes wrong as expected.
fn something_goes_wrong(scenario: &Scenario, expected: fn(&Violation) -> bool) {
	let mut others = Vec::new();
	for seed in 0..MOST {
		match run(scenario, seed) {
			Err(violation) if expected(&violation) => return,
			Err(violation) => others.push(violation),
			Ok(_) => {},
		}
	}
	panic!("nothing of the kind in {MOST} schedules of {scenario:?}; else: {others:?}");
}

fn four() -> Scenario {
	Scenario::of(4)
}

/// All members are replaced at once.
fn replaced() -> Scenario {
	Scenario { faulty: vec![3, 7], ..four() }.changing(&[&[0, 1, 2, 3], &[4, 5, 6, 7]])
}

#[test]
fn one_of_four_anchors_may_be_faulty() {
	nothing_goes_wrong(&four());
}

#[test]
fn two_of_seven_anchors_may_be_faulty() {
	nothing_goes_wrong(&Scenario::of(7));
}

#[test]
fn members_may_be_replaced_one_by_one_or_all_at_once() {
	nothing_goes_wrong(&four().changing(&[&[0, 1, 2, 3], &[0, 1, 4, 3], &[0, 4, 5, 3]]));
	nothing_goes_wrong(&replaced());
}

#[test]
fn an_anchor_may_come_back_with_an_old_disk() {
	nothing_goes_wrong(&Scenario { faulty: Vec::new(), old_disk: Some(2), ..four() });
}

#[test]
fn without_faulty_anchors_crashes_and_loss_stop_nothing() {
	let scenario = Scenario { faulty: Vec::new(), loss: 40, ..four() };
	nothing_goes_wrong(&scenario);
}

#[test]
fn schedules_are_reproducible() {
	for seed in 0..5 {
		assert_eq!(run(&four(), seed), run(&four(), seed));
	}
}

#[test]
fn accepting_two_operations_for_a_slot_certifies_both() {
	let mut scenario = four();
	scenario.rules.one_per_slot = false;
	something_goes_wrong(&scenario, |it| {
		matches!(it, Violation::TwoCertificates(_) | Violation::TwoFinals(..))
	});
}

#[test]
fn accepting_another_digest_while_one_is_undecided_makes_two_final() {
	let mut scenario = four();
	scenario.rules.same_digest = false;
	something_goes_wrong(&scenario, |it| {
		matches!(it, Violation::TwoFinals(..) | Violation::FinalLost(_))
	});
}

#[test]
fn accepting_before_the_predecessor_is_certified_loses_what_is_final() {
	let mut scenario = four();
	scenario.rules.predecessor_certified = false;
	something_goes_wrong(&scenario, |it| {
		matches!(it, Violation::FinalLost(_) | Violation::Stopped(_))
	});
}

#[test]
fn a_new_set_that_does_not_wait_for_the_old_one_makes_two_final() {
	let mut scenario = replaced();
	scenario.rules.wait_for_old_set = false;
	something_goes_wrong(&scenario, |it| {
		matches!(it, Violation::TwoFinals(..) | Violation::FinalLost(_) | Violation::Stopped(_))
	});
}

#[test]
fn voting_before_closing_loses_what_is_final() {
	let mut scenario = four();
	scenario.rules.close_before_vote = false;
	something_goes_wrong(&scenario, |it| matches!(it, Violation::FinalLost(_)));
}

#[test]
fn approving_what_leaves_announcements_out_loses_what_is_final() {
	let mut scenario = four();
	scenario.rules.vote_protects_announced = false;
	something_goes_wrong(&scenario, |it| matches!(it, Violation::FinalLost(_)));
}

#[test]
fn going_on_with_an_old_disk_and_no_question_makes_an_anchor_contradict_itself() {
	let mut scenario = Scenario { faulty: Vec::new(), old_disk: Some(2), ..four() };
	scenario.rules.recover = false;
	// Alone it counts as the one faulty anchor that is allowed: it is the evidence against it that shows.
	let mut outcomes = (0..MOST).map(|seed| run(&scenario, seed));
	let contradicts = outcomes.any(|it| it.is_ok_and(|outcome| outcome.contradictions > 0));
	assert!(contradicts, "no evidence in {MOST} schedules");
}
