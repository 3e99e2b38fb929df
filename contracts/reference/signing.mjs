// Signatures of anchors, as wallets give them and in the 64 bytes of EIP-2098.
import { concat, serializeSignature, toHex } from "viem";
import { sign } from "viem/accounts";

/** `r`, then `s` with the parity in its highest bit. */
export async function compactSignature(key, digest) {
	const { r, s, yParity } = await sign({ hash: digest, privateKey: key });
	return concat([r, toHex(BigInt(s) | (BigInt(yParity) << 255n), { size: 32 })]);
}

/** `r`, `s` and `v`, 65 bytes. */
export async function fullSignature(key, digest) {
	return serializeSignature(await sign({ hash: digest, privateKey: key }));
}
