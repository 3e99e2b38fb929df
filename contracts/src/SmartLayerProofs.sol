// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { MerkleProofLib } from "solady/src/utils/MerkleProofLib.sol";

import { ISmartLayerBridge } from "./ISmartLayerBridge.sol";
import { Operation, SmartLayerFormats, Snapshot, StateLeaf } from "./SmartLayerFormats.sol";

/// @notice A snapshot, and how the bridge knows it.
/// @param snapshot The snapshot that a claim speaks of.
/// @param later Empty if the bridge stores this snapshot; else one later snapshot that it stores.
/// @param history Path of the snapshot's leaf in the history tree of the later one.
struct SnapshotProof {
    Snapshot snapshot;
    Snapshot[] later;
    bytes32[] history;
}

/// @notice An operation, and its path in the operations tree.
/// @param operation The operation.
/// @param path From its leaf to the operations root.
struct OperationProof {
    Operation operation;
    bytes32[] path;
}

/// @notice One leaf of the upper bitmap tree and one of the lower tree under it.
/// @param key Key of the upper leaf: `class * 256 + kind`, or the next smaller key that is present.
/// @param lowerRoot Root of the lower tree.
/// @param nextKey The next larger key that is present.
/// @param keyPath From the upper leaf to the bitmap root.
/// @param wordIndex Index of the word: `instance / 256`, or the next smaller index that is present.
/// @param word The word: bit `instance % 256` is the instance's.
/// @param nextWordIndex The next larger index that is present.
/// @param wordPath From the lower leaf to the lower root.
/// For a gap in the upper tree the last four are zero and empty.
struct BitmapProof {
    uint64 key;
    bytes32 lowerRoot;
    uint64 nextKey;
    bytes32[] keyPath;
    uint256 wordIndex;
    uint256 word;
    uint256 nextWordIndex;
    bytes32[] wordPath;
}

/// @notice One leaf of the state tree: the instance's own, or the one whose gap shows that it has none.
/// @param leaf The leaf.
/// @param path From the leaf to the state root.
struct StateProof {
    StateLeaf leaf;
    bytes32[] path;
}

