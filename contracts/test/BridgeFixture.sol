// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { SmartLayerBridge } from "../src/SmartLayerBridge.sol";
import { CompactSignature, SmartLayerFormats, Snapshot, SnapshotBody } from "../src/SmartLayerFormats.sol";
import { SmartLayerProofs, SnapshotProof } from "../src/SmartLayerProofs.sol";
import { ProofUser } from "./ProofUser.sol";
import { Test } from "./Vm.sol";

/// @title Anchor sets with known keys, and a bridge that trusts the first
abstract contract BridgeFixture is Test {
    struct Anchors {
        uint64 setId;
        address[] members;
        uint256[] keys;
    }

    /// @dev The arguments of a post.
    struct Post {
        uint64 interval;
        uint64 setId;
        bytes32 nextSetHash;
        bytes32 bodyHash;
        uint256 signers;
        CompactSignature[] signatures;
    }

    uint64 internal constant NOW = 1_800_000_000;

    SmartLayerBridge internal bridge;
    ProofUser internal user;

    /// @dev Members with keys `first`, `first + 1`, ..., in ascending order of their addresses.
    function anchors(uint64 setId, uint256 first, uint256 size) internal pure returns (Anchors memory set) {
        set = Anchors({ setId: setId, members: new address[](size), keys: new uint256[](size) });
        for (uint256 index; index < size; ++index) {
            uint256 key = uint256(keccak256(abi.encode("anchor", first + index)));
            address member = vm.addr(key);
            uint256 place = index;
            for (; place > 0 && set.members[place - 1] > member; --place) {
                set.members[place] = set.members[place - 1];
                set.keys[place] = set.keys[place - 1];
            }
            set.members[place] = member;
            set.keys[place] = key;
        }
    }

    function hashOf(Anchors memory set) internal pure returns (bytes32) {
        return SmartLayerFormats.setHash(set.setId, set.members);
    }

    function deploy(Anchors memory set) internal {
        vm.warp(NOW);
        bridge = new SmartLayerBridge(set.setId, set.members);
        user = new ProofUser();
    }

    /// @dev Bits of the lowest `count` members.
    function lowest(uint256 count) internal pure returns (uint256) {
        return type(uint256).max >> (256 - count);
    }

    /// @dev All members but the most that may be faulty, which are less than a third.
    function quorumOf(Anchors memory set) internal pure returns (uint256) {
        uint256 faulty;
        while (3 * (faulty + 1) < set.members.length) ++faulty;
        return set.members.length - faulty;
    }

    /// @dev A snapshot of nothing in particular.
    function snapshotOf(uint64 interval, Anchors memory set, bytes32 nextSetHash)
        internal
        pure
        returns (Snapshot memory)
    {
        SnapshotBody memory body = SnapshotBody({
            parent: keccak256(abi.encode("parent", interval)),
            historyRoot: keccak256(abi.encode("history", interval)),
            bitmapRoot: keccak256(abi.encode("bitmap", interval)),
            operationsRoot: keccak256(abi.encode("operations", interval)),
            stateRoot: keccak256(abi.encode("state", interval)),
            operationCount: 1,
            cutHash: keccak256(abi.encode("cut", interval)),
            blockHash: keccak256(abi.encode("block", interval)),
            blockNumber: 20,
            blockTime: NOW - 60
        });
        return Snapshot({ interval: interval, setId: set.setId, nextSetHash: nextSetHash, body: body });
    }

    function bodyHashOf(Snapshot memory snapshot) internal pure returns (bytes32) {
        return keccak256(abi.encode(SmartLayerFormats.SNAPSHOT_BODY_TAG, snapshot.body));
    }

    function hashOf(Snapshot memory snapshot) internal pure returns (bytes32) {
        return
            SmartLayerFormats.snapshotHash(
                snapshot.interval, snapshot.setId, snapshot.nextSetHash, bodyHashOf(snapshot)
            );
    }

    /// @dev Signatures of the members whose bits are set.
    function sign(Anchors memory set, bytes32 digest, uint256 signers)
        internal
        pure
        returns (CompactSignature[] memory signatures)
    {
        CompactSignature[] memory all = new CompactSignature[](set.keys.length);
        uint256 count;
        for (uint256 index; index < set.keys.length; ++index) {
            if ((signers >> index) & 1 == 0) continue;
            (bytes32 r, bytes32 vs) = vm.signCompact(set.keys[index], digest);
            all[count++] = CompactSignature(r, vs);
        }
        signatures = new CompactSignature[](count);
        for (uint256 index; index < count; ++index) {
            signatures[index] = all[index];
        }
    }

    function postOf(Anchors memory set, Snapshot memory snapshot, uint256 signers) internal view returns (Post memory) {
        return Post({
            interval: snapshot.interval,
            setId: snapshot.setId,
            nextSetHash: snapshot.nextSetHash,
            bodyHash: bodyHashOf(snapshot),
            signers: signers,
            signatures: sign(set, bridge.digestOf(hashOf(snapshot)), signers)
        });
    }

    /// @dev A post of the given interval by the lowest members that are a quorum, after which the set stays.
    function postOf(Anchors memory set, uint64 interval) internal view returns (Post memory) {
        return postOf(set, snapshotOf(interval, set, hashOf(set)), lowest(quorumOf(set)));
    }

    function send(Post memory it) internal {
        bridge.post(it.interval, it.setId, it.nextSetHash, it.bodyHash, it.signers, it.signatures);
    }

    function callDataOf(Post memory it) internal pure returns (bytes memory) {
        return abi.encodeCall(
            SmartLayerBridge.post, (it.interval, it.setId, it.nextSetHash, it.bodyHash, it.signers, it.signatures)
        );
    }

    /// @dev Signs and posts a snapshot.
    function publish(Anchors memory set, Snapshot memory snapshot) internal {
        send(postOf(set, snapshot, lowest(quorumOf(set))));
    }

    /// @dev A snapshot that the bridge stores itself.
    function direct(Snapshot memory snapshot) internal pure returns (SnapshotProof memory proof) {
        proof.snapshot = snapshot;
    }

    function scopeOf(uint64 interval, uint32 class) internal view returns (SmartLayerProofs.Scope memory) {
        return SmartLayerProofs.Scope(bridge, class, interval, SmartLayerProofs.ANY_AGE);
    }
}
