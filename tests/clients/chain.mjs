// The chain through @polkadot/api: connecting, sending, and reading what came of it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ApiPromise, WsProvider } from "@polkadot/api";
import { ONE_SLN } from "./check.mjs";

// Extensions that carry nothing, but that this version of the client does not know by itself.
const SIGNED_EXTENSIONS = { AuthorizeCall: { extrinsic: {}, payload: {} } };

/** Connects to a node. */
export function connect(url) {
	return ApiPromise.create({ provider: new WsProvider(url), signedExtensions: SIGNED_EXTENSIONS });
}

/** What the registration of a class says whose issuer asks for a share, in millionths. */
export function registration(issuer, { share, rules }) {
	return {
		contract: { chainId: 1, address: randomBytes(20) },
		sources: { scriptUri: "https://issuer.example/script.tsml", scriptHash: randomBytes(32) },
		service: {
			sla: { availability: 0, latencyP50: 1_000, latencyP95: 1_000, latencyP99: 1_000, throughput: 0 },
			redundancy: { nodes: 3, enough: 2 },
		},
		shards: 4,
		terms: { share, account: issuer.address },
		operators: [],
		rules,
	};
}

/** Registers a class; returns where that is so, and the event. */
export async function registerClass(api, issuer, terms) {
	const call = api.tx.tokenRegistry.register(registration(issuer, terms), ONE_SLN);
	const { at, events } = await finalised(api, call, issuer);
	return { at, registered: only(api.events.tokenRegistry.Registered, events) };
}

/** The fields of the only event of its kind. */
export function only(kind, events) {
	const found = events.map(({ event }) => event).filter((event) => kind.is(event));
	const all = events.map(({ event: { section, method, data } }) => `${section}.${method}${data}`);
	assert.equal(found.length, 1, `${found.length} times ${kind.meta.name} among ${all.join(", ")}`);
	return Object.fromEntries(found[0].data.names.map((name, index) => [name, found[0].data[index]]));
}

/** Signs and sends; resolves with where the transaction succeeded in a finalised block, and its events. */
export function finalised(api, transaction, signer) {
	const { section, method } = transaction.method;
	return new Promise((resolve, reject) => {
		const heard = async ({ blockNumber, dispatchError, events, isError, status, txIndex }) => {
			if (isError && !dispatchError) {
				throw new Error(`${section}.${method} ended as ${status.type}`);
			}
			if (!status.isFinalized) {
				return;
			}
			assert(!dispatchError, `${section}.${method}: ${reason(api, dispatchError)}`);
			const hash = status.asFinalized;
			resolve({ at: await api.at(hash), events, hash, index: txIndex, number: blockNumber.toNumber() });
		};
		transaction.signAndSend(signer, (result) => heard(result).catch(reject)).catch(reject);
	});
}

/** Why a call failed, in words. */
function reason(api, error) {
	if (!error?.isModule) {
		return `${error}`;
	}
	const { docs, name, section } = api.registry.findMetaError(error.asModule);
	return `${section}.${name}: ${docs.join(" ")}`;
}
