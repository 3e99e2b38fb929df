// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The one tree, built in Solidity for fuzzing
/// @dev Leaves in order, paired level by level from the left, an odd last node moves up unchanged.
library Trees {
    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        if (leaves.length == 0) return 0;
        bytes32[] memory level = leaves;
        while (level.length > 1) level = _above(level);
        return level[0];
    }

    function pathOf(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory path) {
        bytes32[] memory siblings = new bytes32[](64);
        uint256 count;
        bytes32[] memory level = leaves;
        while (level.length > 1) {
            if (index ^ 1 < level.length) siblings[count++] = level[index ^ 1];
            level = _above(level);
            index /= 2;
        }
        path = new bytes32[](count);
        for (uint256 step; step < count; ++step) {
            path[step] = siblings[step];
        }
    }

    /// @dev The path of a leaf that stands alone below `depth` nodes that nobody else fills: long paths at low cost.
    function deepTree(bytes32 leaf, uint256 depth) internal pure returns (bytes32 root, bytes32[] memory path) {
        path = new bytes32[](depth);
        root = leaf;
        for (uint256 step; step < depth; ++step) {
            path[step] = keccak256(abi.encode("sibling", step));
            root = inner(root, path[step]);
        }
    }

    function inner(bytes32 one, bytes32 other) internal pure returns (bytes32) {
        return one < other ? keccak256(abi.encode(one, other)) : keccak256(abi.encode(other, one));
    }

    function _above(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[]((level.length + 1) / 2);
        for (uint256 index; index < above.length; ++index) {
            bytes32 left = level[2 * index];
            above[index] = 2 * index + 1 < level.length ? inner(left, level[2 * index + 1]) : left;
        }
    }
}
