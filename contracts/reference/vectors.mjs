// Writes the vectors that all languages share, or with --check says whether they are as they should be.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { keccak256, toBytes } from "viem";
import { bodyHash, TAGS } from "./formats.mjs";
import { BRIDGE, buildNetwork, KINDS, SETS, setOf } from "./network.mjs";
import { bitmapCases, historyCases, operationCases, stateCases } from "./cases.mjs";
import { postCases } from "./posts.mjs";
import { trees } from "./trees.mjs";

const FOLDER = new URL("../../tests/vectors/", import.meta.url);

/** Numbers above 64 bits are hexadecimal; hashes, addresses and signatures are in lower case. */
const plain = (_, value) => {
	if (typeof value === "bigint") return `0x${value.toString(16)}`;
	if (typeof value === "string" && /^0x[0-9a-fA-F]+$/.test(value)) return value.toLowerCase();
	return value;
};

/** Snapshot proofs are long and shared by many cases: each stands once, and cases name it by its index. */
function sharing(cases) {
	const [proofs, indices] = [[], new Map()];
	const shared = cases.map(({ snapshot_proof, ...others }) => {
		const text = JSON.stringify(snapshot_proof, plain);
		if (!indices.has(text)) indices.set(text, proofs.push(snapshot_proof) - 1);
		return { ...others, snapshot_proof: indices.get(text) };
	});
	return { snapshot_proofs: proofs, case_count: shared.length, cases: shared };
}

/** JSON with one line for each element of a list, so that a difference shows what changed. */
function render(content) {
	const line = (value) => JSON.stringify(value, plain);
	const entries = Object.entries(content).map(([key, value]) => {
		if (!Array.isArray(value)) return `\t${JSON.stringify(key)}: ${line(value)}`;
		return `\t${JSON.stringify(key)}: [\n${value.map((it) => `\t\t${line(it)}`).join(",\n")}\n\t]`;
	});
	return `{\n${entries.join(",\n")}\n}\n`;
}

const intervals = await buildNetwork();
const posted = new Map(intervals.map(({ interval, snapshot_hash }) => [interval, snapshot_hash]));

const snapshots = intervals.map(({ interval, snapshot, snapshot_hash, digest, signatures, operations }) => ({
	interval,
	snapshot,
	body_hash: bodyHash(snapshot.body),
	snapshot_hash,
	digest,
	signatures: signatures.map(({ signature, compact }, member) => ({
		member,
		address: setOf(interval).members[member],
		signature,
		compact,
	})),
	operations,
}));

const files = {
	"formats.json": {
		tags: TAGS,
		snapshot_type_hash: keccak256(toBytes("Snapshot(bytes32 snapshotHash)")),
		bridge: BRIDGE,
		kinds: KINDS,
	},
	"sets.json": { set_count: SETS.length, sets: SETS },
	"snapshots.json": { snapshot_count: snapshots.length, snapshots },
	"posts.json": await postCases(intervals),
	"operations.json": sharing(operationCases(intervals, posted)),
	"bitmap.json": sharing(bitmapCases(intervals, posted)),
	"state.json": sharing(stateCases(intervals, posted)),
	"history.json": sharing(historyCases(intervals, posted)),
	"trees.json": trees(),
};

mkdirSync(FOLDER, { recursive: true });
let stale = 0;
for (const [name, content] of Object.entries(files)) {
	const path = new URL(name, FOLDER);
	const text = render(content);
	if (!process.argv.includes("--check")) {
		writeFileSync(path, text);
	} else if (readFileSync(path, "utf8") !== text) {
		console.error(`${name} is not what the reference builds. Run: npm run vectors`);
		stale += 1;
	}
}
process.exitCode = stale > 0 ? 1 : 0;
