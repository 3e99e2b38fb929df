// A small network's first intervals: who the anchors were, what happened, and the snapshots that they signed.
import { concat, getContractAddress, keccak256, toBytes } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { Bitmap } from "./bitmap.mjs";
import { historyLeaf, operationLeaf, quorum, setHash, snapshotDigest, snapshotHash, ZERO } from "./formats.mjs";
import { compactSignature, fullSignature } from "./signing.mjs";
import { StateTree } from "./state.mjs";
import { treePath, treeRoot } from "./tree.mjs";

/** The first account of every EVM development chain deploys the bridge as its first transaction. */
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
export const BRIDGE = {
	chain_id: 31337,
	deployer: DEPLOYER,
	contract: getContractAddress({ from: DEPLOYER, nonce: 0n }),
};

/** The kinds of operation of the vectors, with as much of their rules as their states need. */
export const KINDS = { issue: 0, transfer: 1, redeem: 2, destroy: 3, lock: 4, unlock: 5, view: 31 };
export const RULES = {
	[KINDS.issue]: { sequenced: true, moves: true },
	[KINDS.transfer]: { sequenced: true, moves: true },
	[KINDS.redeem]: { sequenced: true },
	[KINDS.destroy]: { sequenced: true },
	[KINDS.lock]: { sequenced: true },
	[KINDS.unlock]: { sequenced: true, clears: 1 << KINDS.lock },
	[KINDS.view]: {},
};

/** Keys of tests: the hash of a sentence that everybody can read. */
export const anchorKey = (number) => keccak256(toBytes(`SmartLayer test anchor ${number}`));
/** The account of an EVM signer: its address, then twelve bytes 0xEE. */
const person = (number) =>
	concat([privateKeyToAddress(keccak256(toBytes(`SmartLayer test person ${number}`))), `0x${"ee".repeat(12)}`]);

function anchorSet(set_id, first, size) {
	const keys = Array.from({ length: size }, (_, index) => anchorKey(first + index));
	const anchors = keys.map((key) => ({ key, address: privateKeyToAddress(key) }));
	anchors.sort((one, other) => (BigInt(one.address) < BigInt(other.address) ? -1 : 1));
	const members = anchors.map(({ address }) => address);
	return {
		set_id,
		members,
		keys: anchors.map(({ key }) => key),
		quorum: quorum(size),
		set_hash: setHash({ set_id, members }),
	};
}

// Two members of the first set sit in the second; none of them in the third.
export const SETS = [anchorSet(1, 0, 4), anchorSet(2, 2, 7), anchorSet(3, 9, 21), anchorSet(4, 30, 1)];
const SET_OF_INTERVAL = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4];

/** Instances with something special about them: first, last of a word, first of the next, largest, and a hash. */
export const INSTANCES = {
	zero: 0n,
	last_of_word: 255n,
	first_of_word: 256n,
	largest: 2n ** 256n - 1n,
	hashed: BigInt(keccak256(toBytes("SmartLayer test instance"))),
	redeemed: 4711n,
	destroyed: 815n,
	locked: 1000n,
	never: 5000n,
};
const LARGEST_CLASS = 2 ** 32 - 1;

// What happens in which interval: [class, instance, kind]. Sequence numbers and accounts are filled in.
const { zero, last_of_word, first_of_word, largest, hashed, redeemed, destroyed, locked } = INSTANCES;
const crowd = (classId, kind, count) =>
	Array.from({ length: count }, (_, index) => [classId, BigInt(index) * 37n + 10_000n, kind]);
const HAPPENINGS = {
	1: [
		[1, redeemed, KINDS.issue],
		[1, destroyed, KINDS.issue],
		[1, locked, KINDS.issue],
		[7, hashed, KINDS.issue],
		[LARGEST_CLASS, largest, KINDS.issue],
	],
	2: [[1, redeemed, KINDS.redeem]],
	3: [
		[1, destroyed, KINDS.destroy],
		[1, locked, KINDS.lock],
		[7, hashed, KINDS.transfer],
		[7, hashed, KINDS.view],
		[2, zero, KINDS.issue],
		[2, last_of_word, KINDS.issue],
		[2, first_of_word, KINDS.issue],
		...crowd(9, KINDS.issue, 25),
	],
	4: crowd(9, KINDS.redeem, 3),
	5: [],
	6: [
		[LARGEST_CLASS, largest, KINDS.view],
		[1, locked, KINDS.unlock],
	],
	7: crowd(9, KINDS.view, 25),
	8: [[7, hashed, KINDS.redeem]],
	9: [],
	10: [[2, zero, KINDS.redeem]],
	11: [[2, last_of_word, KINDS.transfer]],
};

