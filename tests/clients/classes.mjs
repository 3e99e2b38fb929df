// Registers many classes of tickets of one issuer, whose ed25519 seed is given, and waits until operations on them are taken.

import { Keyring } from "@polkadot/api";

process.env.CLIENT_DEADLINE_SECONDS ??= "300";
const { check, ONE_SLN } = await import("./check.mjs");
const { connect, finalised, registration } = await import("./chain.mjs");
const { nextInterval, RULES } = await import("./tickets.mjs");

/** Registrations of one transaction. */
const AT_ONCE = 25;

check("classes", ["<WebSocket URL>", "<seed>", "<count>"], async (url, seed, count) => {
	const api = await connect(url);
	const keyring = new Keyring({ type: "ed25519", ss58Format: api.registry.chainSS58 });
	const issuer = keyring.addFromSeed(Buffer.from(seed, "hex"));
	const alice = new Keyring({ type: "sr25519" }).addFromUri("//Alice");
	const funding = api.tx.balances.transferKeepAlive(issuer.address, BigInt(count) * 10n * ONE_SLN);
	await finalised(api, funding, alice);
	const classes = [];
	while (classes.length < Number(count)) {
		const some = Math.min(AT_ONCE, Number(count) - classes.length);
		const register = () => api.tx.tokenRegistry.register(registration(issuer, { share: 0, rules: RULES }), ONE_SLN);
		const { events } = await finalised(api, api.tx.utility.batchAll(Array.from({ length: some }, register)), issuer);
		const registered = events.filter(({ event }) => api.events.tokenRegistry.Registered.is(event));
		classes.push(...registered.map(({ event }) => event.data.class.toNumber()));
	}
	// The next interval's first block is the first whose state knows the classes.
	await nextInterval(api);
	return { classes };
});
