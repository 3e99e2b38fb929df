// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { MerkleProof } from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

import { Operation, SmartLayerFormats } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, StateProof } from "../src/SmartLayerProofs.sol";
import { BridgeFixture } from "./BridgeFixture.sol";
import { ProofUser } from "./ProofUser.sol";
import { Trees } from "./Trees.sol";

/// @title Trees of every size and content
contract ProofFuzzTest is BridgeFixture {
    uint32 private constant CLASS = 5;
    uint8 private constant KIND = 2;

    function setUp() public {
        user = new ProofUser();
    }

    function testFuzz_every_operation_is_provable_and_no_other(uint256 size, uint256 index, uint256 bit) public {
        Operation[] memory operations = new Operation[](bound(size, 1, 40));
        bytes32[] memory leaves = new bytes32[](operations.length);
        for (uint256 place; place < leaves.length; ++place) {
            operations[place].class = CLASS;
            operations[place].instance = uint256(keccak256(abi.encode(size, place)));
            leaves[place] = keccak256(abi.encode(SmartLayerFormats.OPERATION_TAG, uint64(7), operations[place]));
        }
        index = bound(index, 0, leaves.length - 1);
        bytes32 root = Trees.rootOf(leaves);
        OperationProof memory proof = OperationProof(operations[index], Trees.pathOf(leaves, index));
        user.requireInOperations(root, 7, proof);
        vm.assertTrue(MerkleProof.verify(proof.path, root, leaves[index]), "OpenZeppelin says so too");

        vm.expectRevert();
        user.requireInOperations(root, 8, proof);
        vm.expectRevert();
        user.requireInOperations(root ^ bytes32(1 << (bit % 256)), 7, proof);
        if (proof.path.length > 0) {
            proof.path[bit % proof.path.length] ^= bytes32(1 << (bit % 256));
            vm.expectRevert();
            user.requireInOperations(root, 7, proof);
        }
    }

    function testFuzz_a_bit_is_recorded_or_absent_never_both(uint256 seed, uint256 wanted) public view {
        // Up to twelve words, some next to each other, and the instance in one of them or in a gap.
        uint256[] memory indices = new uint256[](1 + seed % 12);
        uint256[] memory words = new uint256[](indices.length);
        words[0] = uint256(keccak256(abi.encode(seed, "word", uint256(0))));
        for (uint256 place = 1; place < indices.length; ++place) {
            uint256 random = uint256(keccak256(abi.encode(seed, "index", place)));
            indices[place] = indices[place - 1] + 1 + (random % 3 == 0 ? 0 : random >> 16);
            words[place] = uint256(keccak256(abi.encode(seed, "word", place)));
        }
        uint256 instance = wanted % 2 == 0 ? wanted : (indices[wanted % indices.length] << 8) + (wanted >> 248);
        bytes32[] memory leaves = new bytes32[](indices.length);
        uint256 own;
        for (uint256 place; place < leaves.length; ++place) {
            uint256 next = place + 1 < leaves.length ? indices[place + 1] : 1 << 248;
            leaves[place] = SmartLayerFormats.bitmapWordLeaf(indices[place], words[place], next);
            if (indices[place] <= instance >> 8) own = place;
        }
        bytes32 lowerRoot = Trees.rootOf(leaves);
        BitmapProof memory proof = BitmapProof({
            key: SmartLayerFormats.bitmapKey(CLASS, KIND),
            lowerRoot: lowerRoot,
            nextKey: 1 << 40,
            keyPath: new bytes32[](0),
            wordIndex: indices[own],
            word: words[own],
            nextWordIndex: own + 1 < leaves.length ? indices[own + 1] : 1 << 248,
            wordPath: Trees.pathOf(leaves, own)
        });
        bytes32 root = SmartLayerFormats.bitmapKeyLeaf(proof.key, lowerRoot, proof.nextKey);
        bool expected = indices[own] == instance >> 8 && (words[own] >> (instance & 0xff)) & 1 == 1;
        vm.assertTrue(user.isInBitmap(root, CLASS, KIND, instance, proof) == expected, "recorded");

        // By any other leaf of the tree there is no answer.
        for (uint256 place; place < leaves.length; ++place) {
            if (place == own) continue;
            proof.wordIndex = indices[place];
            proof.word = words[place];
            proof.nextWordIndex = place + 1 < leaves.length ? indices[place + 1] : 1 << 248;
            proof.wordPath = Trees.pathOf(leaves, place);
            try user.isInBitmap(root, CLASS, KIND, instance, proof) {
                vm.assertTrue(false, "another leaf");
            } catch { }
        }
    }

    function testFuzz_a_key_is_in_a_gap_or_not(uint64 key, uint64 nextKey, uint32 class, uint8 kind) public view {
        class = uint32(bound(class, 1, type(uint32).max));
        kind = uint8(bound(kind, 0, 31));
        BitmapProof memory proof;
        (proof.key, proof.nextKey) = (key % 2 ** 41, nextKey % 2 ** 41);
        bytes32 root = SmartLayerFormats.bitmapKeyLeaf(proof.key, 0, proof.nextKey);
        uint64 wanted = SmartLayerFormats.bitmapKey(class, kind);
        bool expected = proof.key < wanted && wanted < proof.nextKey;
        try user.isInBitmap(root, class, kind, 1, proof) returns (bool recorded) {
            vm.assertTrue(!recorded && expected, "accepted");
        } catch {
            vm.assertTrue(!expected, "refused");
        }
    }

    function testFuzz_a_state_is_its_own_or_a_gap(uint256 key, uint256 nextKey, uint256 instance) public view {
        StateProof memory proof;
        (proof.leaf.key, proof.leaf.nextKey) = (key, nextKey);
        bytes32 root = keccak256(abi.encode(SmartLayerFormats.STATE_TAG, proof.leaf));
        uint256 wanted = SmartLayerFormats.stateKey(CLASS, instance);
        bool expected = key < wanted && wanted < nextKey;
        try user.stateIn(root, CLASS, instance, proof) {
            vm.assertTrue(expected, "accepted");
        } catch {
            vm.assertTrue(!expected, "refused");
        }
    }
}
