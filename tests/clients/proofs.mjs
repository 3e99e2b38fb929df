// What an anchor says of settled intervals, checked with viem against the hashes of snapshots that the chain confirmed.

import assert from "node:assert/strict";
import { concat, keccak256, toHex } from "viem";

/** A 32-byte word of `abi.encode`: numbers and hexadecimal quantities are padded on the left. */
const word = (value) => toHex(BigInt(value), { size: 32 });
const hash = (type, ...fields) => keccak256(concat([keccak256(toHex(`SmartLayer.${type}.v1`)), ...fields.map(word)]));

/** Whether a path leads from a leaf to a root: pairs are hashed in sorted order. */
function leads(path, leaf, root) {
	const parent = (one, other) => keccak256(concat(BigInt(one) < BigInt(other) ? [one, other] : [other, one]));
	return path.reduce(parent, leaf) === root;
}

function hashOfSnapshot({ interval, set_id, next_set_hash, body }) {
	const { parent, history_root, bitmap_root, operations_root, state_root, ...rest } = body;
	const { operation_count, cut_hash, block_hash, block_number, block_time } = rest;
	const roots = [parent, history_root, bitmap_root, operations_root, state_root];
	const bodyHash = hash("SnapshotBody", ...roots, operation_count, cut_hash, block_hash, block_number, block_time);
	return hash("Snapshot", interval, set_id, next_set_hash, bodyHash);
}

/** The body of the claimed interval's snapshot, if it is one that the chain confirmed, or stands before one. */
async function bodyOf(api, interval, { snapshot, later: [later], history }) {
	assert.equal(snapshot.interval, interval);
	const known = later ?? snapshot;
	const at = await api.at(await api.rpc.chain.getFinalizedHead());
	const confirmed = (await at.call.commitmentsApi.snapshot(known.interval)).unwrap();
	// The client calls a field `hash_` that would hide its own `hash`.
	assert.equal(confirmed.get("hash_").toHex(), hashOfSnapshot(known));
	if (later) {
		const leaf = hash("History", snapshot.interval, snapshot.set_id, hashOfSnapshot(snapshot));
		assert(leads(history, leaf, later.body.history_root), "the snapshot is not in the later one's history");
	} else {
		assert.deepEqual(history, []);
	}
	return snapshot.body;
}

function isOperation({ operation: it, path }, interval, body) {
	const fields = [it.class, it.instance, it.seq, it.kind, it.actor, it.to, it.data, it.time_ms];
	return leads(path, hash("Operation", interval, ...fields), body.operations_root);
}

/** Whether an operation is recorded: `undefined` if the proof shows nothing. */
function isRecorded(proof, key, instance, body) {
	const upper = hash("BitmapKey", proof.key, proof.lower_root, proof.next_key);
	if (!leads(proof.key_path, upper, body.bitmap_root)) {
		return undefined;
	}
	if (proof.key !== key) {
		return proof.key < key && key < proof.next_key ? false : undefined;
	}
	const [index, word, next] = [proof.word_index, proof.word, proof.next_word_index].map(BigInt);
	if (!leads(proof.word_path, hash("BitmapWord", index, word, next), proof.lower_root)) {
		return undefined;
	}
	const [wanted, bit] = [instance / 256n, instance % 256n];
	if (index !== wanted) {
		return index < wanted && wanted < next ? false : undefined;
	}
	return ((word >> bit) & 1n) === 1n;
}

function stateOf({ leaf, path }, classId, instance, body) {
	const { key, mask, ever, holder, next_seq, next_key } = leaf;
	const fields = [key, leaf.class, leaf.instance, mask, ever, holder, next_seq, next_key];
	assert(leads(path, hash("State", ...fields), body.state_root), "the leaf is not in the state tree");
	const wanted = BigInt(keccak256(concat([word(classId), word(instance)])));
	if (BigInt(key) === wanted) {
		return leaf;
	}
	assert(BigInt(key) < wanted && wanted < BigInt(next_key), "the leaf says nothing about the instance");
	return undefined;
}

const flipped = (path) => [`0x${path[0][2] === "0" ? "1" : "0"}${path[0].slice(3)}`, ...path.slice(1)];

