// The reference builder against what is known without it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, keccak256, toHex } from "viem";
import { quorum, ZERO } from "../reference/formats.mjs";
import { Bitmap } from "../reference/bitmap.mjs";
import { StateTree } from "../reference/state.mjs";
import { treePath, treeRoot } from "../reference/tree.mjs";

const leaf = (number) => keccak256(toHex(number, { size: 32 }));
const pair = (one, other) => keccak256(one < other ? concat([one, other]) : concat([other, one]));

test("a tree pairs from the left and moves an odd last node up", () => {
	const [a, b, c, d, e] = [1, 2, 3, 4, 5].map(leaf);
	assert.equal(treeRoot([]), ZERO);
	assert.equal(treeRoot([a]), a);
	assert.equal(treeRoot([a, b, c]), pair(pair(a, b), c));
	assert.equal(treeRoot([a, b, c, d, e]), pair(pair(pair(a, b), pair(c, d)), e));
	assert.deepEqual(treePath([a, b, c, d, e], 4), [pair(pair(a, b), pair(c, d))]);
	assert.throws(() => treePath([a], 1), RangeError);
});

test("every leaf of trees up to forty leaves leads to the root", () => {
	for (let size = 1; size <= 40; size += 1) {
		const leaves = Array.from({ length: size }, (_, index) => leaf(index));
		const root = treeRoot(leaves);
		leaves.forEach((it, index) => assert.equal(treePath(leaves, index).reduce(pair, it), root));
	}
});

test("bitmaps begin with key zero, words with word zero, and both end where nothing follows", () => {
	const empty = new Bitmap([]);
	assert.deepEqual(empty.keys, [{ key: 0n, lower_root: ZERO, next_key: 2n ** 40n }]);
	const bitmap = new Bitmap([{ class: 1, kind: 2, instance: 5000n }]);
	const { words } = bitmap.lower.get(258n);
	assert.deepEqual(words.map(({ word_index }) => word_index), [0n, 19n]);
	assert.equal(words[0].word, 0n);
	assert.equal(words[1].next_word_index, 2n ** 248n);
});

test("states are linked in order of keys and stand in order of appearance", () => {
	const tree = new StateTree();
	const operations = [9n, 1n, 5n].map((instance) => ({ class: 1, instance, kind: 0, seq: 0, to: ZERO }));
	tree.apply(operations, { 0: { sequenced: true, moves: true } });
	assert.deepEqual(tree.entries.map(({ instance }) => instance), [0n, 1n, 5n, 9n]);
	const keys = tree.entries.map(({ key }) => key).sort((one, other) => (one < other ? -1 : 1));
	for (const { key, next_key } of tree.entries) {
		assert.equal(next_key, keys[keys.indexOf(key) + 1] ?? 2n ** 256n - 1n);
	}
});

test("a quorum is all but the most that may be faulty", () => {
	assert.deepEqual([1, 2, 3, 4, 7, 21].map(quorum), [1, 2, 3, 3, 5, 15]);
});
