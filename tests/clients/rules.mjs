// Uses the chain's rules with @polkadot/api: a candidate and a vote, a service node, a token class, a payment channel
// from opening to closing, and what its payments burned of the total issuance.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Keyring } from "@polkadot/api";
import {
	ed25519PairFromSeed,
	ed25519Sign,
	ethereumEncode,
	keccakAsU8a,
	secp256k1PairFromSeed,
	secp256k1Sign,
} from "@polkadot/util-crypto";

// Six transactions that need each other's final blocks take longer than the one of other clients.
process.env.CLIENT_DEADLINE_SECONDS ??= "300";
const { check, ONE_SLN } = await import("./check.mjs");
const { connect, finalised, only, registerClass } = await import("./chain.mjs");

// What everybody here owns at the start: more than any bond.
const FUNDS = 20_000n * ONE_SLN;

// What the vote puts behind the candidate: above the share of total issuance without which its bond would be lost.
const STAKE = 2_000n * ONE_SLN;

// What the class's issuer asks for, in millionths. Nobody verified the class, so it is burned.
const ISSUER_SHARE = 200_000n;

const DEPOSIT = 100n * ONE_SLN;

// A promise whose parts are no round numbers.
const CUMULATIVE = 10n * ONE_SLN + 1n;
const UNIT = ONE_SLN / 7n;
const CHAIN_LENGTH = 32;

// The steps that are revealed when the payee redeems, and when it closes.
const REDEEMED_STEPS = 5;
const CLOSED_STEPS = 12;

// The events that tell of total issuance, and what they do to it.
const FALLS = ["Burned", "BurnedDebt", "BurnedHeld", "Rescinded", "Suspended"];
const RISES = ["Minted", "MintedCredit", "Issued", "Restored"];

check("@polkadot/api and the rules", ["<WebSocket URL>"], async (url) => {
	const api = await connect(url);
	const keyring = new Keyring({ type: "sr25519", ss58Format: api.registry.chainSS58 });
	const sudo = keyring.addFromUri("//Alice");
	const people = Object.fromEntries(
		["candidate", "voter", "node", "issuer", "payer"].map((name) => [
			name,
			keyring.addFromSeed(randomBytes(32)),
		]),
	);
	await fund(api, sudo, Object.values(people));

	const [approval, , classId] = await Promise.all([
		standAndVote(api, people),
		registerNode(api, people.node).then(() => activate(api, sudo, people.node)),
		registerUnverified(api, people.issuer),
	]);
	const payments = await pay(api, people, classId);
	return { approval, class: classId, ...payments };
});

async function fund(api, from, accounts) {
	const transfers = accounts.map(({ address }) => api.tx.balances.transferKeepAlive(address, FUNDS));
	const { at } = await finalised(api, api.tx.utility.batchAll(transfers), from);
	for (const { address } of accounts) {
		assert.equal((await at.query.system.account(address)).data.free.toBigInt(), FUNDS);
	}
}

/** Registers a candidate and votes for it; both are read from storage and by the runtime API. */
async function standAndVote(api, { candidate, voter }) {
	const name = "Organisation of a test";
	const profile = {
		name,
		webSite: "https://organisation.example",
		endpoint: "https://anchor.organisation.example",
		legalIdentifier: "HRB 1",
		statement: randomBytes(32),
	};
	await finalised(api, api.tx.anchorElections.register(profile), candidate);
	const vote = api.tx.anchorElections.vote(STAKE, [candidate.address]);
	const { at } = await finalised(api, vote, voter);

	const { candidates, ballots, profiles } = at.query.anchorElections;
	const candidacy = (await candidates(candidate.address)).unwrap();
	assert.equal(candidacy.approval.toBigInt(), STAKE);
	assert.equal((await profiles(candidate.address)).unwrap().name.toUtf8(), name);
	const ballot = (await ballots(voter.address)).unwrap();
	assert.equal(ballot.stake.toBigInt(), STAKE);
	const named = ballot.candidates.map(([account, id]) => [account.toString(), id.toNumber()]);
	assert.deepEqual(named, [[candidate.address, candidacy.id.toNumber()]]);
	const { data } = await at.query.system.account(voter.address);
	assert.equal(data.reserved.toBigInt(), STAKE, "the stake is not held");

	const elections = at.call.anchorElectionsApi;
	const listed = (await elections.candidates(null, 100)).find(({ account }) =>
		account.eq(candidate.address),
	);
	assert(listed, "the runtime API does not list the candidate");
	assert.equal(listed.name.toUtf8(), name);
	assert.equal(listed.approval.toBigInt(), STAKE);
	assert.equal(listed.bond.toBigInt(), candidacy.bond.toBigInt());
	assert(listed.seated.isFalse && listed.hasKeys.isFalse);
	const votes = await elections.votesOf(voter.address);
	assert.equal(votes.stake.toBigInt(), STAKE);
	assert.deepEqual(votes.candidates.map(String), [candidate.address]);
	return STAKE.toString();
}

