// An operation that an anchor acknowledged, and whether a snapshot holds it: `give` registers a class and gives its first
// operation, `count` waits until as many operations as wanted are in confirmed snapshots.

import assert from "node:assert/strict";

// Two intervals of a minute, and the turns after each.
process.env.CLIENT_DEADLINE_SECONDS ??= "420";
const { check } = await import("./check.mjs");
const { connect } = await import("./chain.mjs");
const { domainOf, fundedIssuer, ISSUE, nextInterval, registerTickets, substrate, wallet } = await import(
	"./tickets.mjs"
);

check("survival", ["give | count", "<WebSocket URL>"], async (what, url, wanted) => {
	const api = await connect(url);
	return what === "give" ? give(api) : count(api, Number(wanted));
});

async function give(api) {
	const issuer = await fundedIssuer(api);
	const classId = await registerTickets(api, issuer);
	await nextInterval(api);
	const domain = domainOf(api);
	const operation = await substrate(domain, issuer).sign({
		class: classId,
		instance: 1n,
		seq: 0,
		kind: ISSUE,
		to: wallet(domain).account,
		data: `0x${"00".repeat(32)}`,
	});
	const digest = await api._rpcCore.provider.send("smartlayer_submitOperation", [operation]);
	return { digest };
}

/** Adds up what confirmed snapshots say; they say nothing that could be taken back. */
async function count(api, wanted) {
	assert(wanted >= 0, "how many operations?");
	for (;;) {
		const head = await api.rpc.chain.getFinalizedHead();
		const at = (await api.at(head)).call.commitmentsApi;
		const confirmed = (await at.lastConfirmed()).unwrapOr(null);
		const last = confirmed?.snapshot.interval.toNumber() ?? 0;
		let operations = 0;
		for (let interval = 1; interval <= last; interval++) {
			const { snapshot } = (await at.snapshot(interval)).unwrap();
			operations += snapshot.body.operationCount.toNumber();
		}
		if (operations >= wanted) {
			assert.equal(operations, wanted);
			return { operations, interval: last };
		}
		await nextInterval(api);
	}
}
