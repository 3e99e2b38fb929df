#!/usr/bin/env node
// Deploys the bridge to an EVM chain, with the anchor set of a running Smart Layer chain.
import { readFileSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { createPublicClient, createWalletClient, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { readAnchorSet } from "./anchor-set.mjs";

const USAGE = `Usage: deploy.mjs --smartlayer URL --evm URL --key-file FILE [--confirmations N]

  --smartlayer     JSON-RPC of a Smart Layer node, over HTTP
  --evm            JSON-RPC of the EVM chain, over HTTP
  --key-file       file with the deployer's secret key, 0x and 64 hexadecimal digits, readable by its owner only
  --confirmations  blocks to wait for, 1 if left out

Prints the deployment as JSON. Whoever deploys has no power over the bridge afterwards.`;

const ARTIFACT = new URL("../out/SmartLayerBridge.sol/SmartLayerBridge.json", import.meta.url);

function readArguments() {
	const text = { type: "string" };
	const { values } = parseArgs({ options: { smartlayer: text, evm: text, "key-file": text, confirmations: text } });
	if (!values.smartlayer || !values.evm || !values["key-file"]) throw new Error(USAGE);
	return { ...values, confirmations: Number(values.confirmations ?? 1) };
}

function readKey(path) {
	if ((statSync(path).mode & 0o077) !== 0) throw new Error(`${path} is readable by others: chmod 600 ${path}`);
	const key = readFileSync(path, "utf8").trim();
	// Not repeated in the message, for it may be a secret that is only malformed.
	if (!/^0x[0-9a-fA-F]{64}$/.test(key)) throw new Error(`${path} has no key in hexadecimal`);
	return key;
}

async function deploy({ evm, confirmations, ...given }) {
	const account = privateKeyToAccount(readKey(given["key-file"]));
	const { set_id, hash, members } = await readAnchorSet(given.smartlayer);
	const { abi, bytecode } = JSON.parse(readFileSync(ARTIFACT, "utf8"));
	const reader = createPublicClient({ transport: http(evm) });
	const wallet = createWalletClient({ account, transport: http(evm) });
	const chain_id = await reader.getChainId();
	const transaction = await wallet.deployContract({ abi, bytecode: bytecode.object, args: [set_id, members], chain: null });
	const receipt = await reader.waitForTransactionReceipt({ hash: transaction, confirmations });
	if (receipt.status !== "success") throw new Error(`the deployment ${transaction} failed`);
	const address = receipt.contractAddress;
	const stored = await reader.readContract({ address, abi, functionName: "currentSetHash" });
	if (stored !== hash) throw new Error(`${address} stores another set: ${stored}`);
	return { chain_id, contract: address, transaction, block: Number(receipt.blockNumber), set_id: Number(set_id), set_hash: hash, members };
}

try {
	console.log(JSON.stringify(await deploy(readArguments()), null, "\t"));
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
}