/** Registers a service node, whose peer key signs for it. */
async function registerNode(api, node) {
	const peer = ed25519PairFromSeed(randomBytes(32));
	const host = `${Buffer.from(peer.publicKey).toString("hex", 0, 8)}.node.example`;
	const terms = {
		sla: { availability: 9_950, latencyP50: 50, latencyP95: 200, latencyP99: 500, throughput: 100 },
		capacity: 10,
	};
	// Not the one spelling: what is signed and stored is.
	const endpoint = `HTTPS://${host.toUpperCase()}:443/`;
	const { registrationDigest, requiredBond } = api.call.serviceNodesApi;
	const digest = await registrationDigest(node.address, endpoint, peer.publicKey);
	const proof = ed25519Sign(digest.unwrap(), peer);
	const bond = await requiredBond(terms);

	const call = api.tx.serviceNodes.register(endpoint, peer.publicKey, proof, terms);
	const { at } = await finalised(api, call, node);
	const info = (await at.call.serviceNodesApi.node(node.address)).unwrap();
	assert.equal(info.endpoint.toUtf8(), `https://${host}`);
	assert(info.peerKey.eq(peer.publicKey));
	assert(info.state.isProbation, `the node is ${info.state}`);
	assert.equal(info.bond.toBigInt(), bond.toBigInt());
}

/**
 * Makes a node active by writing the chain's storage, as `pallet-service-nodes` would when the node passed its
 * probation: state and totals together. A node passes by the reports of probers alone, and the anchors of a local
 * network have none yet: they come with the anchors' software. What is left out is the node's placement salt, which
 * is unknown before the second epoch and which payments don't need.
 */
async function activate(api, sudo, { address }) {
	const { currentEpoch, nodes, nodeTotals } = api.query.serviceNodes;
	const node = (await nodes(address)).unwrap();
	const totals = await nodeTotals();
	replace(node, "state", { Active: { since: await currentEpoch() } });
	replace(totals, "active", totals.active.addn(1));
	replace(totals, "activeBonded", totals.activeBonded.add(node.bond));
	const items = [
		[nodes.key(address), node.toHex()],
		[nodeTotals.key(), totals.toHex()],
	];
	const written = api.tx.sudo.sudo(api.tx.system.setStorage(items));
	const { at, events } = await finalised(api, written, sudo);
	assert(only(api.events.sudo.Sudid, events).sudoResult.isOk);

	const info = (await at.call.serviceNodesApi.node(address)).unwrap();
	assert(info.state.isActive, `the node is ${info.state}`);
	const sums = await at.call.serviceNodesApi.nodeTotals();
	assert.equal(sums.activeNodes.toNumber(), totals.active.toNumber());
	assert.equal(sums.activeBonded.toBigInt(), totals.activeBonded.toBigInt());
}

/** Puts another value into a field of a decoded structure. */
function replace(structure, field, value) {
	const Type = structure.get(field).constructor;
	structure.set(field, new Type(structure.registry, value));
}

/** Registers a class that nobody verified; returns its number. */
async function registerUnverified(api, issuer) {
	const rules = [{ name: "issue", signer: "Issuer", once: true, setsHolder: true }];
	const { at, registered } = await registerClass(api, issuer, { share: ISSUER_SHARE, rules });
	const classId = registered.class;

	const registry = at.call.tokenRegistryApi;
	const info = (await registry.class(classId)).unwrap();
	assert.equal(info.issuer.toString(), issuer.address);
	assert(info.status.isActive && info.verification.isUnverified);
	assert.equal(info.issuerShare.toBigInt(), ISSUER_SHARE);
	assert((await registry.paymentTerms(classId)).isNone, "an unverified class pays its issuer");
	const [version] = await registry.rulesVersions(classId);
	assert.deepEqual(version.rules.map(({ name }) => name.toUtf8()), ["issue"]);
	return classId.toNumber();
}