/**
 * Asks an anchor for all that it says of an instance with operations of the kinds given, in their order, and checks every
 * proof; of the first kind's operations the anchor is asked as of attestations. Returns how many operations there are.
 */
export async function checkInstance(api, classId, instance, kinds, holder) {
	const { provider } = api._rpcCore;
	const ask = (method, ...params) => provider.send(`smartlayer_${method}`, params);
	const refused = (code, method, ...params) =>
		assert.rejects(ask(method, ...params), (error) => error.code === code, `${method} is not refused with ${code}`);
	const id = toHex(instance);
	const { operations, next, settled } = await ask("operations", classId, id);
	assert.deepEqual(operations.map((it) => [it.seq, it.kind]), [...kinds.entries()]);
	assert(next.interval > settled);
	const { snapshot, hash: newest } = await ask("snapshot");
	assert.equal(newest, hashOfSnapshot(snapshot));

	for (const { interval, digest, kind, actor } of operations) {
		for (const under of [null, snapshot.interval]) {
			const { proof, shown, ...of } = await ask("operationProof", digest, under);
			assert.equal(of.interval, interval);
			const body = await bodyOf(api, interval, shown);
			assert.equal(proof.operation.actor, actor);
			assert(isOperation(proof, interval, body));
			assert(!isOperation({ ...proof, operation: { ...proof.operation, seq: 99 } }, interval, body));
			const bit = await ask("bitProof", classId, id, kind, interval, under);
			const key = classId * 256 + kind;
			assert.equal(isRecorded(bit.proof, key, instance, await bodyOf(api, interval, bit.shown)), true);
			const wrong = { ...bit.proof, word: toHex(BigInt(bit.proof.word) ^ 1n) };
			assert.equal(isRecorded(wrong, key, instance, body), undefined);
			// Another instance of the same word, of another word, and another kind.
			for (const [other, of] of [[instance ^ 1n, kind], [instance << 100n, kind], [instance, 31]]) {
				const absent = await ask("absenceProof", classId, toHex(other), of, interval, under);
				assert.equal(isRecorded(absent.proof, classId * 256 + of, other, body), false);
			}
		}
		await refused(-32_115, "absenceProof", classId, id, kind, interval);
		await refused(-32_116, "bitProof", classId, id, 31, interval);
	}

	const state = await ask("stateProof", classId, id);
	const body = await bodyOf(api, state.interval, state.shown);
	const leaf = stateOf(state.proof, classId, instance, body);
	assert.deepEqual([leaf.holder, leaf.next_seq], [holder, kinds.length]);
	assert.throws(() => stateOf({ leaf, path: flipped(state.proof.path) }, classId, instance, body));
	const { holder: told, nextSeq } = await ask("instanceState", classId, id);
	assert.deepEqual([told, nextSeq], [holder, kinds.length]);
	const none = await ask("stateProof", classId, toHex(instance + 1n));
	const noneBody = await bodyOf(api, none.interval, none.shown);
	assert.equal(stateOf(none.proof, classId, instance + 1n, noneBody), undefined);

	if (snapshot.interval > 1) {
		await bodyOf(api, 1, await ask("historyProof", 1, snapshot.interval));
	}
	await refused(-32_110, "snapshot", 1_000_000);
	await refused(-32_112, "operationProof", `0x${"77".repeat(32)}`);
	await refused(-32_113, "historyProof", snapshot.interval, snapshot.interval - 1);
	await refused(-32_114, "bitProof", classId, id, 32, 1);

	const expected = operations.filter(({ kind }) => kind === kinds[0]);
	const attested = await new Promise((resolve, reject) => {
		const found = [];
		const told = (error, it) => {
			if (error || found.push(it) === expected.length) {
				error ? reject(error) : resolve(found);
			}
		};
		provider.subscribe("smartlayer_attestation", "smartlayer_attestations", [classId], told).catch(reject);
	});
	assert.deepEqual(attested, expected);
	// Nothing is kept from before the first interval: whoever asks from there is not told that there was nothing.
	const early = { interval: 0, index: 1 };
	await assert.rejects(
		provider.subscribe("smartlayer_attestation", "smartlayer_attestations", [classId, early], () => {}),
		(error) => error.code === -32_111,
	);
	await refused(-32_111, "operations", classId, id, early);
	return operations.length;
}
