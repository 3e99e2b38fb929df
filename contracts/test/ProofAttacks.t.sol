// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { MerkleProofLib } from "solady/src/utils/MerkleProofLib.sol";

import { Operation, SmartLayerFormats, Snapshot } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, StateProof } from "../src/SmartLayerProofs.sol";
import { ProofFixture } from "./ProofFixture.sol";
import { Trees } from "./Trees.sol";

/// @title Proofs that must be refused, each for its own reason
contract ProofAttacksTest is ProofFixture {
    function test_empty_proof_of_a_leaf_that_is_not_the_root_reverts() public {
        bytes32 leaf = _leaf(_operation());
        _snapshot.body.operationsRoot = Trees.inner(leaf, SIBLING);
        publish(_set, _snapshot);
        _refuseOperation(_operationProof(new bytes32[](0)));
    }

    function test_empty_proof_of_the_only_leaf_is_accepted() public {
        _snapshot.body.operationsRoot = _leaf(_operation());
        publish(_set, _snapshot);
        user.requireOperation(_scope(), KIND, INSTANCE, direct(_snapshot), _operationProof(new bytes32[](0)));
    }

    function test_proof_against_the_zero_root_reverts() public {
        _snapshot.body.operationsRoot = 0;
        publish(_set, _snapshot);
        _refuseOperation(_operationProof(new bytes32[](0)));
        _refuseOperation(_operationProof(_path(0)));
        _refuseOperation(_operationProof(_path(_leaf(_operation()))));
    }

    function test_bitmap_and_state_against_the_zero_root_revert() public {
        _snapshot.body.bitmapRoot = 0;
        _snapshot.body.stateRoot = 0;
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.KeyNotIncluded.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), _gap());
        StateProof memory state;
        state.leaf.nextKey = type(uint256).max;
        vm.expectPartialRevert(SmartLayerProofs.StateNotIncluded.selector);
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), state);
    }

    function test_lower_leaf_against_the_zero_root_of_the_first_key_reverts() public {
        // The first leaf stands for no key: its lower root is zero, and no word is under it.
        BitmapProof memory proof = _gap();
        _snapshot.body.bitmapRoot = SmartLayerFormats.bitmapKeyLeaf(0, 0, proof.nextKey);
        publish(_set, _snapshot);
        proof.nextWordIndex = 1 << 248;
        vm.expectPartialRevert(SmartLayerProofs.SurplusWord.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_inner_node_as_leaf_reverts() public {
        // The sibling's place is taken by the node above the leaf: a bare tree can't tell, a tagged leaf is never a node.
        bytes32 leaf = _leaf(_operation());
        bytes32 node = Trees.inner(leaf, SIBLING);
        _snapshot.body.operationsRoot = Trees.inner(node, SIBLING);
        publish(_set, _snapshot);
        vm.assertTrue(MerkleProofLib.verify(_path(SIBLING), _snapshot.body.operationsRoot, node), "bare tree");
        _refuseOperation(_operationProof(_path(SIBLING)));
    }

    function test_leaf_as_inner_node_reverts() public {
        // A path that goes on below the leaf ends at the root too, if somebody finds what hashes to the leaf.
        bytes32 leaf = _leaf(_operation());
        _snapshot.body.operationsRoot = leaf;
        publish(_set, _snapshot);
        Operation memory other = _operation();
        other.seq = 99;
        OperationProof memory proof = OperationProof(other, _path(leaf));
        _refuseOperation(proof);
    }

    function test_operation_leaf_of_another_interval_reverts() public {
        _snapshot.body.operationsRoot = _leafOf(9, _operation());
        publish(_set, _snapshot);
        _refuseOperation(_operationProof(new bytes32[](0)));
    }

    function test_history_leaf_as_bitmap_word_reverts() public {
        // Both leaves are a tag and three words. The root of the lower tree is the history leaf with the same words.
        BitmapProof memory proof = _gap();
        proof.key = SmartLayerFormats.bitmapKey(CLASS, KIND);
        (proof.wordIndex, proof.word, proof.nextWordIndex) = (INSTANCE >> 8, 0, INSTANCE >> 8 | 1 << 200);
        bytes32 foreign =
            keccak256(abi.encode(SmartLayerFormats.HISTORY_TAG, proof.wordIndex, proof.word, proof.nextWordIndex));
        proof.lowerRoot = foreign;
        _publishKey(proof);
        vm.expectPartialRevert(SmartLayerProofs.WordNotIncluded.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_bitmap_word_as_history_leaf_reverts() public {
        Snapshot memory earlier = snapshotOf(9, _set, hashOf(_set));
        bytes32 foreign = keccak256(
            abi.encode(SmartLayerFormats.BITMAP_WORD_TAG, earlier.interval, earlier.setId, hashOf(earlier))
        );
        _refuseHistory(earlier, foreign);
    }

    function test_bitmap_key_as_history_leaf_reverts() public {
        Snapshot memory earlier = snapshotOf(9, _set, hashOf(_set));
        bytes32 foreign =
            keccak256(abi.encode(SmartLayerFormats.BITMAP_KEY_TAG, earlier.interval, earlier.setId, hashOf(earlier)));
        _refuseHistory(earlier, foreign);
    }

    function test_history_leaf_without_tag_reverts() public {
        Snapshot memory earlier = snapshotOf(9, _set, hashOf(_set));
        _refuseHistory(earlier, hashOf(earlier));
    }

    function test_history_leaf_of_another_set_reverts() public {
        Snapshot memory earlier = snapshotOf(9, _set, hashOf(_set));
        _refuseHistory(earlier, SmartLayerFormats.historyLeaf(9, 2, hashOf(earlier)));
    }

    function test_bitmap_word_as_bitmap_key_reverts() public {
        // A lower leaf as upper leaf: its word would be the root of a tree that the attacker chose.
        BitmapProof memory proof = _gap();
        _snapshot.body.bitmapRoot = SmartLayerFormats.bitmapWordLeaf(0, 0, proof.nextKey);
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.KeyNotIncluded.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_state_leaf_under_the_operations_root_reverts() public {
        StateProof memory proof = _state(0);
        _snapshot.body.operationsRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.StateNotIncluded.selector);
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_snapshot_of_another_interval_reverts() public {
        _snapshot.body.operationsRoot = _leaf(_operation());
        publish(_set, _snapshot);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.WrongInterval.selector, 10, 11));
        user.requireOperation(scopeOf(11, CLASS), KIND, INSTANCE, direct(_snapshot), _operationProof(new bytes32[](0)));
    }

    function test_snapshot_that_was_never_posted_reverts() public {
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.SnapshotNotPosted.selector, 10, hashOf(_snapshot)));
        user.requireSnapshot(_scope(), direct(_snapshot));
    }

    function test_snapshot_of_another_bridge_reverts() public {
        publish(_set, _snapshot);
        deploy(_set);
        vm.expectPartialRevert(SmartLayerProofs.SnapshotNotPosted.selector);
        user.requireSnapshot(_scope(), direct(_snapshot));
    }

    function test_class_zero_proves_nothing() public {
        BitmapProof memory proof = _gap();
        _snapshot.body.bitmapRoot = SmartLayerFormats.bitmapKeyLeaf(0, 0, proof.nextKey);
        publish(_set, _snapshot);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.NoSuchClass.selector, 0));
        user.requireNotRecorded(scopeOf(10, 0), KIND, INSTANCE, direct(_snapshot), proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.NoSuchClass.selector, 0));
        user.stateOf(scopeOf(10, 0), INSTANCE, direct(_snapshot), _state(0));
    }

    function test_kind_32_proves_nothing() public {
        // A mask has 32 bits: a kind beyond them would never have been recorded, whatever happened.
        StateProof memory proof = _state(type(uint32).max);
        _snapshot.body.stateRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.NoSuchKind.selector, 32));
        user.requireNeverRecorded(_scope(), 32, INSTANCE, direct(_snapshot), proof);
    }

    function test_truncated_call_data_revert() public {
        bytes memory callData = _validCall();
        for (uint256 missing = 1; missing < callData.length; missing += 31) {
            bytes memory shorter = new bytes(callData.length - missing);
            for (uint256 index; index < shorter.length; ++index) {
                shorter[index] = callData[index];
            }
            (bool done,) = address(user).call(shorter);
            vm.assertTrue(!done, "accepted");
        }
    }

    function test_proof_extended_by_a_hash_reverts() public {
        bytes32[] memory path = new bytes32[](2);
        path[0] = SIBLING;
        _snapshot.body.operationsRoot = Trees.inner(_leaf(_operation()), SIBLING);
        publish(_set, _snapshot);
        _refuseOperation(_operationProof(path));
    }

    function test_dirty_call_data_revert() public {
        bytes memory callData = _validCall();
        // The highest byte of the class in the scope, which has 32 bits.
        callData[4 + 32] = 0x01;
        (bool done,) = address(user).call(callData);
        vm.assertTrue(!done, "accepted");
    }
}
