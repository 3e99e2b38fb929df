// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { BitmapProof, OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "./SmartLayerProofs.sol";

/// @title Checks of proofs, as calls
/// @notice The checks of `SmartLayerProofs` for who can't import it: pages, scripts, contracts in other languages. Each
/// reverts unless the claim is proven, with the errors of `SmartLayerProofs`, and returns how old the truth is.
/// @dev The caller names interval, class, kind and instance from its own knowledge, never from a proof that it was given.
interface ISmartLayerViews {
    /// @notice Checks that a snapshot is that of the interval and signed by the anchors.
    /// @param interval The interval.
    /// @param snapshotProof The snapshot and how the bridge knows it.
    /// @return blockTime End of the interval, in seconds since 1970.
    function verifySnapshot(uint64 interval, SnapshotProof calldata snapshotProof)
        external
        view
        returns (uint64 blockTime);

    /// @notice Checks that an operation was recorded in the interval.
    /// @param interval The interval.
    /// @param class The token class.
    /// @param kind The kind of operation.
    /// @param instance The token.
    /// @param snapshotProof The snapshot and how the bridge knows it.
    /// @param proof The operation and its path.
    /// @return blockTime End of the interval, in seconds since 1970.
    function verifyOperation(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        OperationProof calldata proof
    ) external view returns (uint64 blockTime);

    /// @notice Checks that an operation of this kind was recorded for the instance in the interval.
    /// @param interval The interval.
    /// @param class The token class.
    /// @param kind The kind of operation.
    /// @param instance The token.
    /// @param snapshotProof The snapshot and how the bridge knows it.
    /// @param proof The leaves of the bitmap.
    /// @return blockTime End of the interval, in seconds since 1970.
    function verifyBit(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view returns (uint64 blockTime);

    /// @notice Checks that no operation of this kind was recorded for the instance in the interval.
    /// @param interval The interval.
    /// @param class The token class.
    /// @param kind The kind of operation.
    /// @param instance The token.
    /// @param snapshotProof The snapshot and how the bridge knows it.
    /// @param proof The leaves of the bitmap.
    /// @return blockTime End of the interval, in seconds since 1970.
    function verifyAbsence(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view returns (uint64 blockTime);

    /// @notice Checks and returns the state of an instance at the end of the interval.
    /// @param interval The interval.
    /// @param class The token class.
    /// @param instance The token.
    /// @param snapshotProof The snapshot and how the bridge knows it.
    /// @param proof The leaf of the state tree.
    /// @return state The state; all zero if nothing ever happened to the instance.
    /// @return blockTime End of the interval, in seconds since 1970.
    function verifyState(
        uint64 interval,
        uint32 class,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) external view returns (SmartLayerProofs.InstanceState memory state, uint64 blockTime);
}
