// Signs the hash of the metadata, as offline wallets do: the runtime's own is accepted, any other is refused.

import assert from "node:assert/strict";
import { InvalidTxError } from "polkadot-api";
import { withMetadataHash } from "polkadot-api/signer";
import { check, PROPERTIES } from "./check.mjs";
import { assertReceived, connect, signer, transferToNewAccount } from "./papi-wallet.mjs";

// The prefix and the name are in the metadata: naming them makes the client compare.
const NETWORK = {
	base58Prefix: PROPERTIES.ss58Format,
	decimals: PROPERTIES.tokenDecimals,
	specName: "smartlayer",
	tokenSymbol: PROPERTIES.tokenSymbol,
};

// The version that RFC 78 takes the hash of; left alone, the client takes the newest.
const METADATA_VERSION = 15;

check("polkadot-api with a metadata hash", ["<WebSocket URL>"], async (url) => {
	const client = connect(url);
	const metadata = await client.getUnsafeApi().apis.Metadata.metadata_at_version(METADATA_VERSION);
	const offline = (network) => {
		const { publicKey, signBytes, signTx } = withMetadataHash(network, signer);
		return {
			publicKey,
			signBytes,
			signTx: (call, extensions, _newest, ...rest) => signTx(call, extensions, metadata, ...rest),
		};
	};
	const { recipient, transfer } = transferToNewAccount(client);

	// First the refusal: without it, acceptance could as well mean that the extension is off.
	await assert.rejects(transfer.signAndSubmit(offline({ ...NETWORK, decimals: 12 })), (error) => {
		assert(error instanceof InvalidTxError, error);
		assert.equal(error.error.type, "Invalid");
		assert.equal(error.error.value.type, "BadProof");
		return true;
	});

	const finalised = await transfer.signAndSubmit(offline(NETWORK));
	await assertReceived(client, recipient, finalised);
	return { block: finalised.block.number, hash: finalised.block.hash };
});
