// A class of tickets, and the wallets that sign what happens to them.

import { randomBytes } from "node:crypto";
import { Keyring } from "@polkadot/api";
import { hashTypedData } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { finalised, registerClass } from "./chain.mjs";
import { ONE_SLN } from "./check.mjs";

// How an account on Ethereum is written in the thirty-two bytes of an account here.
const EVM_SUFFIX = "ee".repeat(12);

const TYPES = {
	Operation: [
		{ name: "class", type: "uint32" },
		{ name: "instance", type: "uint256" },
		{ name: "seq", type: "uint64" },
		{ name: "kind", type: "uint8" },
		{ name: "actor", type: "bytes32" },
		{ name: "to", type: "bytes32" },
		{ name: "data", type: "bytes32" },
		{ name: "time_ms", type: "uint64" },
	],
};

/** The kinds of the class that is registered here. */
export const [ISSUE, TRANSFER] = [0, 1];
/** Its rules. */
export const RULES = [
	{ name: "issue", signer: "Issuer", once: true, setsHolder: true },
	{ name: "transfer", signer: "Holder", requires: 1, setsHolder: true },
];

/** An account with enough for a class. */
export async function fundedIssuer(api) {
	const keyring = new Keyring({ type: "sr25519", ss58Format: api.registry.chainSS58 });
	const issuer = keyring.addFromSeed(randomBytes(32));
	const funding = api.tx.balances.transferKeepAlive(issuer.address, 100n * ONE_SLN);
	await finalised(api, funding, keyring.addFromUri("//Alice"));
	return issuer;
}

/** Under what operations of a network are signed. */
export function domainOf(api) {
	return { name: "Smart Layer", version: "1", salt: api.genesisHash.toHex() };
}

/** Registers a class of tickets; returns its number. */
export async function registerTickets(api, issuer) {
	const { registered } = await registerClass(api, issuer, { share: 0, rules: RULES });
	return registered.class.toNumber();
}

/** Resolves when the first block of the next interval is final. */
export async function nextInterval(api) {
	const interval = async () => {
		const at = await api.at(await api.rpc.chain.getFinalizedHead());
		return (await at.call.commitmentsApi.currentInterval()).toNumber();
	};
	const before = await interval();
	await new Promise((resolve, reject) => {
		const look = async () => (await interval()) > before && resolve();
		api.rpc.chain.subscribeFinalizedHeads(() => look().catch(reject)).catch(reject);
	});
}

/** What both kinds of wallets make of an operation for the JSON-RPC. */
function signed(actor, operation, signature) {
	const { instance, timeMs, ...rest } = operation;
	return { ...rest, instance: `0x${instance.toString(16)}`, actor, timeMs, signature };
}

/** An operation as EIP-712 has it. */
export function typed(domain, actor, { timeMs, ...operation }) {
	const message = { ...operation, actor, time_ms: BigInt(timeMs), seq: BigInt(operation.seq) };
	return { domain, types: TYPES, primaryType: "Operation", message };
}

/** A wallet of Ethereum: it shows the operation's fields and signs them. */
export function wallet(domain) {
	const signer = privateKeyToAccount(generatePrivateKey());
	const account = `${signer.address.toLowerCase()}${EVM_SUFFIX}`;
	const sign = async (unsigned) => {
		const operation = { ...unsigned, timeMs: Date.now() };
		const evm = await signer.signTypedData(typed(domain, account, operation));
		return signed(account, operation, { evm });
	};
	return { account, sign };
}

/** A wallet of Substrate: it signs the same digest. */
export function substrate(domain, pair) {
	const account = `0x${Buffer.from(pair.publicKey).toString("hex")}`;
	const sign = async (unsigned, timeMs = Date.now()) => {
		const operation = { ...unsigned, timeMs };
		const digest = hashTypedData(typed(domain, account, operation));
		const signature = pair.sign(Buffer.from(digest.slice(2), "hex"));
		return signed(account, operation, { sr25519: `0x${Buffer.from(signature).toString("hex")}` });
	};
	return { account, sign };
}
