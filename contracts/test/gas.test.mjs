// What a sender pays for a post on a real chain is what the gas snapshot says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPublicClient, createWalletClient, http } from "viem";
import { privateKeyToAccount, privateKeyToAddress } from "viem/accounts";
import { bodyHash, setHash, snapshotDigest, snapshotHash } from "../reference/formats.mjs";
import { anchorKey } from "../reference/network.mjs";
import { compactSignature } from "../reference/signing.mjs";
import { DEPLOYER_KEY, withAnvil } from "./anvil.mjs";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
const { abi, bytecode } = read("../out/SmartLayerBridge.sol/SmartLayerBridge.json");
const MEMBERS = 21;
const QUORUM = 15;

const anchors = Array.from({ length: MEMBERS }, (_, index) => anchorKey(100 + index))
	.map((key) => ({ key, address: privateKeyToAddress(key) }))
	.sort((one, other) => (BigInt(one.address) < BigInt(other.address) ? -1 : 1));
const set = { set_id: 1, members: anchors.map(({ address }) => address) };

/** The arguments of a post by the lowest members that are a quorum. */
async function postOf(contract, interval) {
	const word = snapshotDigest({ chain_id: 1, contract }, setHash(set));
	const body = {
		parent: word, history_root: word, bitmap_root: word, operations_root: word, state_root: word,
		operation_count: interval, cut_hash: word, block_hash: word, block_number: interval, block_time: interval,
	};
	const snapshot = { interval, set_id: set.set_id, next_set_hash: setHash(set), body };
	const digest = snapshotDigest({ chain_id: 31337, contract }, snapshotHash(snapshot));
	const signatures = await Promise.all(anchors.slice(0, QUORUM).map(({ key }) => compactSignature(key, digest)));
	return [
		interval,
		set.set_id,
		snapshot.next_set_hash,
		bodyHash(body),
		(1n << BigInt(QUORUM)) - 1n,
		signatures.map((it) => ({ r: it.slice(0, 66), vs: `0x${it.slice(66)}` })),
	];
}

test("a post with 15 of 21 signatures costs at most 105,000 gas once the ring is full", async () => {
	await withAnvil(async (evm) => {
		const reader = createPublicClient({ transport: http(evm), pollingInterval: 20 });
		const wallet = createWalletClient({ account: privateKeyToAccount(DEPLOYER_KEY), transport: http(evm) });
		const receiptOf = async (hash) => reader.waitForTransactionReceipt({ hash });
		const args = [set.set_id, set.members];
		const { contractAddress } = await receiptOf(await wallet.deployContract({ abi, bytecode: bytecode.object, args, chain: null }));
		const post = async (interval) =>
			receiptOf(
				await wallet.writeContract({ address: contractAddress, abi, functionName: "post", args: await postOf(contractAddress, interval), chain: null }),
			);
		// A stride that shares no factor with the ring uses all its slots, one stride of 64 the same slot every time.
		await post(1);
		const costs = [];
		for (const interval of [65, 129, 193, 257, 321]) costs.push(Number((await post(interval)).gasUsed));
		const expected = Number(read("../snapshots/post.json")["15 of 21 signatures"]);
		for (const cost of costs) {
			assert.ok(cost <= 105_000, `${cost} gas`);
			// A zero byte of call data is twelve gas cheaper than another, and signatures have some.
			assert.ok(Math.abs(cost - expected) <= 200, `${cost} gas, the snapshot says ${expected}`);
		}
	});
});
