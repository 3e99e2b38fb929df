// The state of every instance that ever had an operation: a list linked by keys, kept in a tree in order of appearance.
import { END_OF_STATES, stateKey, stateLeaf, ZERO } from "./formats.mjs";
import { treePath, treeRoot } from "./tree.mjs";

export class StateTree {
	constructor() {
		// The list begins with a leaf that stands for no instance.
		this.entries = [entry(0n, 0, 0n, END_OF_STATES)];
	}

	/** Applies the operations of one interval by the rules of the vectors. */
	apply(operations, rules) {
		const touched = operations.map(({ class: classId, instance }) => ({ classId, instance }));
		touched.sort((one, other) => one.classId - other.classId || (one.instance < other.instance ? -1 : 1));
		touched.forEach(({ classId, instance }) => this.appear(classId, instance));
		for (const operation of operations) {
			const state = this.entries[this.indexOf(operation.class, operation.instance)];
			const rule = rules[operation.kind];
			// Unsigned, for the operators of JavaScript take bit 31 for a sign.
			state.mask = ((state.mask & ~(rule.clears ?? 0)) | (1 << operation.kind)) >>> 0;
			state.ever = (state.ever | (1 << operation.kind)) >>> 0;
			if (rule.moves) state.holder = operation.to;
			if (rule.sequenced) state.next_seq = operation.seq + 1;
		}
		this.leaves = this.entries.map(stateLeaf);
		this.root = treeRoot(this.leaves);
	}

	/** Adds an instance at the end, and links it after the largest smaller key. */
	appear(classId, instance) {
		const key = stateKey(classId, instance);
		const before = this.entries[this.indexOf(classId, instance)];
		if (before.key === key) return;
		this.entries.push(entry(key, classId, instance, before.next_key));
		before.next_key = key;
	}

	/** The instance's own entry, or the one whose gap it falls into. */
	indexOf(classId, instance) {
		const wanted = stateKey(classId, instance);
		return this.entries.findIndex(({ key, next_key }) => key <= wanted && wanted < next_key);
	}

	/** What shows the state of an instance, or that it has none. */
	prove(classId, instance) {
		return this.proveAt(this.indexOf(classId, instance));
	}

	proveAt(index) {
		return { leaf: { ...this.entries[index] }, path: treePath(this.leaves, index) };
	}

	/** The tree as it is now, for proofs after it has moved on. */
	copy() {
		const other = new StateTree();
		other.entries = this.entries.map((it) => ({ ...it }));
		other.leaves = this.leaves;
		other.root = this.root;
		return other;
	}
}

const entry = (key, classId, instance, next_key) => ({
	key,
	class: classId,
	instance,
	mask: 0,
	ever: 0,
	holder: ZERO,
	next_seq: 0,
	next_key,
});
