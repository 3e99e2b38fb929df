// Reads the anchor set of a running Smart Layer chain: the only place that knows the chain's runtime API.
//
// Called are `CommitmentsApi::current_interval() -> u64` and `CommitmentsApi::set_of(u64) -> Option<AnchorSet>`, where
// AnchorSet is { set_id: u64, hash: H256, members: Vec<{ account: [u8; 32], key: [u8; 33], address: H160 }> }.
import { bytesToHex, hexToBytes } from "viem";
import { setHash } from "../reference/formats.mjs";

const ACCOUNT_AND_KEY = 32 + 33;

/** JSON-RPC over HTTP. */
async function call(url, method, params) {
	const response = await fetch(url, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
		signal: AbortSignal.timeout(30_000),
	});
	const answer = await response.json();
	if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
	return answer.result;
}

/** Reads SCALE from the front. */
class Reader {
	constructor(hex) {
		this.bytes = hexToBytes(hex);
		this.at = 0;
	}

	take(size) {
		if (this.at + size > this.bytes.length) throw new Error("the chain's answer ends too early");
		this.at += size;
		return this.bytes.subarray(this.at - size, this.at);
	}

	u64() {
		const bytes = this.take(8);
		return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
	}

	/** A compact number below 2^14: no set is larger. */
	length() {
		const [first] = this.take(1);
		if (first % 4 === 0) return first >> 2;
		if (first % 4 === 1) return ((first | (this.take(1)[0] << 8)) >> 2);
		throw new Error("no set has so many members");
	}

	end() {
		if (this.at !== this.bytes.length) throw new Error("the chain's answer has surplus bytes");
	}
}

/** The set in SCALE, checked: what this project's formats don't agree on must not be deployed. */
export function decodeAnchorSet(hex) {
	const reader = new Reader(hex);
	if (reader.take(1)[0] !== 1) throw new Error("the chain knows no set for this interval");
	const set_id = reader.u64();
	const hash = bytesToHex(reader.take(32));
	const members = Array.from({ length: reader.length() }, () => {
		reader.take(ACCOUNT_AND_KEY);
		return bytesToHex(reader.take(20));
	});
	reader.end();
	if (members.some((member, index) => index > 0 && BigInt(members[index - 1]) >= BigInt(member))) {
		throw new Error("the chain's members do not ascend");
	}
	if (setHash({ set_id, members }) !== hash) throw new Error("the chain hashes the set in another way");
	return { set_id, hash, members };
}

/** The set of the open interval, as of the last final block. */
export async function readAnchorSet(url) {
	const block = await call(url, "chain_getFinalizedHead", []);
	const interval = await call(url, "state_call", ["CommitmentsApi_current_interval", "0x", block]);
	return decodeAnchorSet(await call(url, "state_call", ["CommitmentsApi_set_of", interval, block]));
}
