// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { EfficientHashLib } from "solady/src/utils/EfficientHashLib.sol";

/// @notice What the anchors commit to in one snapshot, beside who signs it.
/// @param parent Hash of the snapshot before; zero in the first.
/// @param historyRoot Root over all earlier snapshots; zero in the first.
/// @param bitmapRoot Root over the operations of the interval, one bit per (class, kind, instance).
/// @param operationsRoot Root over the operations of the interval; zero if there were none.
/// @param stateRoot Root over the state of every instance that ever had an operation.
/// @param operationCount Number of operations in the interval.
/// @param cutHash What was counted: hash of the cut of the anchors' logs.
/// @param blockHash Hash of the last Smart Layer block of the interval.
/// @param blockNumber Number of that block.
/// @param blockTime Time of that block in seconds since 1970, the unit of `block.timestamp`.
struct SnapshotBody {
    bytes32 parent;
    bytes32 historyRoot;
    bytes32 bitmapRoot;
    bytes32 operationsRoot;
    bytes32 stateRoot;
    uint64 operationCount;
    bytes32 cutHash;
    bytes32 blockHash;
    uint64 blockNumber;
    uint64 blockTime;
}

/// @notice One interval's snapshot.
/// @param interval Number of the interval, from 1.
/// @param setId Number of the anchor set that signs this snapshot.
/// @param nextSetHash Hash of the anchor set of the following interval.
/// @param body What is committed to.
struct Snapshot {
    uint64 interval;
    uint64 setId;
    bytes32 nextSetHash;
    SnapshotBody body;
}

/// @notice An ECDSA signature in the 64 bytes of EIP-2098.
/// @param r The x coordinate of the signature's point.
/// @param vs The parity of `v` in the highest bit, `s` in the others.
struct CompactSignature {
    bytes32 r;
    bytes32 vs;
}

/// @notice A signed, numbered event of one instance.
/// @param class Token class, from 1.
/// @param instance The token, as its contract numbers it.
/// @param seq Number of the operation within its sequence.
/// @param kind What happened: an index into the rules of the class, below 32.
/// @param actor Account of the signer.
/// @param to Account of the new holder, of an issue or a transfer; else zero.
/// @param data Commitment to the payload.
/// @param timeMs When the signer says it happened, in milliseconds since 1970.
struct Operation {
    uint32 class;
    uint256 instance;
    uint64 seq;
    uint8 kind;
    bytes32 actor;
    bytes32 to;
    bytes32 data;
    uint64 timeMs;
}

/// @notice A leaf of the state tree: one instance as it stands at the end of an interval.
/// @param key `SmartLayerFormats.stateKey(class, instance)`; zero in the first leaf, which stands for no instance.
/// @param class Token class.
/// @param instance The token.
/// @param mask Kinds that are in force.
/// @param ever Kinds recorded at any time.
/// @param holder Account of the holder.
/// @param nextSeq Number that the next sequenced operation takes.
/// @param nextKey The next larger key in the tree; the largest possible number in the leaf of the largest key.
struct StateLeaf {
    uint256 key;
    uint32 class;
    uint256 instance;
    uint32 mask;
    uint32 ever;
    bytes32 holder;
    uint64 nextSeq;
    uint256 nextKey;
}

