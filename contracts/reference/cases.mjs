// What the vectors claim: what is true, and the lies that somebody might try.
import { INSTANCES, KINDS, snapshotProof } from "./network.mjs";
import { bitFlips, pathChanges } from "./mutations.mjs";
import { bitmapKey } from "./formats.mjs";
import { treePath } from "./tree.mjs";
import { checkBitmap, checkOperation, checkSnapshot, checkState } from "./verify.mjs";

const LARGEST_CLASS = 2 ** 32 - 1;

/** Judges each case; the spoilt ones must fail, whatever the reason. */
function judged(check, cases) {
	return cases.map(([name, vector, expected]) => {
		const error = check(vector);
		if (expected !== undefined && (error ?? true) !== expected) {
			throw new Error(`${name}: expected ${expected}, got ${error ?? true}`);
		}
		return { name, valid: error === null, error: error ?? "", ...vector };
	});
}

/** All ways to spoil a true case. */
function spoilt([name, vector], paths) {
	const changes = [
		...bitFlips(vector, "proof"),
		...paths.flatMap((path) => [...pathChanges(vector, "proof", path)]),
	];
	return changes.map(([what, changed]) => [`${name}: ${what}`, changed]);
}

function mustFail(check, cases) {
	for (const [name, vector] of cases) if (check(vector) === null) throw new Error(`${name} passes`);
	return cases;
}

export function operationCases(intervals, posted) {
	const check = (vector) => checkOperation(posted, vector);
	const prove = (interval, index) => {
		const { operations, operation_leaves } = intervals[interval - 1];
		const operation = operations[index];
		const { class: classId, kind, instance } = operation;
		return {
			claim: { interval, class: classId, kind, instance },
			snapshot_proof: snapshotProof(intervals, interval),
			proof: { operation, path: treePath(operation_leaves, index) },
		};
	};
	const first = ["first of many", prove(3, 0), true];
	const last = ["last of many", prove(3, intervals[2].operations.length - 1), true];
	const only = ["the only one, its leaf is the root", prove(2, 0), true];
	const largest = ["largest class and instance", prove(1, intervals[0].operations.length - 1), true];
	const view = ["a recorded kind under a later snapshot", prove(7, 4), true];
	view[1].snapshot_proof = snapshotProof(intervals, 7, 11);
	const truths = [first, last, only, largest, view];
	const with_claim = (vector, change) => ({ ...vector, claim: { ...vector.claim, ...change } });
	const lies = [
		["claim of another interval", with_claim(first[1], { interval: 4 }), "WrongInterval"],
		["claim of another class", with_claim(first[1], { class: 77 }), "WrongOperation"],
		["claim of another kind", with_claim(first[1], { kind: KINDS.view }), "WrongOperation"],
		["claim of another instance", with_claim(first[1], { instance: 77n }), "WrongOperation"],
		["class zero", with_claim(first[1], { class: 0 }), "NoSuchClass"],
		["kind 32", with_claim(first[1], { kind: 32 }), "NoSuchKind"],
		["path of a neighbour", { ...first[1], proof: { ...first[1].proof, path: prove(3, 1).proof.path } }, "OperationNotIncluded"],
		[
			"in an interval without operations, whose root is zero",
			{ ...with_claim(only[1], { interval: 5 }), snapshot_proof: snapshotProof(intervals, 5), proof: { ...only[1].proof, path: [] } },
			"OperationNotIncluded",
		],
		[
			"operation of one interval under the snapshot of another",
			{ ...with_claim(first[1], { interval: 2 }), snapshot_proof: snapshotProof(intervals, 2) },
			"OperationNotIncluded",
		],
		...mustFail(check, truths.slice(0, 3).flatMap((truth) => spoilt(truth, ["path"]))),
	];
	return judged(check, [...truths, ...lies]);
}

