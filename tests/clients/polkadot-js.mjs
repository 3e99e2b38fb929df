// Connects with @polkadot/api and sees a transfer into a finalised block.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ApiPromise, Keyring, WsProvider } from "@polkadot/api";
import { check, ONE_SLN, PROPERTIES } from "./check.mjs";

// Extensions that carry nothing, but that this version of the client does not know by itself.
const SIGNED_EXTENSIONS = { AuthorizeCall: { extrinsic: {}, payload: {} } };

check("@polkadot/api", ["<WebSocket URL>"], async (url) => {
	const api = await ApiPromise.create({
		provider: new WsProvider(url),
		signedExtensions: SIGNED_EXTENSIONS,
	});
	const { chainSS58, chainDecimals, chainTokens } = api.registry;
	assert.deepEqual(
		{ ss58Format: chainSS58, tokenDecimals: chainDecimals, tokenSymbol: chainTokens },
		{
			ss58Format: PROPERTIES.ss58Format,
			tokenDecimals: [PROPERTIES.tokenDecimals],
			tokenSymbol: [PROPERTIES.tokenSymbol],
		},
	);

	const keyring = new Keyring({ type: "sr25519", ss58Format: chainSS58 });
	const recipient = keyring.encodeAddress(randomBytes(32));
	const transfer = api.tx.balances.transferKeepAlive(recipient, ONE_SLN);
	const { events, hash, number } = await finalised(transfer, keyring.addFromUri("//Alice"));
	assert(
		events.some(({ event }) => api.events.system.ExtrinsicSuccess.is(event)),
		`no ExtrinsicSuccess among ${events.map(({ event }) => `${event.section}.${event.method}`)}`,
	);

	const account = await (await api.at(hash)).query.system.account(recipient);
	assert.equal(account.data.free.toBigInt(), ONE_SLN);
	return {
		block: number,
		hash: hash.toHex(),
		specName: api.runtimeVersion.specName.toString(),
		specVersion: api.runtimeVersion.specVersion.toNumber(),
		metadata: api.runtimeMetadata.version,
	};
});

/** Signs and sends; resolves with where the transaction was finalised, and its events. */
function finalised(transaction, signer) {
	return new Promise((resolve, reject) => {
		transaction
			.signAndSend(signer, ({ blockNumber, events, isError, status }) => {
				if (isError) {
					reject(new Error(`the transaction ended as ${status.type}`));
				} else if (status.isFinalized) {
					resolve({ events, hash: status.asFinalized, number: blockNumber.toNumber() });
				}
			})
			.catch(reject);
	});
}
