// Connects with polkadot-api, over the JSON-RPC methods of light clients, and sees a transfer into a finalised block.

import assert from "node:assert/strict";
import { check, PROPERTIES } from "./check.mjs";
import { assertReceived, connect, signer, transferToNewAccount } from "./papi-wallet.mjs";

check("polkadot-api", ["<WebSocket URL>"], async (url) => {
	const client = connect(url);
	const { properties } = await client.getChainSpecData();
	assert.deepEqual(properties, PROPERTIES);
	const version = await client.getUnsafeApi().constants.System.Version();
	assert.equal(version.spec_name, "smartlayer");

	const { recipient, transfer } = transferToNewAccount(client);
	const finalised = await transfer.signAndSubmit(signer);
	await assertReceived(client, recipient, finalised);
	return {
		block: finalised.block.number,
		hash: finalised.block.hash,
		specName: version.spec_name,
		specVersion: version.spec_version,
	};
});
