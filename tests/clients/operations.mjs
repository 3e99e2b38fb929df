// Records operations with anchors, with a wallet of Ethereum (viem) and one of Substrate: a ticket is issued, handed on,
// and handed on twice at once; each is watched until a snapshot holds it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

// Two intervals of a minute, and the turns after each.
process.env.CLIENT_DEADLINE_SECONDS ??= "420";
const { check } = await import("./check.mjs");
const { connect } = await import("./chain.mjs");
const { domainOf, fundedIssuer, ISSUE, nextInterval, registerTickets, substrate, TRANSFER, wallet } = await import(
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
