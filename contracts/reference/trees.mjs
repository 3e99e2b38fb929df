// Trees of awkward sizes: what happened in two intervals, the roots of both, and some proofs.
import { concat, keccak256, toBytes } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { Bitmap } from "./bitmap.mjs";
import { operationLeaf, ZERO } from "./formats.mjs";
import { INSTANCES, KINDS, RULES } from "./network.mjs";
import { StateTree } from "./state.mjs";
import { treePath, treeRoot } from "./tree.mjs";

/** None, one, a pair, an odd one, and around the number of bits of a word. */
const COUNTS = [0, 1, 2, 3, 255, 256, 257];
const MOST = Math.max(...COUNTS);

/** The first three are at the ends and in the middle of the range; of the others some are neighbours, some far apart. */
const instanceAt = (index) => {
	const special = [INSTANCES.zero, 2n ** 255n, INSTANCES.largest];
	return special[index] ?? (index % 2 === 0 ? BigInt(index) : BigInt(keccak256(toBytes(`instance ${index}`))));
};
const classAt = (index) => 1 + (index % 3);
const person = (number) =>
	concat([privateKeyToAddress(keccak256(toBytes(`SmartLayer test person ${number}`))), `0x${"ee".repeat(12)}`]);

const operationOf = (index, seq, kind) => ({
	class: classAt(index),
	instance: instanceAt(index),
	seq,
	kind,
	actor: person(index % 5),
	to: RULES[kind].moves ? person((index + 1) % 5) : ZERO,
	data: keccak256(toBytes(`payload ${kind}/${index}`)),
	time_ms: 1_800_000_000_000 + index,
});

/** In the first interval every instance is issued, in the second every third is redeemed, in place. */
const ISSUES = Array.from({ length: MOST }, (_, index) => operationOf(index, 0, KINDS.issue));
const REDEMPTIONS = Array.from({ length: Math.ceil(MOST / 3) }, (_, index) => operationOf(3 * index, 1, KINDS.redeem));

const inOrder = (operations) =>
	operations.toSorted((one, other) => one.class - other.class || (one.instance < other.instance ? -1 : 1));

function build(interval, operations, state) {
	state.apply(operations, RULES);
	const leaves = operations.map((operation) => operationLeaf(interval, operation));
	return { interval, operations, leaves, bitmap: new Bitmap(operations), state: state.copy() };
}

const rootsOf = ({ leaves, bitmap, state }) => ({
	operations_root: treeRoot(leaves),
	bitmap_root: bitmap.root,
	state_root: state.root,
});

/** What shows all there is to show about a kind and an instance, present or not. */
function proofOf(built, classId, kind, instance) {
	const index = built.operations.findIndex((it) => it.class === classId && it.kind === kind && it.instance === instance);
	return {
		interval: built.interval,
		class: classId,
		kind,
		instance,
		recorded: index >= 0,
		operation_path: index >= 0 ? treePath(built.leaves, index) : [],
		bitmap: built.bitmap.prove(classId, kind, instance),
		state: built.state.prove(classId, instance),
	};
}

/** Instances at the ends, in the middle and in no tree, in their own class and in another one. */
function questions(count) {
	const asked = [0, 1, 2, count - 1].filter((index) => index >= 0);
	const own = asked.map((index) => [classAt(index), instanceAt(index)]);
	const others = [0n, 1n, 2n ** 255n - 1n, 2n ** 255n + 1n, INSTANCES.largest].map((instance) => [1, instance]);
	const unique = new Map([...own, ...others].map((it) => [it.join(), it]));
	return [...unique.values()].flatMap(([classId, instance]) => [
		[classId, KINDS.issue, instance],
		[classId, KINDS.redeem, instance],
	]);
}

function treesOf(count) {
	const state = new StateTree();
	const first = build(1, inOrder(ISSUES.slice(0, count)), state);
	const second = build(2, inOrder(REDEMPTIONS.slice(0, Math.ceil(count / 3))), state);
	const proofs = questions(count).flatMap((question) => [first, second].map((built) => proofOf(built, ...question)));
	return {
		instances: count,
		redemptions: second.operations.length,
		intervals: [rootsOf(first), rootsOf(second)],
		proof_count: proofs.length,
		proofs,
	};
}

export const trees = () => ({
	issue_count: ISSUES.length,
	issues: ISSUES,
	redemption_count: REDEMPTIONS.length,
	redemptions: REDEMPTIONS,
	tree_count: COUNTS.length,
	trees: COUNTS.map(treesOf),
});
