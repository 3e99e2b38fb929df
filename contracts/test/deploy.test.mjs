// The deploy script against a chain that answers as Smart Layer does, and the shared vectors as real transactions.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { concat, createPublicClient, createWalletClient, http, numberToHex, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { decodeAnchorSet } from "../scripts/anchor-set.mjs";
import { DEPLOYER_KEY, withAnvil } from "./anvil.mjs";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../../tests/vectors/${name}.json`, import.meta.url)));
const { abi } = JSON.parse(readFileSync(new URL("../out/SmartLayerBridge.sol/SmartLayerBridge.json", import.meta.url)));
const { sets } = vectors("sets");
const { bridge } = vectors("formats");

const littleEndian = (number) => `0x${numberToHex(number, { size: 8 }).slice(2).match(/../g).toReversed().join("")}`;

/** `Some(AnchorSet)` in SCALE. */
const encodeSet = ({ set_id, set_hash, members }) =>
	concat([
		"0x01",
		littleEndian(set_id),
		set_hash,
		toHex(members.length << 2, { size: 1 }),
		...members.flatMap((member) => [toHex(7, { size: 32 }), toHex(9, { size: 33 }), member]),
	]);

/** Answers what the script asks; everything else is a mistake. */
async function withSmartLayer(set, use) {
	const answers = {
		chain_getFinalizedHead: () => toHex(1, { size: 32 }),
		state_call: ([name, argument, block]) => {
			assert.equal(block, toHex(1, { size: 32 }));
			if (name === "CommitmentsApi_current_interval") return littleEndian(3);
			assert.equal(name, "CommitmentsApi_set_of");
			assert.equal(argument, littleEndian(3));
			return encodeSet(set);
		},
	};
	const server = createServer(async (request, response) => {
		let body = "";
		for await (const part of request) body += part;
		const { id, method, params } = JSON.parse(body);
		response.end(JSON.stringify({ jsonrpc: "2.0", id, result: answers[method](params) }));
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	try {
		return await use(`http://127.0.0.1:${server.address().port}`);
	} finally {
		server.close();
	}
}

async function deploy(smartlayer, evm, mode = 0o600) {
	const folder = mkdtempSync(join(tmpdir(), "smartlayer-"));
	try {
		const key = join(folder, "key");
		writeFileSync(key, `${DEPLOYER_KEY}\n`, { mode });
		const script = new URL("../scripts/deploy.mjs", import.meta.url).pathname;
		const given = ["--smartlayer", smartlayer, "--evm", evm, "--key-file", key];
		const { stdout } = await promisify(execFile)(process.execPath, [script, ...given]);
		return JSON.parse(stdout);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

test("the script deploys the set of the running chain, and the vectors are posted to it", async () => {
	const deployment = await withAnvil((evm) =>
		withSmartLayer(sets[0], async (smartlayer) => {
			const deployed = await deploy(smartlayer, evm);
			await postAll(evm, deployed.contract);
			return deployed;
		}),
	);
	assert.equal(deployment.contract.toLowerCase(), bridge.contract);
	assert.equal(deployment.chain_id, bridge.chain_id);
	assert.equal(deployment.set_hash, sets[0].set_hash);
	assert.deepEqual(deployment.members, sets[0].members);
});

/** Sends every accepted post as a transaction, and delivers each set when it is due. */
async function postAll(evm, address) {
	const reader = createPublicClient({ transport: http(evm), pollingInterval: 20 });
	const wallet = createWalletClient({ account: privateKeyToAccount(DEPLOYER_KEY), transport: http(evm) });
	const send = async (functionName, args) => {
		const hash = await wallet.writeContract({ address, abi, functionName, args, chain: null });
		const { status } = await reader.waitForTransactionReceipt({ hash });
		assert.equal(status, "success");
	};
	const read = (functionName, args) => reader.readContract({ address, abi, functionName, args });
	const { snapshots } = vectors("snapshots");
	for (const post of vectors("posts").accepted) {
		const current = sets.find(({ set_hash }) => set_hash === setOfPost(post).set_hash);
		assert.equal(await read("currentSetHash"), current.set_hash);
		if (current.set_id > 1) await send("deliverSet", [current.set_id, current.members]).catch(ignoreDelivered);
		const signatures = post.signatures.map((it) => ({ r: it.slice(0, 66), vs: `0x${it.slice(66)}` }));
		await send("post", [post.interval, post.set_id, post.next_set_hash, post.body_hash, BigInt(post.signers), signatures]);
		const { snapshot_hash } = snapshots[post.interval - 1];
		assert.ok(await read("isPosted", [post.interval, snapshot_hash]));
	}
	assert.equal(await read("latestInterval"), 11n);
}

const setOfPost = ({ set_id }) => sets.find((set) => set.set_id === set_id);

/** A set serves several intervals; only its first delivery counts. */
function ignoreDelivered(error) {
	assert.match(error.message, /SetAlreadyDelivered/);
}

test("a key that others can read is refused", async () => {
	await assert.rejects(deploy("http://127.0.0.1:9", "http://127.0.0.1:9", 0o644), /readable by others/);
});

test("a set that the chain hashes in another way is refused", () => {
	const set = { ...sets[0], set_hash: sets[1].set_hash };
	assert.throws(() => decodeAnchorSet(encodeSet(set)), /another way/);
});

test("answers cut short or extended are refused", () => {
	const whole = encodeSet(sets[2]);
	assert.deepEqual(decodeAnchorSet(whole).members, sets[2].members);
	assert.throws(() => decodeAnchorSet(whole.slice(0, -2)), /too early/);
	assert.throws(() => decodeAnchorSet(`${whole}00`), /surplus/);
	assert.throws(() => decodeAnchorSet("0x00"), /no set/);
});
