// Records operations with anchors, with a wallet of Ethereum (viem) and one of Substrate: a ticket is issued, handed on,
// and handed on twice at once; each is watched until a snapshot holds it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Keyring } from "@polkadot/api";
import { hashTypedData } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

// Two intervals of a minute, and the turns after each.
process.env.CLIENT_DEADLINE_SECONDS ??= "420";
const { check, ONE_SLN } = await import("./check.mjs");
const { connect, finalised, only } = await import("./chain.mjs");

// How an account on Ethereum is written in the thirty-two bytes of an account here.
const EVM_SUFFIX = "ee".repeat(12);
const NO_HOLDER = `0x${"00".repeat(32)}`;

const TYPES = {
	Operation: [
		{ name: "class", type: "uint32" },
		{ name: "instance", type: "uint256" },
		{ name: "seq", type: "uint64" },
		{ name: "kind", type: "uint8" },
		{ name: "actor", type: "bytes32" },
		{ name: "to", type: "bytes32" },
		{ name: "data", type: "bytes32" },
		{ name: "time_ms", type: "uint64" },
	],
};

const [ISSUE, TRANSFER] = [0, 1];
const RULES = [
	{ name: "issue", signer: "Issuer", once: true, setsHolder: true },
	{ name: "transfer", signer: "Holder", requires: 1, setsHolder: true },
];

check("operations", ["<WebSocket URLs>"], async (...urls) => {
	const apis = await Promise.all(urls.map(connect));
	const [api, other] = apis;
	const keyring = new Keyring({ type: "sr25519", ss58Format: api.registry.chainSS58 });
	const issuer = keyring.addFromSeed(randomBytes(32));
	const funding = api.tx.balances.transferKeepAlive(issuer.address, 100n * ONE_SLN);
	await finalised(api, funding, keyring.addFromUri("//Alice"));
	const classId = await registerTickets(api, issuer);
	// The next interval's first block is the first whose state knows the class.
	await nextInterval(api);

	const domain = { name: "Smart Layer", version: "1", salt: api.genesisHash.toHex() };
	const [first, second, third] = Array.from({ length: 3 }, () => wallet(domain));
	const seller = substrate(domain, issuer);
	const ticket = (seq, kind, to) => ({
		class: classId,
		instance: 7n,
		seq,
		kind,
		to,
		data: `0x${randomBytes(32).toString("hex")}`,
	});

	await assertRefused(api, seller, ticket(0, ISSUE, first.account));
	const issued = await watch(api, await seller.sign(ticket(0, ISSUE, first.account)));
	const issuedMs = await issued.until("final");
	// The predecessor is final, so its successor need not wait for a snapshot, at whatever anchor.
	const handed = await watch(other, await first.sign(ticket(1, TRANSFER, second.account)));
	const handedMs = await handed.until("final");

	// The holder signs twice at once and gives each to another anchor: one becomes final, and never the other.
	const both = await Promise.all(
		[third, first].map((to) => second.sign(ticket(2, TRANSFER, to.account))),
	);
	const rivals = await Promise.all(both.map((it, index) => watch(apis[index], it)));
	const snapshotMs = await Promise.all([issued, handed].map((it) => it.until("inSnapshot")));
	const decided = rivals.map(async (it) => {
		await Promise.race([it.until("inSnapshot"), it.until("refused")]);
		return it.steps.at(-1);
	});
	const [winner, loser] = (await Promise.all(decided)).sort((one, two) => (one.step < two.step ? -1 : 1));
	assert.equal(winner.step, "inSnapshot");
	assert.deepEqual([loser.step, loser.reason, loser.isFinal], ["refused", "SlotTaken", true]);
	return { class: classId, finalMs: [issuedMs, handedMs], snapshotMs };
});

