// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { SSTORE2 } from "solady/src/utils/SSTORE2.sol";

/// @dev A place in memory where a member of a set ends.
type Member is uint256;

/// @title Anchor sets in code
/// @notice Keeps an anchor set in the code of a contract of its own, where reading all of it costs hardly more than one
/// storage slot. The bytes are the set's hash (32), its number (8) and the addresses (20 each).
library StoredSet {
    uint256 private constant HEAD = 32 + 8;

    /// @notice Writes a set and returns where.
    function write(uint64 setId, bytes32 setHash, address[] memory members) internal returns (address store) {
        bytes memory set = new bytes(HEAD + 20 * members.length);
        // Each word ends where its value ends and begins with zeros over what stands before it. From the last value to
        // the first, every value is written after its neighbour spilled over it, and nothing leaves the array.
        for (uint256 index = members.length; index > 0; --index) {
            _writeEndingAt(set, HEAD + 20 * index, uint160(members[index - 1]));
        }
        _writeEndingAt(set, HEAD, setId);
        _writeEndingAt(set, 32, uint256(setHash));
        return SSTORE2.write(set);
    }

    /// @notice Reads a set.
    function read(address store) internal view returns (bytes memory set) {
        return SSTORE2.read(store);
    }

    /// @notice The set's hash.
    function hashOf(bytes memory set) internal pure returns (bytes32) {
        return bytes32(_readEndingAt(set, 32));
    }

    /// @notice The set's number.
    function idOf(bytes memory set) internal pure returns (uint64) {
        return uint64(_readEndingAt(set, HEAD));
    }

    /// @notice Number of members.
    function sizeOf(bytes memory set) internal pure returns (uint256) {
        // A stored set has its head: can't underflow.
        unchecked {
            return (set.length - HEAD) / 20;
        }
    }

    /// @notice The address of a member. The caller keeps `index` below the set's size.
    function memberOf(bytes memory set, uint256 index) internal pure returns (address) {
        // `index` is below 256: can't overflow.
        unchecked {
            return address(uint160(_readEndingAt(set, HEAD + 20 * (index + 1))));
        }
    }

    /// @notice Where the first member is, for walking through all of them.
    function firstMember(bytes memory set) internal pure returns (Member member) {
        assembly ("memory-safe") {
            // The word that ends with the member's last byte; `HEAD` and 20 bytes, written out for the assembler.
            member := add(set, 60)
        }
    }

    /// @notice Where the next member is. The caller does not walk past the set's size.
    function next(Member member) internal pure returns (Member) {
        unchecked {
            return Member.wrap(Member.unwrap(member) + 20);
        }
    }

    /// @notice Whether the member has this address.
    function hasAddress(Member member, address account) internal pure returns (bool same) {
        assembly ("memory-safe") {
            same := iszero(shl(96, xor(mload(member), account)))
        }
    }

    /// @dev `end` is at least 32 and at most the array's length, so that the word lies within the array.
    function _writeEndingAt(bytes memory set, uint256 end, uint256 value) private pure {
        assembly ("memory-safe") {
            mstore(add(set, end), value)
        }
    }

    /// @dev As `_writeEndingAt`; the array's data begins 32 bytes after its length.
    function _readEndingAt(bytes memory set, uint256 end) private pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(set, end))
        }
    }
}
