// A development EVM chain for a test, on a port of its own.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createPublicClient, http } from "viem";

const BINARY =
	process.env.ANVIL ?? new URL("../node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil", import.meta.url).pathname;

/** The secret of the first account, which every development chain knows. */
export const DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

export const freePort = () =>
	new Promise((resolve, reject) => {
		const server = createServer().on("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const { port } = server.address();
			server.close(() => resolve(port));
		});
	});

/** Starts the chain and runs something with its address; stops it whatever happens. */
export async function withAnvil(use) {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const anvil = spawn(BINARY, ["--port", port, "--hardfork", "prague", "--silent"], { stdio: "inherit" });
	try {
		await isReady(url, Date.now() + 30_000);
		return await use(url);
	} finally {
		anvil.kill();
	}
}

async function isReady(url, deadline) {
	const client = createPublicClient({ transport: http(url, { retryCount: 0 }) });
	while (Date.now() < deadline) {
		try {
			return await client.getChainId();
		} catch {
			await sleep(50);
		}
	}
	throw new Error("the development chain did not start");
}