export function bitmapCases(intervals, posted) {
	const check = (vector) => checkBitmap(posted, vector);
	const prove = (recorded, interval, classId, kind, instance, later) => ({
		claim: { interval, class: classId, kind, instance, recorded },
		snapshot_proof: snapshotProof(intervals, interval, later),
		proof: intervals[interval - 1].bitmap.prove(classId, kind, instance),
	});
	const { zero, last_of_word, first_of_word, largest, hashed, redeemed, never } = INSTANCES;
	const { issue, redeem, view, destroy } = KINDS;
	const present = [
		["bit 0 of word 0", prove(true, 3, 2, issue, zero), true],
		["bit 255 of word 0", prove(true, 3, 2, issue, last_of_word), true],
		["bit 0 of word 1", prove(true, 3, 2, issue, first_of_word), true],
		["largest class and instance", prove(true, 1, LARGEST_CLASS, issue, largest), true],
		["largest key there is", prove(true, 6, LARGEST_CLASS, view, largest), true],
		["a lower tree of one leaf", prove(true, 10, 2, redeem, zero), true],
		["one of many words, under a later snapshot", prove(true, 3, 9, issue, 10_370n, 9), true],
	];
	const absent = [
		["absent by a gap in the upper tree", prove(false, 3, 5, redeem, redeemed), true],
		["absent below the smallest key", prove(false, 3, 1, issue, redeemed), true],
		["absent above the largest key", prove(false, 3, LARGEST_CLASS, view, largest), true],
		["absent in an empty interval", prove(false, 5, 1, redeem, redeemed), true],
		["absent by a gap in the lower tree", prove(false, 2, 1, redeem, 1000n), true],
		["absent above the largest word", prove(false, 2, 1, redeem, never), true],
		["absent in the last word there is", prove(false, 2, 1, redeem, largest), true],
		["absent by a clear bit", prove(false, 2, 1, redeem, redeemed + 1n), true],
		["absent by a clear bit of an empty first word", prove(false, 2, 1, redeem, zero), true],
		["absent under a later snapshot", prove(false, 2, 1, redeem, never, 6), true],
	];
	const lies = [...bitmapLies(intervals, prove, present, absent)];
	const bits = mustFail(check, [
		...[present[1], present[6], absent[0], absent[4], absent[7]].flatMap((truth) => spoilt(truth, ["key_path", "word_path"])),
	]);
	return judged(check, [...present, ...absent, ...lies, ...bits]);
}

