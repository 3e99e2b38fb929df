// The one tree: leaves in order, paired level by level from the left, an odd last node moves up unchanged.
import { concat, keccak256 } from "viem";
import { ZERO } from "./formats.mjs";

const inner = (one, other) =>
	keccak256(BigInt(one) <= BigInt(other) ? concat([one, other]) : concat([other, one]));

const levelAbove = (level) =>
	level.flatMap((node, index) => {
		if (index % 2 === 1) return [];
		return index + 1 < level.length ? [inner(node, level[index + 1])] : [node];
	});

/** The root over some leaves; zero over none. */
export function treeRoot(leaves) {
	let level = leaves;
	while (level.length > 1) level = levelAbove(level);
	return level[0] ?? ZERO;
}

/** The siblings of a leaf, from the bottom. */
export function treePath(leaves, index) {
	if (index < 0 || index >= leaves.length) throw new RangeError(`no leaf ${index} of ${leaves.length}`);
	const path = [];
	for (let level = leaves, at = index; level.length > 1; level = levelAbove(level), at >>= 1) {
		const sibling = at ^ 1;
		if (sibling < level.length) path.push(level[sibling]);
	}
	return path;
}
