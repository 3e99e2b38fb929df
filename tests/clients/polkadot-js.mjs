// Connects with @polkadot/api and sees a transfer into a finalised block.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Keyring } from "@polkadot/api";
import { connect, finalised } from "./chain.mjs";
import { check, ONE_SLN, PROPERTIES } from "./check.mjs";

check("@polkadot/api", ["<WebSocket URL>"], async (url) => {
	const api = await connect(url);
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
	const { events, hash, number } = await finalised(api, transfer, keyring.addFromUri("//Alice"));
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