function* bitmapLies(intervals, prove, present, absent) {
	const { zero, largest, redeemed, never, first_of_word } = INSTANCES;
	const { issue, redeem, view } = KINDS;
	for (const [name, vector] of [...present, ...absent]) {
		const claim = { ...vector.claim, recorded: !vector.claim.recorded };
		yield [`the contrary of: ${name}`, { ...vector, claim }, claim.recorded ? "NotRecorded" : "Recorded"];
	}
	// Every leaf but the right one, for a bit that is set: no neighbour proves its absence.
	const bit = { ...present[2][1], claim: { ...present[2][1].claim, recorded: false } };
	const { bitmap } = intervals[2];
	const own = bitmapKey(2, issue);
	for (const [index, { key }] of bitmap.keys.entries()) {
		if (key === own) continue;
		yield [`absence of a set bit by the leaf of key ${key}`, { ...bit, proof: bitmap.proveKeyAt(index) }, "WrongKey"];
	}
	const upper = bitmap.proveKeyAt(bitmap.keys.findIndex(({ key }) => key === own));
	yield [
		"absence of a set bit by the word before",
		{ ...bit, proof: { ...upper, ...bitmap.proveWordAt(own, 0) } },
		"WrongWord",
	];
	const with_claim = (vector, change) => ({ ...vector, claim: { ...vector.claim, ...change } });
	const below = prove(false, 3, 1, issue, redeemed);
	yield ["absence below the gap", { ...below, proof: absent[0][1].proof }, "WrongKey"];
	const above = prove(false, 3, 9, view, never);
	yield ["absence above the gap", { ...above, proof: absent[0][1].proof }, "WrongKey"];
	const end = bitmap.proveKeyAt(bitmap.keys.length - 1);
	yield ["absence below the last gap", { ...prove(false, 3, 1, redeem, redeemed), proof: end }, "WrongKey"];
	const low = prove(false, 2, 1, redeem, zero);
	yield ["word below the gap", { ...low, proof: absent[5][1].proof }, "WrongWord"];
	const high = prove(false, 2, 1, redeem, largest);
	yield ["word above the gap", { ...high, proof: absent[4][1].proof }, "WrongWord"];
	// Words of the tree under one key, shown under another.
	const other = bitmap.proveWordAt(bitmapKey(9, issue), 1);
	yield ["word of another class", { ...bit, proof: { ...upper, ...other } }, "WordNotIncluded"];
	yield ["gap with a word", { ...absent[0][1], proof: { ...absent[0][1].proof, word: 1n } }, "SurplusWord"];
	yield ["gap with a path", { ...absent[0][1], proof: { ...absent[0][1].proof, word_path: [upper.lower_root] } }, "SurplusWord"];
	yield ["key without a word", { ...prove(false, 3, 2, issue, never), proof: upper }, "WordNotIncluded"];
	yield ["class zero", with_claim(absent[0][1], { class: 0 }), "NoSuchClass"];
	yield ["class and kind zero, the first leaf", { ...with_claim(absent[1][1], { class: 0, kind: 0 }) }, "NoSuchClass"];
	yield ["kind 32", with_claim(absent[0][1], { kind: 32 }), "NoSuchKind"];
	yield ["claim of another interval", with_claim(absent[0][1], { interval: 4 }), "WrongInterval"];
	yield [
		"absence in one interval under the snapshot of another",
		{ ...with_claim(absent[3][1], { interval: 2 }), snapshot_proof: snapshotProof(intervals, 2) },
		"KeyNotIncluded",
	];
	yield ["claim of another instance", with_claim(present[0][1], { instance: first_of_word }), "WrongWord"];
}

export function stateCases(intervals, posted) {
	const check = (vector) => checkState(posted, vector);
	const prove = (interval, classId, instance, later) => {
		const proof = intervals[interval - 1].state.prove(classId, instance);
		const { mask, ever, holder, next_seq, instance: own, class: ownClass } = proof.leaf;
		const present = own === instance && ownClass === classId;
		const state = present ? { mask, ever, holder, next_seq } : { mask: 0, ever: 0, holder: `0x${"0".repeat(64)}`, next_seq: 0 };
		return {
			claim: { interval, class: classId, instance },
			state,
			snapshot_proof: snapshotProof(intervals, interval, later),
			proof,
		};
	};
	const { largest, redeemed, destroyed, locked, never, hashed } = INSTANCES;
	const truths = [
		["redeemed", prove(3, 1, redeemed), true],
		["not yet redeemed", prove(1, 1, redeemed), true],
		["destroyed", prove(11, 1, destroyed), true],
		["locked", prove(3, 1, locked), true],
		["unlocked again", prove(6, 1, locked), true],
		["largest class and instance, kind 31", prove(6, LARGEST_CLASS, largest), true],
		["transferred, under a later snapshot", prove(3, 7, hashed, 8), true],
		["never appeared", prove(11, 1, never), true],
		["not yet appeared", prove(2, 2, INSTANCES.zero), true],
		["never appeared, below the smallest key", belowSmallest(intervals, prove), true],
		["never appeared, above the largest key", aboveLargest(intervals, prove), true],
	];
	const with_claim = (vector, change) => ({ ...vector, claim: { ...vector.claim, ...change } });
	const { state } = intervals[2];
	const own = state.indexOf(1, redeemed);
	const lies = [
		...state.entries
			.map((entry, index) => [entry, index])
			.filter(([, index]) => index !== own && index < 8)
			.map(([, index]) => [`leaf ${index} for another instance`, { ...truths[0][1], proof: state.proveAt(index) }, "WrongState"]),
		["never appeared by the leaf before", { ...truths[0][1], proof: state.proveAt(leafBefore(state, own)) }, "WrongState"],
		["claim of another class", with_claim(truths[0][1], { class: 2 }), "WrongState"],
		["claim of another instance", with_claim(truths[0][1], { instance: destroyed }), "WrongState"],
		["claim of another interval", with_claim(truths[0][1], { interval: 4 }), "WrongInterval"],
		["class zero", with_claim(truths[0][1], { class: 0 }), "NoSuchClass"],
		[
			"an older state under a newer snapshot",
			{ ...prove(3, 1, redeemed), proof: prove(1, 1, redeemed).proof },
			"StateNotIncluded",
		],
		...mustFail(check, [truths[0], truths[7]].flatMap((truth) => spoilt(truth, ["path"]))),
	];
	return judged(check, [...truths, ...lies]);
}

