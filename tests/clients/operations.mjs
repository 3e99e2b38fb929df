// Records operations with anchors, with a wallet of Ethereum (viem) and one of Substrate: a ticket is issued, handed on,
// and handed on twice at once; each is watched until a snapshot holds it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { hashTypedData } from "viem";

// Two intervals of a minute, and the turns after each.
process.env.CLIENT_DEADLINE_SECONDS ??= "420";
const { check } = await import("./check.mjs");
const { connect } = await import("./chain.mjs");
const { checkInstance } = await import("./proofs.mjs");
const { domainOf, fundedIssuer, ISSUE, nextInterval, registerTickets, substrate, TRANSFER, typed, wallet } = await import(
	"./tickets.mjs"
);

check("operations", ["<WebSocket URLs>"], async (...urls) => {
	const apis = await Promise.all(urls.map(connect));
	const [api, other] = apis;
	const issuer = await fundedIssuer(api);
	const classId = await registerTickets(api, issuer);
	// The next interval's first block is the first whose state knows the class.
	await nextInterval(api);

	const domain = domainOf(api);
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
	const attested = attestations(api, classId);
	const issue = await seller.sign(ticket(0, ISSUE, first.account));
	const issued = await watch(api, issue);
	const issuedMs = await issued.until("final");
	const finality = await finalityProof(api, hashTypedData(typed(domain, issue.actor, { ...issue, instance: 7n })));
	// Whoever gives an operation again is told how far it is.
	const again = await watch(api, issue);
	await again.until("final");
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
	await again.until("inSnapshot");
	// Where an interval ended before it was final, it was accepted twice.
	const told = issued.steps.map((it) => it.step);
	assert.deepEqual(again.steps.map((it) => it.step), told.slice(told.lastIndexOf("accepted")));

	const { to } = both[rivals.findIndex(({ steps }) => steps.at(-1).step === "inSnapshot")];
	await isSettled(api, winner.interval);
	await checkInstance(api, classId, 7n, [ISSUE, TRANSFER, TRANSFER], to);
	// Who subscribed before was told of what the issuer signed, and of nothing else.
	assert.deepEqual((await attested).digest, finality.digest);
	return { class: classId, finalMs: [issuedMs, handedMs], snapshotMs, finality };
});

/** The proof that an operation is final, and what the chain says of its interval: for a verifier in Rust. */
async function finalityProof(api, digest) {
	const { interval, proof } = await api._rpcCore.provider.send("smartlayer_finalityProof", [digest]);
	const { start } = (await api.call.commitmentsApi.interval(interval)).unwrap();
	const first = (await api.at(await api.rpc.chain.getBlockHash(start))).call.commitmentsApi;
	const base = (await first.lastConfirmed()).unwrapOr(null);
	const [genesis, set] = [api.genesisHash.toHex(), (await first.setOf(interval)).unwrap().toHex()];
	return { digest, interval, proof, genesis, set, base: base?.snapshot.body.cutHash.toHex() ?? null };
}

/** The first operation that the issuer signs from now on. */
function attestations(api, classId) {
	const { provider } = api._rpcCore;
	return new Promise((resolve, reject) => {
		const told = (error, operation) => (error ? reject(error) : resolve(operation));
		provider.subscribe("smartlayer_attestation", "smartlayer_attestations", [classId], told).catch(reject);
	});
}

/** Resolves when an anchor has settled an interval, which another one has. */
async function isSettled(api, interval) {
	for (;;) {
		const last = await api._rpcCore.provider.send("smartlayer_snapshot", []).catch(() => undefined);
		if (last?.snapshot.interval >= interval) {
			return;
		}
		await new Promise((resolve) => setTimeout(resolve, 500));
	}
}

/** Refused with a code and a reason: what says something else than was signed, and what is signed in an hour. */
async function assertRefused(api, signer, unsigned) {
	const changed = { ...(await signer.sign(unsigned)), kind: TRANSFER };
	const early = await signer.sign(unsigned, Date.now() + 3_600_000);
	for (const [operation, data] of [
		[changed, { reason: "BadSignature", isFinal: true }],
		[early, { reason: "InFuture", isFinal: false }],
	]) {
		await assert.rejects(api._rpcCore.provider.send("smartlayer_submitOperation", [operation]), (error) => {
			assert.equal(error.code, -32_100, error.message);
			assert.deepEqual(error.data, data);
			return true;
		});
	}
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
