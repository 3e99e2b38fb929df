// Synchronises with smoldot, a light client, and reads a finalised block and state that it verified itself.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createClient } from "polkadot-api";
import { getSmProvider } from "polkadot-api/sm-provider";
import { start } from "smoldot";
import { check } from "./check.mjs";

const WARN = 2;

check("smoldot", ["<raw chain specification with boot nodes>"], async (path, least = "3") => {
	const smoldot = start({
		maxLogLevel: WARN,
		logCallback: (_level, target, message) => console.error(`${target}: ${message}`),
	});
	const chain = await smoldot.addChain({ chainSpec: await readFile(path, "utf8") });
	const client = createClient(getSmProvider(() => chain));

	const block = await finalised(client, Number(least));
	const header = await client.getBlockHeader(block.hash);
	assert.equal(header.number, block.number);
	// The runtime's own count comes with a proof against the header's state root.
	const { System } = client.getUnsafeApi().query;
	assert.equal(await System.Number.getValue({ at: block.hash }), block.number);
	return { block: block.number, hash: block.hash, stateRoot: header.stateRoot };
});

/**
 * Resolves with the first finalised block whose number is at least `least`.
 *
 * The block stays pinned: reading it starts with the metadata, which a light client fetches from its peers, and on a
 * busy machine the next block may be final before that is done.
 */
function finalised(client, least) {
	return new Promise((resolve, reject) => {
		client.finalizedBlock$.subscribe({
			next: (block) => {
				if (block.number >= least) {
					client.hodlBlock(block.hash);
					resolve(block);
				}
			},
			error: reject,
		});
	});
}
