// Calls of `post`: those that the contract takes, one after the other, and those that it refuses.
import { concat, toHex } from "viem";
import { bodyHash, snapshotDigest, snapshotHash } from "./formats.mjs";
import { anchorKey, BRIDGE, SETS, setOf } from "./network.mjs";
import { compactSignature } from "./signing.mjs";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The arguments of a post by some members of the interval's set. */
function post({ interval, snapshot, signatures }, members) {
	return {
		interval,
		set_id: snapshot.set_id,
		next_set_hash: snapshot.next_set_hash,
		body_hash: bodyHash(snapshot.body),
		signers: members.reduce((bits, member) => bits | (1n << BigInt(member)), 0n),
		signatures: members.map((member) => signatures[member].compact),
	};
}

const range = (from, to) => Array.from({ length: to - from }, (_, index) => from + index);

/** An `s` that is just above half the order: hardly any larger one fits the 255 bits of a compact signature. */
const JUST_TOO_HIGH = toHex(ORDER / 2n + 1n, { size: 32 });

export async function postCases(intervals) {
	const at = (interval) => intervals[interval - 1];
	// Intervals may be left out while the set stays: 2 and 8 are never posted.
	const accepted = [1, 3, 4, 5, 6, 7, 9, 10, 11].map((interval, turn) => {
		const { quorum, members } = setOf(interval);
		// From the lowest members, from the highest, or all.
		const signers = [range(0, quorum), range(members.length - quorum, members.length), range(0, members.length)][turn % 3];
		return { name: `interval ${interval}`, ...post(at(interval), signers) };
	});
	const after = (interval, name, error, change) => ({ name, error, after: interval, ...change });
	const three = post(at(3), [0, 1, 2]);
	const signed = async (key, interval, bridge) =>
		compactSignature(key, snapshotDigest({ ...BRIDGE, ...bridge }, at(interval).snapshot_hash));
	const under = async (bridge) => ({
		...three,
		signatures: await Promise.all(range(0, 3).map((member) => signed(SETS[0].keys[member], 3, bridge))),
	});
	const outsider = await signed(anchorKey(99), 3);
	const replaced = (index, signature) => ({
		...three,
		signatures: three.signatures.map((it, at) => (at === index ? signature : it)),
	});
	const refused = [
		after(1, "the same interval again", "IntervalNotAbove", post(at(1), [0, 1, 2])),
		after(3, "an older interval", "IntervalNotAbove", post(at(1), [0, 1, 2])),
		after(1, "signed for another chain", "WrongSigner", await under({ chain_id: 1 })),
		after(1, "signed for another contract", "WrongSigner", await under({ contract: BRIDGE.deployer })),
		after(1, "a set change skipped", "WrongSet", post(at(4), range(0, 5))),
		after(3, "signed by a set that is gone", "WrongSet", { ...post(at(4), [0, 1, 2]), set_id: 1 }),
		after(1, "one signature less than a quorum", "NoQuorum", post(at(3), [0, 1])),
		after(1, "no signature at all", "NoQuorum", post(at(3), [])),
		after(1, "one signer twice", "WrongSigner", replaced(1, three.signatures[0])),
		after(1, "signatures in another order", "WrongSigner", { ...three, signatures: three.signatures.toReversed() }),
		after(1, "a padding bit set", "SignerOutsideSet", { ...three, signers: three.signers | 16n }),
		after(1, "the highest bit set", "SignerOutsideSet", { ...three, signers: three.signers | (1n << 255n) }),
		after(1, "a bit without a signature", "WrongSigner", { ...three, signers: 15n }),
		after(1, "a signature without a bit", "SignatureCount", { ...three, signatures: [...three.signatures, outsider] }),
		after(1, "a signature of somebody else", "WrongSigner", replaced(2, outsider)),
		after(1, "a signature of zeros", "WrongSigner", replaced(0, toHex(0, { size: 64 }))),
		after(1, "r of zero", "WrongSigner", replaced(0, concat([toHex(0, { size: 32 }), `0x${three.signatures[0].slice(66)}`]))),
		after(1, "s of zero", "WrongSigner", replaced(0, concat([three.signatures[0].slice(0, 66), toHex(0, { size: 32 })]))),
		after(1, "s just above half the order", "HighS", replaced(0, concat([three.signatures[0].slice(0, 66), JUST_TOO_HIGH]))),
		after(1, "another body", "WrongSigner", { ...three, body_hash: at(2).snapshot_hash }),
		after(1, "another next set", "WrongSigner", { ...three, next_set_hash: SETS[2].set_hash }),
		after(1, "no next set", "NoNextSet", { ...three, next_set_hash: toHex(0, { size: 32 }) }),
		after(1, "another interval than signed", "WrongSigner", { ...three, interval: 2 }),
	];
	for (const it of accepted) checkAccepted(it, at(it.interval));
	return { accepted_count: accepted.length, accepted, refused_count: refused.length, refused };
}

function checkAccepted({ body_hash, ...given }, { snapshot, snapshot_hash }) {
	if (body_hash !== bodyHash(snapshot.body) || snapshotHash(snapshot) !== snapshot_hash) {
		throw new Error(`interval ${given.interval} is not what was signed`);
	}
}
