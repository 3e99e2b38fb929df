// Runs one client's check under a deadline: one JSON line if it passes, a reason and exit code 1 if not.

import assert from "node:assert/strict";

const DEADLINE_SECONDS = Number(process.env.CLIENT_DEADLINE_SECONDS ?? 120);

/** What every client must find on the chain. */
export const PROPERTIES = { ss58Format: 42, tokenDecimals: 18, tokenSymbol: "SLN" };

/** What the checks transfer. */
export const ONE_SLN = 10n ** BigInt(PROPERTIES.tokenDecimals);

/**
 * Runs `run` with the command line's arguments, of which `usage` names the ones that must be there; what it returns
 * is printed beside the name of the client.
 */
export async function check(client, usage, run) {
	// Standard output is for the result: what clients log goes where errors go.
	console.log = console.info = console.debug = console.error;
	const fail = (reason) => {
		console.error(`${client}: ${reason}`);
		process.exit(1);
	};
	// Clients work in the background: what fails there must not pass for success.
	process.on("uncaughtException", (error) => fail(describe(error)));
	if (!(DEADLINE_SECONDS > 0)) {
		fail("CLIENT_DEADLINE_SECONDS is not a number of seconds");
	}
	setTimeout(() => fail(`not done after ${DEADLINE_SECONDS} s`), DEADLINE_SECONDS * 1000);
	try {
		const args = process.argv.slice(2);
		assert(args.length >= usage.length, `arguments missing: ${usage.join(" ")}`);
		const result = await run(...args);
		// Clients leave sockets and timers open, so it is the written line that ends the process.
		process.stdout.write(`${JSON.stringify({ client, ...result })}\n`, () => process.exit(0));
	} catch (error) {
		fail(describe(error));
	}
}

function describe(error) {
	const details = error?.error ? ` ${JSON.stringify(error.error)}` : "";
	return `${error?.stack ?? error}${details}`;
}
