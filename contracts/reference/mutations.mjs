// Ways to spoil a proof: each yields [what was done, the spoilt copy].

const copy = (value) => structuredClone(value);

/** A chain of keys to each single value of an object. */
function* places(value, trail = []) {
	if (typeof value === "object") {
		for (const [key, part] of Object.entries(value)) yield* places(part, [...trail, key]);
	} else {
		yield trail;
	}
}

// Another bit at each place, so that all positions have their turn.
function flip(value, turn) {
	if (typeof value === "number") return value % 2 === 0 ? value + 1 : value - 1;
	if (typeof value === "bigint") return value ^ (1n << BigInt((turn * 37) % 240));
	if (typeof value === "boolean") return !value;
	const bits = (value.length - 2) * 4;
	const flipped = BigInt(value) ^ (1n << BigInt((turn * 37) % bits));
	return `0x${flipped.toString(16).padStart(value.length - 2, "0")}`;
}

/** Every value of a part with one bit flipped. */
export function* bitFlips(vector, part) {
	let turn = 0;
	for (const trail of places(vector[part])) {
		const spoilt = copy(vector);
		const last = trail.at(-1);
		const parent = trail.slice(0, -1).reduce((value, key) => value[key], spoilt[part]);
		parent[last] = flip(parent[last], turn);
		turn += 1;
		yield [`one bit of ${part}.${trail.join(".")} flipped`, spoilt];
	}
}

/** A path shortened, emptied and extended. */
export function* pathChanges(vector, part, name) {
	const path = vector[part][name];
	const zero = `0x${"0".repeat(64)}`;
	const changes = [["extended by a zero", [...path, zero]]];
	if (path.length > 0) {
		changes.push(["without its first hash", path.slice(1)], ["extended by its last hash", [...path, path.at(-1)]]);
	}
	if (path.length > 1) {
		changes.push(["without its last hash", path.slice(0, -1)], ["emptied", []]);
		changes.push(["in reverse", path.toReversed()]);
	}
	for (const [what, changed] of changes) {
		const spoilt = copy(vector);
		spoilt[part][name] = changed;
		yield [`${part}.${name} ${what}`, spoilt];
	}
}