/// @title Proofs about Smart Layer's operations
/// @notice For token contracts: checks a claim about one instance against what the bridge stores, the whole check in
/// one call. Every function reverts unless its claim is proven.
///
/// Claims speak of the past: whatever happened after the snapshot's time is not in it. So every claim has an age bound,
/// and before something irreversible a contract should ask for a recorded operation after which nothing else can happen
/// to the instance, such as a lock.
/// @dev Proofs show leaves by value, never by position, and all leaves are tagged: see `SmartLayerFormats`.
library SmartLayerProofs {
    /// @notice What a contract claims about: from its own constants and the claim, never from a proof.
    /// @param bridge Whom it trusts.
    /// @param class Its token class.
    /// @param interval The interval that the claim speaks of.
    /// @param maxAge Seconds that the snapshot may be old; `ANY_AGE` if it does not matter.
    struct Scope {
        ISmartLayerBridge bridge;
        uint32 class;
        uint64 interval;
        uint64 maxAge;
    }

    /// @notice What Smart Layer knows of an instance at the end of an interval. All zero if nothing ever happened.
    /// @param mask Kinds in force: bit `kind`.
    /// @param ever Kinds recorded at any time: bit `kind`.
    /// @param holder Account of the holder: an Ethereum address followed by twelve bytes 0xEE, or another account.
    /// @param nextSeq Sequenced operations recorded so far.
    struct InstanceState {
        uint32 mask;
        uint32 ever;
        bytes32 holder;
        uint64 nextSeq;
    }

    /// @notice For claims whose age does not matter.
    uint64 internal constant ANY_AGE = type(uint64).max;

    /// @notice The snapshot is of another interval than the claim.
    error WrongInterval(uint64 given, uint64 claimed);
    /// @notice The bridge does not store this snapshot: build the proof again, on a later one.
    error SnapshotNotPosted(uint64 interval, bytes32 snapshotHash);
    /// @notice The snapshot is not among those before the later one.
    error NotInHistory(uint64 interval, uint64 later);
    /// @notice There is more than one later snapshot, or a path without one.
    error SurplusHistory();
    /// @notice The snapshot is older than the contract accepts.
    error SnapshotTooOld(uint64 blockTime, uint64 maxAge);
    /// @notice Classes start at 1: the contract's own constant is wrong.
    error NoSuchClass(uint32 class);
    /// @notice A class has 32 kinds: the contract's own constant is wrong.
    error NoSuchKind(uint8 kind);
    /// @notice The operation is of another class, kind or instance than the claim.
    error WrongOperation(uint32 class, uint8 kind, uint256 instance);
    /// @notice The operation is not in the interval's operations tree.
    error OperationNotIncluded();
    /// @notice The upper leaf is not in the bitmap tree.
    error KeyNotIncluded();
    /// @notice The upper leaf neither has the key nor leaves it out.
    error WrongKey(uint64 key, uint64 nextKey, uint64 claimed);
    /// @notice The lower leaf is not in the tree under the upper leaf.
    error WordNotIncluded();
    /// @notice The lower leaf neither has the word nor leaves it out.
    error WrongWord(uint256 wordIndex, uint256 nextWordIndex, uint256 claimed);
    /// @notice A gap in the upper tree has no lower leaf.
    error SurplusWord();
    /// @notice The operation is not recorded in the interval.
    error NotRecorded(uint8 kind, uint256 instance);
    /// @notice The operation is recorded in the interval.
    error Recorded(uint8 kind, uint256 instance);
    /// @notice The leaf is not in the state tree.
    error StateNotIncluded();
    /// @notice The leaf is neither the instance's nor does it show that there is none.
    error WrongState(uint256 key, uint256 nextKey, uint256 claimed);
    /// @notice The operation was recorded in the interval or before.
    error EverRecorded(uint8 kind, uint256 instance);

    /// @notice Checks that a snapshot is the claimed interval's, signed by the anchors, and young enough.
    /// @dev The hash covers the interval, so the snapshot that hashes to what the bridge stores has the interval it says.
    function requireSnapshot(Scope memory scope, SnapshotProof calldata proof) internal view {
        Snapshot calldata snapshot = proof.snapshot;
        if (snapshot.interval != scope.interval) revert WrongInterval(snapshot.interval, scope.interval);
        bytes32 hash = SmartLayerFormats.snapshotHash(snapshot);
        if (proof.later.length == 0) {
            if (proof.history.length != 0) revert SurplusHistory();
            _requirePosted(scope.bridge, snapshot.interval, hash);
        } else {
            if (proof.later.length != 1) revert SurplusHistory();
            Snapshot calldata later = proof.later[0];
            _requirePosted(scope.bridge, later.interval, SmartLayerFormats.snapshotHash(later));
            bytes32 leaf = SmartLayerFormats.historyLeaf(snapshot.interval, snapshot.setId, hash);
            if (!MerkleProofLib.verifyCalldata(proof.history, later.body.historyRoot, leaf)) {
                revert NotInHistory(snapshot.interval, later.interval);
            }
        }
        uint64 blockTime = snapshot.body.blockTime;
        // In 256 bits the sum of two numbers of 64 can't overflow. An age bound is minutes or more: the seconds by which
        // a block's proposer can shift its time do not matter.
        unchecked {
            // slither-disable-next-line timestamp
            if (block.timestamp > uint256(blockTime) + scope.maxAge) revert SnapshotTooOld(blockTime, scope.maxAge);
        }
    }

    /// @notice Checks that an operation was recorded in the interval, and shows all of it.
    /// @param kind The kind that the contract claims.
    /// @param instance The instance that the contract claims.
    function requireOperation(
        Scope memory scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        OperationProof calldata proof
    ) internal view {
        _requireKind(scope.class, kind);
        Operation calldata operation = proof.operation;
        if (operation.class != scope.class || operation.kind != kind || operation.instance != instance) {
            revert WrongOperation(operation.class, operation.kind, operation.instance);
        }
        requireSnapshot(scope, snapshotProof);
        requireInOperations(snapshotProof.snapshot.body.operationsRoot, scope.interval, proof);
    }

    /// @notice Checks that an operation of this kind was recorded for the instance in the interval.
    function requireRecorded(
        Scope memory scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) internal view {
        requireSnapshot(scope, snapshotProof);
        if (!isInBitmap(snapshotProof.snapshot.body.bitmapRoot, scope.class, kind, instance, proof)) {
            revert NotRecorded(kind, instance);
        }
    }

    /// @notice Checks that no operation of this kind was recorded for the instance in the interval.
    function requireNotRecorded(
        Scope memory scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) internal view {
        requireSnapshot(scope, snapshotProof);
        if (isInBitmap(snapshotProof.snapshot.body.bitmapRoot, scope.class, kind, instance, proof)) {
            revert Recorded(kind, instance);
        }
    }

    /// @notice Checks that no operation of this kind was ever recorded for the instance, up to the end of the interval.
    function requireNeverRecorded(
        Scope memory scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) internal view {
        _requireKind(scope.class, kind);
        InstanceState memory state = stateOf(scope, instance, snapshotProof, proof);
        if ((state.ever >> kind) & 1 != 0) revert EverRecorded(kind, instance);
    }

    /// @notice Checks and returns the state of an instance at the end of the interval.
    function stateOf(
        Scope memory scope,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) internal view returns (InstanceState memory) {
        requireSnapshot(scope, snapshotProof);
        return stateIn(snapshotProof.snapshot.body.stateRoot, scope.class, instance, proof);
    }

    /// @notice A part of `requireOperation`, for whoever checked the snapshot: the operation is under this root.
    function requireInOperations(bytes32 operationsRoot, uint64 interval, OperationProof calldata proof) internal pure {
        bytes32 leaf = SmartLayerFormats.operationLeaf(interval, proof.operation);
        if (!MerkleProofLib.verifyCalldata(proof.path, operationsRoot, leaf)) revert OperationNotIncluded();
    }

    /// @notice A part of `requireRecorded` and `requireNotRecorded`, for whoever checked the snapshot: the bit under
    /// this root. Absence has exactly three forms: a gap in the upper tree, a gap in the lower tree, a clear bit.
    function isInBitmap(bytes32 bitmapRoot, uint32 class, uint8 kind, uint256 instance, BitmapProof calldata proof)
        internal
        pure
        returns (bool)
    {
        _requireKind(class, kind);
        bytes32 leaf = SmartLayerFormats.bitmapKeyLeaf(proof.key, proof.lowerRoot, proof.nextKey);
        if (!MerkleProofLib.verifyCalldata(proof.keyPath, bitmapRoot, leaf)) revert KeyNotIncluded();

        uint64 key = SmartLayerFormats.bitmapKey(class, kind);
        if (proof.key != key) {
            if (key < proof.key || key >= proof.nextKey) revert WrongKey(proof.key, proof.nextKey, key);
            // One claim, one proof: what is not checked must not be there.
            if ((proof.wordIndex | proof.word | proof.nextWordIndex | proof.wordPath.length) != 0) {
                revert SurplusWord();
            }
            return false;
        }
        leaf = SmartLayerFormats.bitmapWordLeaf(proof.wordIndex, proof.word, proof.nextWordIndex);
        if (!MerkleProofLib.verifyCalldata(proof.wordPath, proof.lowerRoot, leaf)) revert WordNotIncluded();

        uint256 wordIndex = instance >> 8;
        if (proof.wordIndex != wordIndex) {
            if (wordIndex < proof.wordIndex || wordIndex >= proof.nextWordIndex) {
                revert WrongWord(proof.wordIndex, proof.nextWordIndex, wordIndex);
            }
            return false;
        }
        return (proof.word >> (instance & 0xff)) & 1 != 0;
    }

    /// @notice A part of `stateOf`, for whoever checked the snapshot: the state under this root.
    function stateIn(bytes32 stateRoot, uint32 class, uint256 instance, StateProof calldata proof)
        internal
        pure
        returns (InstanceState memory state)
    {
        if (class == 0) revert NoSuchClass(class);
        StateLeaf calldata leaf = proof.leaf;
        if (!MerkleProofLib.verifyCalldata(proof.path, stateRoot, SmartLayerFormats.stateLeaf(leaf))) {
            revert StateNotIncluded();
        }
        uint256 key = SmartLayerFormats.stateKey(class, instance);
        if (leaf.key != key) {
            if (key < leaf.key || key >= leaf.nextKey) revert WrongState(leaf.key, leaf.nextKey, key);
            return state;
        }
        // The key is a hash of class and instance, so these are the claimed ones unless the anchors signed nonsense.
        if (leaf.class != class || leaf.instance != instance) revert WrongState(leaf.key, leaf.nextKey, key);
        return InstanceState({ mask: leaf.mask, ever: leaf.ever, holder: leaf.holder, nextSeq: leaf.nextSeq });
    }

    function _requirePosted(ISmartLayerBridge bridge, uint64 interval, bytes32 hash) private view {
        if (!bridge.isPosted(interval, hash)) revert SnapshotNotPosted(interval, hash);
    }

    /// @dev A wrong constant would make every absence true.
    function _requireKind(uint32 class, uint8 kind) private pure {
        if (class == 0) revert NoSuchClass(class);
        if (kind >= SmartLayerFormats.KINDS) revert NoSuchKind(kind);
    }
}
