// The whole check of every kind of claim, in the order in which `SmartLayerProofs` checks. Returns the name of the error,
// or null if the claim is proven.
import { concat, keccak256 } from "viem";
import {
	bitmapKey,
	bitmapKeyLeaf,
	bitmapWordLeaf,
	historyLeaf,
	operationLeaf,
	snapshotHash,
	stateKey,
	stateLeaf,
} from "./formats.mjs";

const KINDS = 32;

const leadsTo = (leaf, path, root) =>
	path.reduce((node, sibling) => keccak256(BigInt(node) <= BigInt(sibling) ? concat([node, sibling]) : concat([sibling, node])), leaf) ===
	root;

/** `posted` maps intervals to the hashes that the contract stores. */
export function checkSnapshot(posted, { claim, snapshot_proof: { snapshot, later, history } }) {
	if (snapshot.interval !== claim.interval) return "WrongInterval";
	const hash = snapshotHash(snapshot);
	if (later.length === 0) {
		if (history.length > 0) return "SurplusHistory";
		return posted.get(snapshot.interval) === hash ? null : "SnapshotNotPosted";
	}
	if (later.length > 1) return "SurplusHistory";
	if (posted.get(later[0].interval) !== snapshotHash(later[0])) return "SnapshotNotPosted";
	const leaf = historyLeaf(snapshot.interval, snapshot.set_id, hash);
	return leadsTo(leaf, history, later[0].body.history_root) ? null : "NotInHistory";
}

const checkClass = (claim) => (claim.class === 0 ? "NoSuchClass" : null);
const checkKind = (claim) => checkClass(claim) ?? (claim.kind >= KINDS ? "NoSuchKind" : null);

export function checkOperation(posted, vector) {
	const { claim, proof } = vector;
	const wrong = checkKind(claim);
	if (wrong) return wrong;
	const { operation, path } = proof;
	if (["class", "kind", "instance"].some((field) => operation[field] !== claim[field])) return "WrongOperation";
	const root = vector.snapshot_proof.snapshot.body.operations_root;
	return (
		checkSnapshot(posted, vector) ??
		(leadsTo(operationLeaf(claim.interval, operation), path, root) ? null : "OperationNotIncluded")
	);
}

export function checkBitmap(posted, vector) {
	const { claim, proof } = vector;
	const wrong = checkSnapshot(posted, vector) ?? checkKind(claim);
	if (wrong) return wrong;
	if (!leadsTo(bitmapKeyLeaf(proof), proof.key_path, vector.snapshot_proof.snapshot.body.bitmap_root)) {
		return "KeyNotIncluded";
	}
	const key = Number(bitmapKey(claim.class, claim.kind));
	if (proof.key !== key) {
		if (key < proof.key || key >= proof.next_key) return "WrongKey";
		if (proof.word_index || proof.word || proof.next_word_index || proof.word_path.length) return "SurplusWord";
		return claim.recorded ? "NotRecorded" : null;
	}
	if (!leadsTo(bitmapWordLeaf(proof), proof.word_path, proof.lower_root)) return "WordNotIncluded";
	const word = claim.instance >> 8n;
	if (proof.word_index !== word) {
		if (word < proof.word_index || word >= proof.next_word_index) return "WrongWord";
		return claim.recorded ? "NotRecorded" : null;
	}
	const recorded = ((proof.word >> (claim.instance & 255n)) & 1n) === 1n;
	if (recorded === claim.recorded) return null;
	return recorded ? "Recorded" : "NotRecorded";
}

export function checkState(posted, vector) {
	const { claim, proof } = vector;
	const wrong = checkSnapshot(posted, vector) ?? checkClass(claim);
	if (wrong) return wrong;
	if (!leadsTo(stateLeaf(proof.leaf), proof.path, vector.snapshot_proof.snapshot.body.state_root)) {
		return "StateNotIncluded";
	}
	const key = stateKey(claim.class, claim.instance);
	const { leaf } = proof;
	if (leaf.key !== key) return key < leaf.key || key >= leaf.next_key ? "WrongState" : null;
	return leaf.class === claim.class && leaf.instance === claim.instance ? null : "WrongState";
}