/** Opens a channel, redeems a promise with some of its steps, and closes with more of them. */
async function pay(api, { node, payer }, classId) {
	const promiseKey = secp256k1PairFromSeed(randomBytes(32));
	const shares = await sharesOf(api, node, classId);
	const channel = await open(api, payer, node, classId, promiseKey);
	const { links, ...promised } = signedPromise(api, channel, promiseKey);
	const claim = (steps) => ({ ...promised, step: { index: steps, preimage: links[steps] } });
	const value = (steps) => CUMULATIVE + UNIT * BigInt(steps);

	const first = value(REDEEMED_STEPS);
	const quote = await api.call.payoutsApi.quote(claim(REDEEMED_STEPS));
	const redeemed = await finalised(api, api.tx.payouts.redeem([claim(REDEEMED_STEPS)]), node);
	const paid = await assertPaid(api, redeemed, channel, node, first, shares);
	assert.deepEqual(numbers(quote.asOk.split), paid.split);
	assert.equal(quote.asOk.amount.toBigInt(), first);
	const state = (await redeemed.at.query.payouts.channels(channel)).unwrap();
	assert.equal(state.paid.toBigInt(), first);
	assert.equal(state.deposit.toBigInt(), DEPOSIT);
	const { era } = await redeemed.at.call.serviceNodesApi.eraStatus();
	const { burned } = await redeemed.at.call.serviceNodesApi.nodeEra(era, node.address);
	assert.equal(burned.toBigInt(), paid.split.burned, "the node's burned payments are not recorded");

	const all = value(CLOSED_STEPS);
	const call = api.tx.payouts.close(channel, claim(CLOSED_STEPS));
	const closed = await finalised(api, call, node);
	const last = await assertPaid(api, closed, channel, node, all - first, shares);
	await assertClosed(api, closed, channel, payer, DEPOSIT - all);
	return {
		channel: channel.toHex(),
		redeemed: told(redeemed, paid),
		closed: told(closed, last),
		refunded: (DEPOSIT - all).toString(),
	};
}

/** The shares of a payment to this node for this class, in millionths. */
async function sharesOf(api, node, classId) {
	const parameters = await api.call.payoutsApi.parameters();
	const terms = await api.call.payoutsApi.terms(node.address, classId);
	assert(terms.isSome, "no channel to the node can be opened");
	const shares = numbers(terms.unwrap());
	const burned = parameters.burned.toBigInt() + ISSUER_SHARE;
	assert.deepEqual(shares, { burned, issuer: 0n, anchors: parameters.anchors.toBigInt() });
	return shares;
}

async function open(api, payer, node, classId, promiseKey) {
	const address = ethereumEncode(promiseKey.publicKey);
	const salt = (await api.call.payoutsApi.lastSalt(payer.address)).addn(1);
	const call = api.tx.payouts.open(node.address, classId, DEPOSIT, address, salt);
	const { at, events } = await finalised(api, call, payer);
	const opened = only(api.events.payouts.Opened, events);
	assert.equal(opened.deposit.toBigInt(), DEPOSIT);

	const stored = (await at.query.payouts.channels(opened.channel)).unwrap();
	assert.equal(stored.payer.toString(), payer.address);
	assert.equal(stored.payee.toString(), node.address);
	assert(stored.promiseKey.eq(address), "another promise key");
	const read = (await at.call.payoutsApi.channel(opened.channel)).unwrap();
	assert.equal(read.toHex(), stored.toHex());
	return opened.channel;
}

/** A promise with a hash chain, signed as EIP-712; `links[k]` is the pre-image of step `k`, and `links[0]` the tip. */
function signedPromise(api, channel, promiseKey) {
	const links = [randomBytes(32)];
	while (links.length <= CHAIN_LENGTH) {
		links.unshift(createHash("sha256").update(links[0]).digest());
	}
	const chain = { tip: links[0], unit: UNIT, length: CHAIN_LENGTH };
	const promise = { channel, cumulative: CUMULATIVE, chain, ack: randomBytes(32) };
	const structure = keccak(
		keccak("Promise(bytes32 channel,uint128 cumulative,bytes32 tip,uint128 unit,uint32 length,bytes32 ack)"),
		channel.toU8a(),
		word(CUMULATIVE),
		chain.tip,
		word(UNIT),
		word(CHAIN_LENGTH),
		promise.ack,
	);
	const domain = keccak(
		keccak("EIP712Domain(string name,string version,bytes32 salt)"),
		keccak("Smart Layer"),
		keccak("1"),
		api.genesisHash.toU8a(),
	);
	// Signs the Keccak-256 of what it is given.
	const message = Buffer.concat([Buffer.from([0x19, 0x01]), domain, structure]);
	const signature = secp256k1Sign(message, promiseKey, "keccak");
	return { promise, signature, links };
}

