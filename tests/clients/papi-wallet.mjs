// A wallet on polkadot-api (PAPI) that holds Alice's key and knows the chain by its metadata alone.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { sr25519CreateDerive } from "@polkadot-labs/hdkd";
import { DEV_MINI_SECRET } from "@polkadot-labs/hdkd-helpers";
import { AccountId, createClient, Enum } from "polkadot-api";
import { getPolkadotSigner } from "polkadot-api/signer";
import { getWsProvider } from "polkadot-api/ws";
import { WebSocket } from "ws";
import { ONE_SLN, PROPERTIES } from "./check.mjs";

const alice = sr25519CreateDerive(DEV_MINI_SECRET)("//Alice");

/** Alice's signer. */
export const signer = getPolkadotSigner(alice.publicKey, "Sr25519", alice.sign);

/** Connects to a node; this version of Node.js may have no WebSocket of its own. */
export function connect(url) {
	return createClient(getWsProvider(url, { websocketClass: WebSocket }));
}

/** A transfer of one SLN to an account that nobody used before. */
export function transferToNewAccount(client) {
	const recipient = AccountId(PROPERTIES.ss58Format).dec(randomBytes(32));
	const transfer = client.getUnsafeApi().tx.Balances.transfer_keep_alive({
		dest: Enum("Id", recipient),
		value: ONE_SLN,
	});
	return { recipient, transfer };
}

/** Checks that a finalised transfer succeeded and that the recipient has the money in that block. */
export async function assertReceived(client, recipient, { block, dispatchError, events, ok }) {
	assert(ok, `dispatch error ${JSON.stringify(dispatchError)}`);
	assert(
		events.some(({ type, value }) => type === "System" && value.type === "ExtrinsicSuccess"),
		`no ExtrinsicSuccess among ${events.map(({ type, value }) => `${type}.${value.type}`)}`,
	);
	const { System } = client.getUnsafeApi().query;
	const account = await System.Account.getValue(recipient, { at: block.hash });
	assert.equal(account.data.free, ONE_SLN);
}