const leafBefore = (state, index) => state.entries.findIndex(({ next_key }) => next_key === state.entries[index].key);

/** An instance that falls into the first gap, found by trying. */
function belowSmallest(intervals, prove) {
	const { state } = intervals[0];
	for (let instance = 0n; ; instance += 1n) if (state.indexOf(3, instance) === 0) return prove(1, 3, instance);
}

/** An instance that falls into the last gap, found by trying. */
function aboveLargest(intervals, prove) {
	const { state } = intervals[0];
	const last = state.entries.findIndex(({ next_key }) => next_key === 2n ** 256n - 1n);
	for (let instance = 0n; ; instance += 1n) if (state.indexOf(3, instance) === last) return prove(1, 3, instance);
}

export function historyCases(intervals, posted) {
	const check = (vector) => checkSnapshot(posted, vector);
	const prove = (interval, later) => ({ claim: { interval }, snapshot_proof: snapshotProof(intervals, interval, later) });
	const truths = [
		["the posted snapshot itself", prove(11), true],
		["the first under the second, a tree of one leaf", prove(1, 2), true],
		["the first under the last", prove(1, 11), true],
		["the odd last leaf", prove(5, 6), true],
		["one in the middle, across set changes", prove(4, 10), true],
		...Array.from({ length: 10 }, (_, index) => [`interval ${index + 1} under the last`, prove(index + 1, 11), true]),
	];
	const change = (vector, parts) => ({ ...vector, snapshot_proof: { ...vector.snapshot_proof, ...parts } });
	const middle = truths[4][1];
	const spoil = (truth) => [...bitFlips(truth[1], "snapshot_proof"), ...pathChanges(truth[1], "snapshot_proof", "history")];
	const lies = [
		["claim of another interval", { ...middle, claim: { interval: 5 } }, "WrongInterval"],
		["a snapshot under itself", change(prove(4), { later: [prove(4).snapshot_proof.snapshot] }), "NotInHistory"],
		["a later snapshot under an earlier one", change(prove(6), { later: [prove(4).snapshot_proof.snapshot] }), "NotInHistory"],
		["under two later snapshots", change(middle, { later: [...middle.snapshot_proof.later, prove(11).snapshot_proof.snapshot] }), "SurplusHistory"],
		["a path without a later snapshot", change(prove(4), { history: middle.snapshot_proof.history }), "SurplusHistory"],
		["path of another interval", change(middle, { history: prove(3, 10).snapshot_proof.history }), "NotInHistory"],
		["under the first snapshot, whose history is the zero root", change(prove(2), { later: [prove(1).snapshot_proof.snapshot] }), "NotInHistory"],
		...[truths[0], truths[4]].flatMap((truth) => mustFail(check, spoil(truth).map(([what, vector]) => [`${truth[0]}: ${what}`, vector]))),
	];
	return judged(check, [...truths, ...lies]);
}