/** Keccak-256 of all parts together: bytes, or text. */
function keccak(...parts) {
	return keccakAsU8a(Buffer.concat(parts.map((part) => Buffer.from(part))));
}

/** A number as a word of the EVM's ABI. */
function word(number) {
	return Buffer.from(BigInt(number).toString(16).padStart(64, "0"), "hex");
}

/**
 * Checks that a transaction paid `amount` out of a channel: divided as agreed, credited, and burned of the total
 * issuance.
 */
async function assertPaid(api, { at, events, hash, index }, channel, node, amount, shares) {
	const { split: parts, ...payment } = only(api.events.payouts.Redeemed, events);
	assert(payment.channel.eq(channel) && payment.payee.eq(node.address) && payment.issuer.isNone);
	const split = numbers(parts);
	const burned = (amount * shares.burned + 999_999n) / 1_000_000n;
	const anchors = (amount * shares.anchors) / 1_000_000n;
	assert.deepEqual(split, { burned, issuer: 0n, anchors, payee: amount - burned - anchors });
	assert.equal(split.burned + split.issuer + split.anchors + split.payee, amount);
	const deposits = events
		.filter(({ event }) => api.events.balances.Deposit.is(event))
		.map(({ event }) => event.data);
	for (const [account, part] of [[node.address, split.payee], [pot("sl/anchr"), split.anchors]]) {
		const credited = deposits.some(({ who, amount }) => who.eq(account) && amount.toBigInt() === part);
		assert(credited, `no deposit of ${part} to ${account}`);
	}

	const { parentHash } = await api.rpc.chain.getHeader(hash);
	const before = (await (await api.at(parentHash)).query.balances.totalIssuance()).toBigInt();
	const after = (await at.query.balances.totalIssuance()).toBigInt();
	const inBlock = await at.query.system.events();
	const ours = inBlock.filter(({ phase }) => phase.isApplyExtrinsic && phase.asApplyExtrinsic.eqn(index));
	// The fee goes to accounts: of the whole transaction, the payment alone burned anything.
	assert.equal(issued(api, ours), -split.burned, "the transaction burned another amount");
	const others = issued(api, inBlock) + split.burned;
	assert.equal(after - before, others - split.burned, "total issuance is not what events say");
	return { split, issuance: { before, after, others } };
}

/** By how much events say that total issuance grew. */
function issued(api, events) {
	const sum = (names) =>
		events
			.filter(({ event }) => names.some((name) => api.events.balances[name].is(event)))
			.reduce((sum, { event }) => sum + event.data.amount.toBigInt(), 0n);
	return sum(RISES) - sum(FALLS);
}

/** Checks that a channel is gone and its payer has the rest. */
async function assertClosed(api, { at, events, hash }, channel, payer, rest) {
	const { refunded, burned } = only(api.events.payouts.Closed, events);
	assert.equal(refunded.toBigInt(), rest);
	assert.equal(burned.toBigInt(), 0n);
	assert((await at.query.payouts.channels(channel)).isNone, "the channel is still there");
	assert((await at.call.payoutsApi.channel(channel)).isNone, "the channel can still be read");

	const { parentHash } = await api.rpc.chain.getHeader(hash);
	const parent = await api.at(parentHash);
	const grown = async (account) => {
		const [before, after] = await Promise.all(
			[parent, at].map(({ query }) => query.system.account(account)),
		);
		return after.data.free.toBigInt() - before.data.free.toBigInt();
	};
	assert.equal(await grown(payer.address), rest, "the payer did not get the rest back");
	const { paid } = (await parent.query.payouts.channels(channel)).unwrap();
	assert.equal(await grown(pot("sl/escrw")), paid.toBigInt() - DEPOSIT, "escrow kept something");
}

/** The account of a pallet. */
function pot(id) {
	return Buffer.from(`modl${id}`.padEnd(32, "\0"));
}

/** A decoded structure of numbers. */
function numbers(structure) {
	return Object.fromEntries([...structure].map(([name, number]) => [name, number.toBigInt()]));
}

/** What the line says of a payment. */
function told({ number }, { split, issuance }) {
	const text = (parts) => Object.fromEntries(Object.entries(parts).map(([name, n]) => [name, n.toString()]));
	return { block: number, ...text(split), issuance: text(issuance) };
}
