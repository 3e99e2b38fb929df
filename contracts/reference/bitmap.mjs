// The bitmap of an interval: an upper tree over (class, kind), under each key a tree over words of 256 instances.
import { bitmapKey, bitmapKeyLeaf, bitmapWordLeaf, END_OF_KEYS, END_OF_WORDS, ZERO } from "./formats.mjs";
import { treePath, treeRoot } from "./tree.mjs";

const ascending = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
const sorted = (map) => [...map.entries()].sort(([one], [other]) => ascending(one, other));

export class Bitmap {
	/** The bitmap of some operations. */
	constructor(operations) {
		const words = new Map();
		for (const { class: classId, kind, instance } of operations) {
			const key = bitmapKey(classId, kind);
			// A lower tree has word 0 always, so that it begins somewhere.
			const lower = words.get(key) ?? words.set(key, new Map([[0n, 0n]])).get(key);
			lower.set(instance >> 8n, (lower.get(instance >> 8n) ?? 0n) | (1n << (instance & 255n)));
		}
		this.lower = new Map(sorted(words).map(([key, lower]) => [key, lowerTree(sorted(lower))]));
		const keys = [0n, ...this.lower.keys()];
		this.keys = keys.map((key, index) => ({
			key,
			lower_root: this.lower.get(key)?.root ?? ZERO,
			next_key: keys[index + 1] ?? END_OF_KEYS,
		}));
		this.leaves = this.keys.map(bitmapKeyLeaf);
		this.root = treeRoot(this.leaves);
	}

	/** What shows whether an operation was recorded: the bit, or one of the three forms of absence. */
	prove(classId, kind, instance) {
		const wanted = bitmapKey(classId, kind);
		const index = this.keys.findLastIndex(({ key }) => key <= wanted);
		const upper = this.proveKeyAt(index);
		return this.keys[index].key === wanted ? { ...upper, ...this.proveWord(wanted, instance >> 8n) } : upper;
	}

	/** A leaf of the upper tree, as a proof that needs no word. */
	proveKeyAt(index) {
		const { key, lower_root, next_key } = this.keys[index];
		return {
			key: Number(key),
			lower_root,
			next_key: Number(next_key),
			key_path: treePath(this.leaves, index),
			word_index: 0n,
			word: 0n,
			next_word_index: 0n,
			word_path: [],
		};
	}

	/** The leaf of a word, or of the gap in which it would stand. */
	proveWord(key, wanted) {
		const lower = this.lower.get(key);
		const index = lower.words.findLastIndex(({ word_index }) => word_index <= wanted);
		return this.proveWordAt(key, index);
	}

	/** A leaf of a lower tree. */
	proveWordAt(key, index) {
		const lower = this.lower.get(key);
		return { ...lower.words[index], word_path: treePath(lower.leaves, index) };
	}
}

function lowerTree(entries) {
	const words = entries.map(([word_index, word], index) => ({
		word_index,
		word,
		next_word_index: entries[index + 1]?.[0] ?? END_OF_WORDS,
	}));
	const leaves = words.map(bitmapWordLeaf);
	return { words, leaves, root: treeRoot(leaves) };
}