/// @title Smart Layer's formats
/// @notice How everything that an EVM contract may see is hashed. `FORMATS.md` says the same in words.
/// @dev Every hash is keccak-256 over `abi.encode` (here written as words, for the values are static) and starts with a tag of its own, so that no two kinds of data share
/// a pre-image. A leaf has at least 96 bytes and an inner node 64, so that no leaf is a node.
library SmartLayerFormats {
    /// @notice Tag of the hash of an anchor set.
    bytes32 internal constant SET_TAG = keccak256("SmartLayer.Set.v1");
    /// @notice Tag of the hash of a snapshot.
    bytes32 internal constant SNAPSHOT_TAG = keccak256("SmartLayer.Snapshot.v1");
    /// @notice Tag of the hash of a snapshot's body.
    bytes32 internal constant SNAPSHOT_BODY_TAG = keccak256("SmartLayer.SnapshotBody.v1");
    /// @notice Tag of a leaf of the operations tree.
    bytes32 internal constant OPERATION_TAG = keccak256("SmartLayer.Operation.v1");
    /// @notice Tag of a leaf of the upper bitmap tree.
    bytes32 internal constant BITMAP_KEY_TAG = keccak256("SmartLayer.BitmapKey.v1");
    /// @notice Tag of a leaf of a lower bitmap tree.
    bytes32 internal constant BITMAP_WORD_TAG = keccak256("SmartLayer.BitmapWord.v1");
    /// @notice Tag of a leaf of the state tree.
    bytes32 internal constant STATE_TAG = keccak256("SmartLayer.State.v1");
    /// @notice Tag of a leaf of the history tree.
    bytes32 internal constant HISTORY_TAG = keccak256("SmartLayer.History.v1");

    /// @notice Kinds of operation that a class can have.
    uint8 internal constant KINDS = 32;

    /// @notice Hash of an anchor set; the addresses ascend.
    function setHash(uint64 setId, address[] memory members) internal pure returns (bytes32) {
        return keccak256(abi.encode(SET_TAG, setId, members));
    }

    /// @notice Hash of a snapshot, given the hash of its body.
    function snapshotHash(uint64 interval, uint64 setId, bytes32 nextSetHash, bytes32 bodyHash)
        internal
        pure
        returns (bytes32)
    {
        return EfficientHashLib.hash(
            SNAPSHOT_TAG, bytes32(uint256(interval)), bytes32(uint256(setId)), nextSetHash, bodyHash
        );
    }

    /// @notice Hash of a snapshot.
    function snapshotHash(Snapshot calldata snapshot) internal pure returns (bytes32) {
        bytes32 bodyHash = snapshotBodyHash(snapshot.body);
        return snapshotHash(snapshot.interval, snapshot.setId, snapshot.nextSetHash, bodyHash);
    }

    /// @notice Hash of a snapshot's body.
    function snapshotBodyHash(SnapshotBody calldata body) internal pure returns (bytes32) {
        return EfficientHashLib.hash(
            SNAPSHOT_BODY_TAG,
            body.parent,
            body.historyRoot,
            body.bitmapRoot,
            body.operationsRoot,
            body.stateRoot,
            bytes32(uint256(body.operationCount)),
            body.cutHash,
            body.blockHash,
            bytes32(uint256(body.blockNumber)),
            bytes32(uint256(body.blockTime))
        );
    }

    /// @notice Leaf of the operations tree of an interval.
    function operationLeaf(uint64 interval, Operation calldata operation) internal pure returns (bytes32) {
        return EfficientHashLib.hash(
            OPERATION_TAG,
            bytes32(uint256(interval)),
            bytes32(uint256(operation.class)),
            bytes32(operation.instance),
            bytes32(uint256(operation.seq)),
            bytes32(uint256(operation.kind)),
            operation.actor,
            operation.to,
            operation.data,
            bytes32(uint256(operation.timeMs))
        );
    }

    /// @notice Key of the upper bitmap tree. At most 40 bits are used.
    function bitmapKey(uint32 class, uint8 kind) internal pure returns (uint64) {
        return uint64(class) << 8 | kind;
    }

    /// @notice Leaf of the upper bitmap tree.
    function bitmapKeyLeaf(uint64 key, bytes32 lowerRoot, uint64 nextKey) internal pure returns (bytes32) {
        return EfficientHashLib.hash(BITMAP_KEY_TAG, bytes32(uint256(key)), lowerRoot, bytes32(uint256(nextKey)));
    }

    /// @notice Leaf of a lower bitmap tree.
    function bitmapWordLeaf(uint256 wordIndex, uint256 word, uint256 nextWordIndex) internal pure returns (bytes32) {
        return EfficientHashLib.hash(uint256(BITMAP_WORD_TAG), wordIndex, word, nextWordIndex);
    }

    /// @notice Key of an instance in the state tree.
    function stateKey(uint32 class, uint256 instance) internal pure returns (uint256) {
        return uint256(EfficientHashLib.hash(uint256(class), instance));
    }

    /// @notice Leaf of the state tree.
    function stateLeaf(StateLeaf calldata leaf) internal pure returns (bytes32) {
        return EfficientHashLib.hash(
            STATE_TAG,
            bytes32(leaf.key),
            bytes32(uint256(leaf.class)),
            bytes32(leaf.instance),
            bytes32(uint256(leaf.mask)),
            bytes32(uint256(leaf.ever)),
            leaf.holder,
            bytes32(uint256(leaf.nextSeq)),
            bytes32(leaf.nextKey)
        );
    }

    /// @notice Leaf of the history tree.
    function historyLeaf(uint64 interval, uint64 setId, bytes32 hash) internal pure returns (bytes32) {
        return EfficientHashLib.hash(HISTORY_TAG, bytes32(uint256(interval)), bytes32(uint256(setId)), hash);
    }
}
