// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { MerkleProofLib } from "solady/src/utils/MerkleProofLib.sol";

import { SmartLayerFormats, Snapshot } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "../src/SmartLayerProofs.sol";

/// @title A contract that imports the library, with every function of it as a call
contract ProofUser {
    function requireSnapshot(SmartLayerProofs.Scope calldata scope, SnapshotProof calldata proof) external view {
        SmartLayerProofs.requireSnapshot(scope, proof);
    }

    function requireOperation(
        SmartLayerProofs.Scope calldata scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        OperationProof calldata proof
    ) external view {
        SmartLayerProofs.requireOperation(scope, kind, instance, snapshotProof, proof);
    }

    function requireRecorded(
        SmartLayerProofs.Scope calldata scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view {
        SmartLayerProofs.requireRecorded(scope, kind, instance, snapshotProof, proof);
    }

    function requireNotRecorded(
        SmartLayerProofs.Scope calldata scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view {
        SmartLayerProofs.requireNotRecorded(scope, kind, instance, snapshotProof, proof);
    }

    function requireNeverRecorded(
        SmartLayerProofs.Scope calldata scope,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) external view {
        SmartLayerProofs.requireNeverRecorded(scope, kind, instance, snapshotProof, proof);
    }

    function stateOf(
        SmartLayerProofs.Scope calldata scope,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) external view returns (SmartLayerProofs.InstanceState memory) {
        return SmartLayerProofs.stateOf(scope, instance, snapshotProof, proof);
    }

    function requireInOperations(bytes32 root, uint64 interval, OperationProof calldata proof) external pure {
        SmartLayerProofs.requireInOperations(root, interval, proof);
    }

    function isInBitmap(bytes32 root, uint32 class, uint8 kind, uint256 instance, BitmapProof calldata proof)
        external
        pure
        returns (bool)
    {
        return SmartLayerProofs.isInBitmap(root, class, kind, instance, proof);
    }

    function stateIn(bytes32 root, uint32 class, uint256 instance, StateProof calldata proof)
        external
        pure
        returns (SmartLayerProofs.InstanceState memory)
    {
        return SmartLayerProofs.stateIn(root, class, instance, proof);
    }

    function snapshotHash(Snapshot calldata snapshot) external pure returns (bytes32) {
        return SmartLayerFormats.snapshotHash(snapshot);
    }

    /// @dev What the parts of a check cost, measured inside so that arguments do not count.
    function gasOfSolady(bytes32 root, bytes32 leaf, OperationProof calldata proof)
        external
        view
        returns (uint256 used)
    {
        uint256 before = gasleft();
        bool valid = MerkleProofLib.verifyCalldata(proof.path, root, leaf);
        used = before - gasleft();
        require(valid, "not included");
    }

    function gasOfOperationLeaf(uint64 interval, OperationProof calldata proof)
        external
        view
        returns (uint256 used, bytes32 leaf)
    {
        uint256 before = gasleft();
        leaf = SmartLayerFormats.operationLeaf(interval, proof.operation);
        used = before - gasleft();
    }

    function gasOfOperation(bytes32 root, uint64 interval, OperationProof calldata proof)
        external
        view
        returns (uint256 used)
    {
        uint256 before = gasleft();
        SmartLayerProofs.requireInOperations(root, interval, proof);
        used = before - gasleft();
    }

    function gasOfBitmap(bytes32 root, uint32 class, uint8 kind, uint256 instance, BitmapProof calldata proof)
        external
        view
        returns (uint256 used, bool recorded)
    {
        uint256 before = gasleft();
        recorded = SmartLayerProofs.isInBitmap(root, class, kind, instance, proof);
        used = before - gasleft();
    }
}
