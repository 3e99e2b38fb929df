//! Holds the building of trees to the vectors of awkward sizes.

use serde::{de::DeserializeOwned, Serialize};
use serde_json::{json, Value as Json};
use smartlayer_commitment::{
	build::{BitmapTree, OperationsTree},
	proof::Finding,
	OperationProof,
};
use smartlayer_operations::Operation;
use sp_core::{H256, U256};
use std::{fs, path::Path};

fn vectors() -> Json {
	let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/trees.json");
	let text = fs::read_to_string(path).expect("the vectors are there");
	serde_json::from_str(&text).expect("the vectors are JSON")
}

fn field<T: DeserializeOwned>(of: &Json, name: &str) -> T {
	serde_json::from_value(of[name].clone()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn list<'a>(of: &'a Json, name: &str, count: &str) -> &'a [Json] {
	let entries = of[name].as_array().expect("a list");
	assert_eq!(entries.len(), field::<usize>(of, count), "{name}");
	entries
}

/// The operations of a list, of which none is of a recorded kind.
fn operations(of: &Json, name: &str, count: &str) -> Vec<Operation> {
	let operation = |json: &Json| {
		let proof: OperationProof =
			serde_json::from_value(json!({ "operation": json, "path": [] })).expect("an operation");
		proof.operation
	};
	list(of, name, count).iter().map(operation).collect()
}

fn json(of: &impl Serialize) -> Json {
	serde_json::to_value(of).expect("JSON")
}

struct Interval {
	operations: Vec<Operation>,
	tree: OperationsTree,
	bitmap: BitmapTree,
}

impl Interval {
	fn build(number: u64, operations: &[Operation]) -> Self {
		let mut operations = operations.to_vec();
		// Each instance has one.
		operations.sort_by_key(|it| (it.class, it.instance));
		let tree = OperationsTree::build(number, &operations, |it| it);
		Self { bitmap: BitmapTree::build(&operations, |it| it), operations, tree }
	}

	fn check_proof(&self, proof: &Json) {
		let (class, kind, instance) =
			(field(proof, "class"), field(proof, "kind"), field::<U256>(proof, "instance"));
		let bitmap = self.bitmap.prove(class, kind, instance).expect("a class");
		assert_eq!(json(&bitmap), proof["bitmap"]);
		let found = bitmap.find_under(self.bitmap.root(), class, kind, instance).expect("a proof");
		let is = |it: &Operation| (it.class, it.kind, it.instance) == (class, kind, instance);
		let index = self.operations.iter().position(is);
		assert_eq!(found == Finding::Recorded, field::<bool>(proof, "recorded"));
		assert_eq!(found == Finding::Recorded, index.is_some());
		if let Some(index) = index {
			let own = self.tree.prove(index, &self.operations[index]).expect("it is there");
			assert_eq!(json(&own.path), proof["operation_path"]);
			let interval = field(proof, "interval");
			assert!(own.verify_under(self.tree.root(), interval).is_ok());
		}
	}
}

#[test]
fn trees_of_awkward_sizes_have_the_roots_and_paths_of_the_reference() {
	let file = vectors();
	let issues = operations(&file, "issues", "issue_count");
	let redemptions = operations(&file, "redemptions", "redemption_count");
	let mut proofs = 0;
	for tree in list(&file, "trees", "tree_count") {
		let (issued, redeemed): (usize, usize) =
			(field(tree, "instances"), field(tree, "redemptions"));
		let built =
			[Interval::build(1, &issues[..issued]), Interval::build(2, &redemptions[..redeemed])];
		for (built, expected) in built.iter().zip(tree["intervals"].as_array().expect("two")) {
			assert_eq!(built.tree.root(), field::<H256>(expected, "operations_root"), "{issued}");
			assert_eq!(built.bitmap.root(), field::<H256>(expected, "bitmap_root"), "{issued}");
		}
		for proof in list(tree, "proofs", "proof_count") {
			built[field::<usize>(proof, "interval") - 1].check_proof(proof);
			proofs += 1;
		}
	}
	assert!(proofs > 100, "{proofs}");
}
