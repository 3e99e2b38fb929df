// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ECDSA } from "solady/src/utils/ECDSA.sol";
import { EfficientHashLib } from "solady/src/utils/EfficientHashLib.sol";
import { EIP712 } from "solady/src/utils/EIP712.sol";

import { ISmartLayerBridge } from "./ISmartLayerBridge.sol";
import { ISmartLayerViews } from "./ISmartLayerViews.sol";
import { CompactSignature, SmartLayerFormats } from "./SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "./SmartLayerProofs.sol";
import { Member, StoredSet } from "./StoredSet.sol";

/// @title Smart Layer's bridge
/// @notice Keeps the hashes of the snapshots that a quorum of the elected anchors signed. See `ISmartLayerBridge`.
/// @dev A post reads one storage slot and the set's code, and writes that slot and one of the ring's.
contract SmartLayerBridge is ISmartLayerBridge, ISmartLayerViews, EIP712 {
    using StoredSet for bytes;
    using StoredSet for Member;

    /// @notice Number of snapshot hashes that are kept; the slot of an interval is its number modulo this.
    uint64 public constant RING_SIZE = 64;

    /// @dev Type of the message that the anchors sign.
    bytes32 private constant SNAPSHOT_TYPEHASH = keccak256("Snapshot(bytes32 snapshotHash)");

    /// @dev The bitmap has a bit for each member.
    uint256 private constant MAX_MEMBERS = 256;

    /// @dev A post's call data without its signatures: selector, six words of the head, number of signatures.
    uint256 private constant POST_CALLDATA = 4 + 6 * 32 + 32;

    /// @dev The one slot that each post reads and writes.
    struct Head {
        /// The contract whose code is the current set; zero while it is not delivered.
        address store;
        /// One above the latest interval; zero if there is none.
        uint64 leastInterval;
    }

    Head private _head;

    /// @dev Read at a change of the set only: a post finds the hash beside the addresses, in code.
    bytes32 private _currentSetHash;

    bytes32[RING_SIZE] private _ring;

    /// @notice Deploys a bridge that trusts one set, and after it the sets that it names.
    /// @param setId The set's number.
    /// @param members Its addresses, ascending.
    constructor(uint64 setId, address[] memory members) {
        bytes32 setHash = SmartLayerFormats.setHash(setId, members);
        _currentSetHash = setHash;
        _store(setId, setHash, members);
    }

    /// @inheritdoc ISmartLayerBridge
    function post(
        uint64 interval,
        uint64 setId,
        bytes32 nextSetHash,
        bytes32 bodyHash,
        uint256 signers,
        CompactSignature[] calldata signatures
    ) external {
        // The decoder has seen that all signatures lie in the call data: can't overflow.
        unchecked {
            if (msg.data.length != POST_CALLDATA + signatures.length * 64) revert SurplusCalldata();
        }
        (address store, uint64 least) = (_head.store, _head.leastInterval);
        if (store == address(0)) revert SetNotDelivered(_currentSetHash);
        if (interval < least) revert IntervalNotAbove(interval, least);
        if (nextSetHash == 0) revert NoNextSet();

        bytes memory set = StoredSet.read(store);
        if (setId != set.idOf()) revert WrongSet(setId, set.idOf());
        bytes32 hash = SmartLayerFormats.snapshotHash(interval, setId, nextSetHash, bodyHash);
        _requireQuorum(set, digestOf(hash), signers, signatures);

        if (nextSetHash != set.hashOf()) {
            _head.store = address(0);
            _currentSetHash = nextSetHash;
            emit SetChanged(interval, nextSetHash);
        }
        _head.leastInterval = interval + 1;
        _ring[interval % RING_SIZE] = hash;
        emit SnapshotPosted(interval, hash);
    }

    /// @inheritdoc ISmartLayerBridge
    function deliverSet(uint64 setId, address[] calldata members) external {
        bytes32 expected = _currentSetHash;
        if (_head.store != address(0)) revert SetAlreadyDelivered(expected);
        bytes32 given = SmartLayerFormats.setHash(setId, members);
        if (given != expected) revert WrongSetHash(given, expected);
        _store(setId, given, members);
    }

    /// @inheritdoc ISmartLayerBridge
    function isPosted(uint64 interval, bytes32 snapshotHash) external view returns (bool) {
        // An empty slot is zero, and zero is the hash of no snapshot.
        return snapshotHash != 0 && _ring[interval % RING_SIZE] == snapshotHash;
    }

    /// @inheritdoc ISmartLayerBridge
    function latestInterval() external view returns (uint64) {
        uint64 least = _head.leastInterval;
        if (least == 0) revert NothingPosted();
        return least - 1;
    }

    /// @inheritdoc ISmartLayerBridge
    function leastInterval() external view returns (uint64) {
        return _head.leastInterval;
    }

    /// @inheritdoc ISmartLayerBridge
    function storedAt(uint64 interval) external view returns (bytes32) {
        return _ring[interval % RING_SIZE];
    }

    /// @inheritdoc ISmartLayerBridge
    function currentSetHash() external view returns (bytes32) {
        return _currentSetHash;
    }

    /// @inheritdoc ISmartLayerBridge
    function currentSet() external view returns (uint64 setId, address[] memory members) {
        address store = _head.store;
        if (store == address(0)) revert SetNotDelivered(_currentSetHash);
        bytes memory set = StoredSet.read(store);
        setId = set.idOf();
        members = new address[](set.sizeOf());
        for (uint256 index; index < members.length; ++index) {
            members[index] = set.memberOf(index);
        }
    }

    /// @inheritdoc ISmartLayerViews
    function verifySnapshot(uint64 interval, SnapshotProof calldata snapshotProof)
        external
        view
        returns (uint64 blockTime)
    {
        // A snapshot is of no class.
        SmartLayerProofs.requireSnapshot(_scope(interval, 0), snapshotProof);
        return snapshotProof.snapshot.body.blockTime;
    }

    /// @inheritdoc ISmartLayerViews
    function verifyOperation(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        OperationProof calldata proof
    ) external view returns (uint64 blockTime) {
        SmartLayerProofs.requireOperation(_scope(interval, class), kind, instance, snapshotProof, proof);
        return snapshotProof.snapshot.body.blockTime;
    }

    /// @inheritdoc ISmartLayerViews
    function verifyBit(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view returns (uint64 blockTime) {
        SmartLayerProofs.requireRecorded(_scope(interval, class), kind, instance, snapshotProof, proof);
        return snapshotProof.snapshot.body.blockTime;
    }

    /// @inheritdoc ISmartLayerViews
    function verifyAbsence(
        uint64 interval,
        uint32 class,
        uint8 kind,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        BitmapProof calldata proof
    ) external view returns (uint64 blockTime) {
        SmartLayerProofs.requireNotRecorded(_scope(interval, class), kind, instance, snapshotProof, proof);
        return snapshotProof.snapshot.body.blockTime;
    }

    /// @inheritdoc ISmartLayerViews
    function verifyState(
        uint64 interval,
        uint32 class,
        uint256 instance,
        SnapshotProof calldata snapshotProof,
        StateProof calldata proof
    ) external view returns (SmartLayerProofs.InstanceState memory state, uint64 blockTime) {
        state = SmartLayerProofs.stateOf(_scope(interval, class), instance, snapshotProof, proof);
        return (state, snapshotProof.snapshot.body.blockTime);
    }

    /// @inheritdoc ISmartLayerBridge
    function digestOf(bytes32 snapshotHash) public view returns (bytes32) {
        return _hashTypedData(EfficientHashLib.hash(SNAPSHOT_TYPEHASH, snapshotHash));
    }

    /// @dev A claim against this bridge; callers judge its age by the time that the views return.
    function _scope(uint64 interval, uint32 class) private view returns (SmartLayerProofs.Scope memory) {
        return
            SmartLayerProofs.Scope({ bridge: this, class: class, interval: interval, maxAge: SmartLayerProofs.ANY_AGE });
    }

    /// @dev Reverts unless a quorum of the set signed the digest, each member named by the bitmap once. A bitmap can't
    /// name a member twice, and a member's signature is no other member's: so signers are distinct.
    ///
    /// A walk through the bits, the members in memory and the signatures in call data, hand in hand: an index into each
    /// would cost some eighty gas more per signature.
    function _requireQuorum(bytes memory set, bytes32 digest, uint256 signers, CompactSignature[] calldata signatures)
        private
        view
    {
        uint256 members = set.sizeOf();
        if (signers >> members != 0) revert SignerOutsideSet(signers, members);
        if (signatures.length < _quorumOf(members)) revert NoQuorum(signatures.length, _quorumOf(members));

        Member member = set.firstMember();
        uint256 cursor = _firstOf(signatures);
        for (uint256 bits = signers; bits != 0; bits >>= 1) {
            if (bits & 1 != 0) {
                (bytes32 r, bytes32 vs) = _signatureAt(cursor);
                // Twice `s`, for the shift drops the parity: at least the order if `s` is above half of it.
                if (uint256(vs) << 1 >= ECDSA.N) revert HighS(vs);
                // Zero if nobody signs so, which no member is; and behind the last signature are zeros only.
                address recovered = ECDSA.tryRecover(digest, r, vs);
                if (!member.hasAddress(recovered)) revert WrongSigner(recovered);
                // The walk ends before the number does.
                unchecked {
                    cursor += 64;
                }
            }
            member = member.next();
        }
        // The signatures are the last in the call data: this one check says that there is one for each bit.
        if (cursor != msg.data.length) revert SignatureCount(signers, signatures.length);
    }

    /// @dev How many of a set's members must sign: all but the most that may be faulty.
    function _quorumOf(uint256 members) private pure returns (uint256) {
        // A stored set has a member.
        unchecked {
            return members - (members - 1) / 3;
        }
    }

    /// @dev Where in the call data the first signature is.
    function _firstOf(CompactSignature[] calldata signatures) private pure returns (uint256 cursor) {
        assembly ("memory-safe") {
            cursor := signatures.offset
        }
    }

    /// @dev Without a check whether there is a signature: behind the call data are zeros.
    function _signatureAt(uint256 cursor) private pure returns (bytes32 r, bytes32 vs) {
        assembly ("memory-safe") {
            r := calldataload(cursor)
            vs := calldataload(add(cursor, 0x20))
        }
    }

    /// @inheritdoc EIP712
    function _domainNameAndVersion() internal pure override returns (string memory name, string memory version) {
        return ("Smart Layer Bridge", "1");
    }

    /// @dev Puts the addresses of the current set into code.
    function _store(uint64 setId, bytes32 setHash, address[] memory members) private {
        uint256 size = members.length;
        if (size == 0 || size > MAX_MEMBERS) revert WrongSetSize(size);
        address last = address(0);
        for (uint256 index = 0; index < size; ++index) {
            if (members[index] <= last) revert MembersNotAscending(index);
            last = members[index];
        }
        address store = StoredSet.write(setId, setHash, members);
        _head.store = store;
        emit SetDelivered(setId, setHash, store);
    }
}