async function registerTickets(api, issuer) {
	const registration = {
		contract: { chainId: 1, address: randomBytes(20) },
		sources: { scriptUri: "https://issuer.example/script.tsml", scriptHash: randomBytes(32) },
		service: {
			sla: { availability: 0, latencyP50: 1_000, latencyP95: 1_000, latencyP99: 1_000, throughput: 0 },
			redundancy: { nodes: 3, enough: 2 },
		},
		shards: 4,
		terms: { share: 0, account: issuer.address },
		operators: [],
		rules: RULES,
	};
	const { events } = await finalised(api, api.tx.tokenRegistry.register(registration, ONE_SLN), issuer);
	return only(api.events.tokenRegistry.Registered, events).class.toNumber();
}

/** Resolves when the first block of the next interval is final. */
async function nextInterval(api) {
	const interval = async () => {
		const at = await api.at(await api.rpc.chain.getFinalizedHead());
		return (await at.call.commitmentsApi.currentInterval()).toNumber();
	};
	const before = await interval();
	await new Promise((resolve, reject) => {
		const look = async () => (await interval()) > before && resolve();
		api.rpc.chain.subscribeFinalizedHeads(() => look().catch(reject)).catch(reject);
	});
}

/** What both kinds of wallets make of an operation for the JSON-RPC. */
function signed(actor, operation, signature) {
	const { instance, timeMs, ...rest } = operation;
	return { ...rest, instance: `0x${instance.toString(16)}`, actor, timeMs, signature };
}

function typed(domain, actor, { timeMs, ...operation }) {
	const message = { ...operation, actor, time_ms: BigInt(timeMs), seq: BigInt(operation.seq) };
	return { domain, types: TYPES, primaryType: "Operation", message };
}

/** A wallet of Ethereum: it shows the operation's fields and signs them. */
function wallet(domain) {
	const signer = privateKeyToAccount(generatePrivateKey());
	const account = `${signer.address.toLowerCase()}${EVM_SUFFIX}`;
	const sign = async (unsigned) => {
		const operation = { ...unsigned, timeMs: Date.now() };
		const evm = await signer.signTypedData(typed(domain, account, operation));
		return signed(account, operation, { evm });
	};
	return { account, sign };
}

/** A wallet of Substrate: it signs the same digest. */
function substrate(domain, pair) {
	const account = `0x${Buffer.from(pair.publicKey).toString("hex")}`;
	const sign = async (unsigned) => {
		const operation = { ...unsigned, timeMs: Date.now() };
		const digest = hashTypedData(typed(domain, account, operation));
		const signature = pair.sign(Buffer.from(digest.slice(2), "hex"));
		return signed(account, operation, { sr25519: `0x${Buffer.from(signature).toString("hex")}` });
	};
	return { account, sign };
}

/** An operation that says something else than was signed is refused with a code and a reason. */
async function assertRefused(api, signer, unsigned) {
	const operation = { ...(await signer.sign(unsigned)), kind: TRANSFER };
	await assert.rejects(api._rpcCore.provider.send("smartlayer_submitOperation", [operation]), (error) => {
		assert.equal(error.code, -32_100, error.message);
		assert.deepEqual(error.data, { reason: "BadSignature", isFinal: true });
		return true;
	});
}

/** Gives an operation to an anchor and collects the steps of its life. */
async function watch(api, operation) {
	const began = Date.now();
	const steps = [];
	const waiting = [];
	const told = (error, step) => {
		assert(!error, error);
		// An operation that may be given again is not refused for good.
		if (step.step === "refused" && !step.isFinal) {
			return;
		}
		steps.push({ ...step, afterMs: Date.now() - began });
		waiting.forEach((look) => look());
	};
	const { provider } = api._rpcCore;
	await provider.subscribe("smartlayer_operation", "smartlayer_watchOperation", [operation], told);
	const until = (wanted) =>
		new Promise((resolve) => {
			const look = () => {
				const found = steps.find(({ step }) => step === wanted);
				if (found) {
					resolve(found.afterMs);
				}
			};
			waiting.push(look);
			look();
		});
	return { steps, until };
}
