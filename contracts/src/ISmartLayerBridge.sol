// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { CompactSignature } from "./SmartLayerFormats.sol";

/// @title Smart Layer's bridge
/// @notice Keeps the hashes of the snapshots that a quorum of the elected anchors signed.
///
/// Nobody owns the bridge: there is no administrator, no pause and no upgrade. A quorum of the current anchor set is all
/// that a post takes, whoever sends it, and the only way to another set is a snapshot of the set before it.
interface ISmartLayerBridge {
    /// @notice A snapshot was accepted.
    /// @param interval Its interval.
    /// @param snapshotHash Its hash.
    event SnapshotPosted(uint64 indexed interval, bytes32 indexed snapshotHash);

    /// @notice The anchor set changed: nothing is accepted before the addresses of the new one are delivered.
    /// @param interval The last interval of the set before.
    /// @param setHash Hash of the new set.
    event SetChanged(uint64 indexed interval, bytes32 indexed setHash);

    /// @notice The addresses of the current set are known.
    /// @param setId The set's number.
    /// @param setHash Its hash.
    /// @param store The contract whose code holds the addresses.
    event SetDelivered(uint64 indexed setId, bytes32 indexed setHash, address store);

    /// @notice The arguments do not fill the call data exactly: leave nothing out and append nothing.
    error SurplusCalldata();

    /// @notice A snapshot of this interval or a later one was posted before.
    /// @param given The interval of the call.
    /// @param least The least interval that can be posted.
    error IntervalNotAbove(uint64 given, uint64 least);

    /// @notice The snapshot is of another set than the current one: a set change was skipped, or the set is gone.
    /// @param given The set of the call.
    /// @param current The current set.
    error WrongSet(uint64 given, uint64 current);

    /// @notice The current set is known by its hash only: deliver its addresses first.
    /// @param setHash Its hash.
    error SetNotDelivered(bytes32 setHash);

    /// @notice The addresses of the current set were delivered before.
    /// @param setHash Its hash.
    error SetAlreadyDelivered(bytes32 setHash);

    /// @notice These addresses are not those of the current set.
    /// @param given Their hash.
    /// @param expected The hash of the current set.
    error WrongSetHash(bytes32 given, bytes32 expected);

    /// @notice The hash of the next set is zero: no set has this hash, so nothing could ever be posted again.
    error NoNextSet();

    /// @notice A set has between 1 and 256 members.
    /// @param members Members of the call.
    error WrongSetSize(uint256 members);

    /// @notice Members must ascend, and none may be zero: an address counts once, and the zero address signs nothing.
    /// @param index The first member that is not above the one before it.
    error MembersNotAscending(uint256 index);

    /// @notice The bitmap names a member that the set does not have.
    /// @param signers The bitmap.
    /// @param members Number of members.
    error SignerOutsideSet(uint256 signers, uint256 members);

    /// @notice Too few members signed.
    /// @param signers Signers of the call.
    /// @param quorum Signers needed.
    error NoQuorum(uint256 signers, uint256 quorum);

    /// @notice There must be one signature for each bit of the bitmap.
    /// @param signers The bitmap.
    /// @param signatures Number of signatures.
    error SignatureCount(uint256 signers, uint256 signatures);

    /// @notice A signature is not that of the member that the bitmap names.
    /// @param recovered Who signed instead; zero if nobody signs so.
    error WrongSigner(address recovered);

    /// @notice The `s` of a signature is in the upper half of the order: its twin is the one to give.
    /// @param vs The parity and `s`.
    error HighS(bytes32 vs);

    /// @notice No snapshot was posted yet.
    error NothingPosted();

    /// @notice Stores the hash of a snapshot that a quorum of the current set signed. Anyone may call.
    ///
    /// Signed is the EIP-712 message `Snapshot(bytes32 snapshotHash)` in the domain of this contract. If the snapshot
    /// names another next set, that set becomes the current one.
    /// @dev Intervals may be left out while the set stays; the last interval of a set can't be, for what follows is of a
    /// set that the contract does not know before.
    /// @param interval The interval, above all posted before.
    /// @param setId The current set.
    /// @param nextSetHash Hash of the set of the following interval.
    /// @param bodyHash Hash of the body of the snapshot.
    /// @param signers Bit `i` is set if member `i`, in ascending order of addresses, signed.
    /// @param signatures One for each bit, from the lowest; `s` in the lower half of the order.
    function post(
        uint64 interval,
        uint64 setId,
        bytes32 nextSetHash,
        bytes32 bodyHash,
        uint256 signers,
        CompactSignature[] calldata signatures
    ) external;

    /// @notice Delivers the addresses of the current set, once. Anyone may call: the hash decides.
    /// @param setId The set's number.
    /// @param members Its addresses, ascending.
    function deliverSet(uint64 setId, address[] calldata members) external;

    /// @notice Whether this is the hash of a posted snapshot that is still stored.
    /// @dev Says nothing about the interval of the snapshot: a hash binds its interval, and who relies on one must hash
    /// the snapshot itself, as `SmartLayerProofs` does.
    /// @param interval Decides where to look.
    /// @param snapshotHash The hash.
    function isPosted(uint64 interval, bytes32 snapshotHash) external view returns (bool);

    /// @notice The latest interval posted.
    function latestInterval() external view returns (uint64);

    /// @notice The least interval that can be posted.
    function leastInterval() external view returns (uint64);

    /// @notice What is stored where the snapshot of an interval would be: its hash, or that of an older one.
    /// @param interval The interval.
    function storedAt(uint64 interval) external view returns (bytes32);

    /// @notice Hash of the current set.
    function currentSetHash() external view returns (bytes32);

    /// @notice The current set. Reverts while its addresses are not delivered.
    /// @return setId Its number.
    /// @return members Its addresses, ascending.
    function currentSet() external view returns (uint64 setId, address[] memory members);

    /// @notice What the members of the current set sign for a snapshot.
    /// @param snapshotHash Hash of the snapshot.
    function digestOf(bytes32 snapshotHash) external view returns (bytes32);
}