function operationsOf(interval, sequences) {
	const operations = HAPPENINGS[interval].map(([classId, instance, kind], index) => {
		const rule = RULES[kind];
		const actor = person(index % 5);
		const counter = rule.sequenced ? `${classId}/${instance}` : `${classId}/${instance}/${kind}/${actor}`;
		const seq = sequences.get(counter) ?? 0;
		sequences.set(counter, seq + 1);
		return {
			class: classId,
			instance,
			seq,
			kind,
			actor,
			to: rule.moves ? person(interval + index) : ZERO,
			data: keccak256(toBytes(`payload ${interval}/${index}`)),
			time_ms: timeOf(interval) * 1000 - 500 - index,
		};
	});
	const order = (it) => [
		BigInt(it.class),
		it.instance,
		RULES[it.kind].sequenced ? 0n : 1n,
		BigInt(it.actor),
		BigInt(it.seq),
		BigInt(it.kind),
	];
	return operations.sort((one, other) => {
		const [left, right] = [order(one), order(other)];
		const at = left.findIndex((value, index) => value !== right[index]);
		return left[at] < right[at] ? -1 : 1;
	});
}

/** End of an interval in seconds since 1970. */
const timeOf = (interval) => 1_800_000_000 + interval * 60;

export const setOf = (interval) => SETS[SET_OF_INTERVAL[interval - 1] - 1];

function buildSnapshot(interval, parts, earlier) {
	const next = SETS[(SET_OF_INTERVAL[interval] ?? SET_OF_INTERVAL.at(-1)) - 1];
	return {
		interval,
		set_id: setOf(interval).set_id,
		next_set_hash: next.set_hash,
		body: {
			parent: earlier.at(-1)?.snapshot_hash ?? ZERO,
			history_root: treeRoot(earlier.map(({ history_leaf }) => history_leaf)),
			bitmap_root: parts.bitmap.root,
			operations_root: treeRoot(parts.operation_leaves),
			state_root: parts.state.root,
			operation_count: parts.operations.length,
			cut_hash: keccak256(toBytes(`cut ${interval}`)),
			block_hash: keccak256(toBytes(`block ${interval}`)),
			block_number: interval * 20,
			block_time: timeOf(interval),
		},
	};
}

const signatureOf = async (key, digest) => ({
	signature: await fullSignature(key, digest),
	compact: await compactSignature(key, digest),
});

/** All intervals, each with its operations, trees, snapshot and signatures. */
export async function buildNetwork() {
	const [intervals, sequences, state] = [[], new Map(), new StateTree()];
	for (let interval = 1; interval <= SET_OF_INTERVAL.length; interval += 1) {
		const operations = operationsOf(interval, sequences);
		state.apply(operations, RULES);
		const parts = {
			operations,
			operation_leaves: operations.map((operation) => operationLeaf(interval, operation)),
			bitmap: new Bitmap(operations),
			state: state.copy(),
		};
		const snapshot = buildSnapshot(interval, parts, intervals);
		const snapshot_hash = snapshotHash(snapshot);
		const digest = snapshotDigest(BRIDGE, snapshot_hash);
		intervals.push({
			...parts,
			interval,
			snapshot,
			snapshot_hash,
			history_leaf: historyLeaf(interval, snapshot.set_id, snapshot_hash),
			digest,
			signatures: await Promise.all(setOf(interval).keys.map((key) => signatureOf(key, digest))),
		});
	}
	return intervals;
}

/** A snapshot as proofs carry it: alone, or under a later one. */
export function snapshotProof(intervals, interval, later) {
	const { snapshot } = intervals[interval - 1];
	if (later === undefined) return { snapshot, later: [], history: [] };
	const leaves = intervals.slice(0, later - 1).map(({ history_leaf }) => history_leaf);
	return { snapshot, later: [intervals[later - 1].snapshot], history: treePath(leaves, interval - 1) };
}
