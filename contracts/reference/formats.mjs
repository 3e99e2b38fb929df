// How everything that an EVM contract may see is hashed; FORMATS.md in code.
import { encodeAbiParameters, hashTypedData, keccak256, toBytes, toHex } from "viem";

const tag = (name) => keccak256(toBytes(`SmartLayer.${name}.v1`));

export const TAGS = {
	set: tag("Set"),
	snapshot: tag("Snapshot"),
	snapshot_body: tag("SnapshotBody"),
	operation: tag("Operation"),
	bitmap_key: tag("BitmapKey"),
	bitmap_word: tag("BitmapWord"),
	state: tag("State"),
	history: tag("History"),
};

/** One above the largest key of the upper bitmap tree. */
export const END_OF_KEYS = 2n ** 40n;
/** One above the largest word index of a lower bitmap tree. */
export const END_OF_WORDS = 2n ** 248n;
/** What follows the largest key of the state tree. */
export const END_OF_STATES = 2n ** 256n - 1n;
export const ZERO = toHex(0, { size: 32 });

/** Keccak-256 of `abi.encode` of some values, each given as [type, value]. */
export const hashOf = (...values) =>
	keccak256(encodeAbiParameters(values.map(([type]) => ({ type })), values.map(([, value]) => value)));

export const setHash = ({ set_id, members }) =>
	hashOf(["bytes32", TAGS.set], ["uint64", set_id], ["address[]", members]);

export const bodyHash = (body) =>
	hashOf(
		["bytes32", TAGS.snapshot_body],
		["bytes32", body.parent],
		["bytes32", body.history_root],
		["bytes32", body.bitmap_root],
		["bytes32", body.operations_root],
		["bytes32", body.state_root],
		["uint64", body.operation_count],
		["bytes32", body.cut_hash],
		["bytes32", body.block_hash],
		["uint64", body.block_number],
		["uint64", body.block_time],
	);

export const snapshotHash = (snapshot) =>
	hashOf(
		["bytes32", TAGS.snapshot],
		["uint64", snapshot.interval],
		["uint64", snapshot.set_id],
		["bytes32", snapshot.next_set_hash],
		["bytes32", bodyHash(snapshot.body)],
	);

export const operationLeaf = (interval, operation) =>
	hashOf(
		["bytes32", TAGS.operation],
		["uint64", interval],
		["uint32", operation.class],
		["uint256", operation.instance],
		["uint64", operation.seq],
		["uint8", operation.kind],
		["bytes32", operation.actor],
		["bytes32", operation.to],
		["bytes32", operation.data],
		["uint64", operation.time_ms],
	);

export const bitmapKey = (classId, kind) => BigInt(classId) * 256n + BigInt(kind);

export const bitmapKeyLeaf = ({ key, lower_root, next_key }) =>
	hashOf(["bytes32", TAGS.bitmap_key], ["uint64", key], ["bytes32", lower_root], ["uint64", next_key]);

export const bitmapWordLeaf = ({ word_index, word, next_word_index }) =>
	hashOf(
		["bytes32", TAGS.bitmap_word],
		["uint256", word_index],
		["uint256", word],
		["uint256", next_word_index],
	);

export const stateKey = (classId, instance) =>
	BigInt(hashOf(["uint32", classId], ["uint256", instance]));

export const stateLeaf = (leaf) =>
	hashOf(
		["bytes32", TAGS.state],
		["uint256", leaf.key],
		["uint32", leaf.class],
		["uint256", leaf.instance],
		["uint32", leaf.mask],
		["uint32", leaf.ever],
		["bytes32", leaf.holder],
		["uint64", leaf.next_seq],
		["uint256", leaf.next_key],
	);

export const historyLeaf = (interval, setId, hash) =>
	hashOf(["bytes32", TAGS.history], ["uint64", interval], ["uint64", setId], ["bytes32", hash]);

/** What anchors sign for one bridge. */
export const snapshotDigest = (bridge, hash) =>
	hashTypedData({
		domain: {
			name: "Smart Layer Bridge",
			version: "1",
			chainId: bridge.chain_id,
			verifyingContract: bridge.contract,
		},
		types: { Snapshot: [{ name: "snapshotHash", type: "bytes32" }] },
		primaryType: "Snapshot",
		message: { snapshotHash: hash },
	});

/** How many of `members` must sign. */
export const quorum = (members) => members - Math.floor((members - 1) / 3);
