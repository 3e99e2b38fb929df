//! The state tree against the vectors of awkward sizes.

use crate::state::StateTree;
use serde::de::DeserializeOwned;
use serde_json::{json, Value as Json};
use smartlayer_commitment::{Change, OperationProof};
use smartlayer_operations::{InstanceState, Operation};
use sp_core::{H256, U256};
use std::{fs, path::Path};

fn field<T: DeserializeOwned>(of: &Json, name: &str) -> T {
	serde_json::from_value(of[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The operations of a list: issues name a holder, redemptions do not.
fn operations(of: &Json, name: &str, count: usize) -> Vec<Operation> {
	let operation = |json: &Json| {
		let proof: OperationProof =
			serde_json::from_value(json!({ "operation": json, "path": [] })).unwrap();
		proof.operation
	};
	of[name].as_array().unwrap()[..count].iter().map(operation).collect()
}

/// What an interval's operations change, one for each instance.
fn changes(
	operations: Vec<Operation>,
	before: impl Fn(u32, U256) -> Option<InstanceState>,
) -> Vec<Change> {
	let change = |Operation { class, instance, kind, to, seq, .. }| {
		let mut state = before(class, instance).unwrap_or_default();
		(state.mask, state.ever, state.next_seq) =
			(state.mask | 1 << kind, state.ever | 1 << kind, seq + 1);
		if kind == 0 {
			state.holder = to;
		}
		((class, instance), state)
	};
	let mut changes: Vec<_> = operations.into_iter().map(change).collect();
	changes.sort_by_key(|it| it.0);
	changes
}

#[test]
fn trees_of_awkward_sizes_have_the_roots_and_proofs_of_the_reference() {
	let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/trees.json");
	let file: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
	let mut counts = Vec::new();
	for expected in file["trees"].as_array().unwrap() {
		let folder = tempfile::tempdir().unwrap();
		let mut tree = StateTree::open(folder.path()).unwrap();
		let counted = [("issues", "instances"), ("redemptions", "redemptions")];
		for (interval, (name, count)) in (1u64..).zip(counted) {
			let operations = operations(&file, name, field(expected, count));
			let changes =
				changes(operations, |class, instance| tree.state_of(class, instance).unwrap());
			let overlay = tree.apply(&changes).unwrap();
			let root: H256 = field(&expected["intervals"][interval as usize - 1], "state_root");
			tree.commit(overlay, interval, root).unwrap();
			let proofs = expected["proofs"].as_array().unwrap();
			for proof in proofs.iter().filter(|it| it["interval"] == interval) {
				let own = tree.prove(field(proof, "class"), field(proof, "instance")).unwrap();
				assert_eq!(serde_json::to_value(&own).unwrap(), proof["state"]);
			}
		}
		tree.check_everything().unwrap();
		counts.push(tree.count() - 1);
	}
	assert_eq!(counts, [0, 1, 2, 3, 255, 256, 257]);
}
