// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { SmartLayerFormats } from "../src/SmartLayerFormats.sol";
import { BitmapProof, SmartLayerProofs, StateProof } from "../src/SmartLayerProofs.sol";
import { ProofFixture } from "./ProofFixture.sol";

/// @title Absence that must not be believed, each for its own reason
contract AbsenceAttacksTest is ProofFixture {
    function test_absence_by_the_leaf_that_ends_at_the_key_reverts() public {
        // Class 5 is recorded: the leaf before it ends where it begins.
        _refuseKey(0, SmartLayerFormats.bitmapKey(CLASS, KIND));
    }

    function test_absence_by_the_leaf_above_the_key_reverts() public {
        _refuseKey(SmartLayerFormats.bitmapKey(CLASS, KIND) + 1, 1 << 40);
    }

    function test_absence_by_a_leaf_whose_gap_is_reversed_reverts() public {
        _refuseKey(SmartLayerFormats.bitmapKey(CLASS, KIND) + 1, SmartLayerFormats.bitmapKey(CLASS, KIND) - 1);
    }

    function test_absence_of_the_last_key_by_a_gap_below_it_reverts() public {
        BitmapProof memory proof = _gap();
        // The largest key that can be claimed.
        proof.nextKey = SmartLayerFormats.bitmapKey(type(uint32).max, 31);
        _snapshot.body.bitmapRoot = SmartLayerFormats.bitmapKeyLeaf(0, 0, proof.nextKey);
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.WrongKey.selector);
        user.requireNotRecorded(scopeOf(10, type(uint32).max), 31, INSTANCE, direct(_snapshot), proof);
    }

    function test_absence_by_the_word_that_ends_at_the_word_reverts() public {
        _refuseWord(0, INSTANCE >> 8);
    }

    function test_absence_by_the_word_above_reverts() public {
        _refuseWord((INSTANCE >> 8) + 1, 1 << 248);
    }

    function test_absence_of_a_set_bit_reverts() public {
        BitmapProof memory proof = _bit(1 << (INSTANCE & 0xff));
        _publishKey(proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.Recorded.selector, KIND, INSTANCE));
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
        user.requireRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_presence_by_the_neighbours_bits_reverts() public {
        BitmapProof memory proof = _bit(~(1 << (INSTANCE & 0xff)));
        _publishKey(proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.NotRecorded.selector, KIND, INSTANCE));
        user.requireRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_absence_for_another_class_reverts() public {
        BitmapProof memory proof = _bit(0);
        _publishKey(proof);
        vm.expectPartialRevert(SmartLayerProofs.WrongKey.selector);
        user.requireNotRecorded(scopeOf(10, CLASS - 1), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_never_recorded_of_what_was_recorded_and_cleared_reverts() public {
        StateProof memory proof = _state(uint32(1) << KIND);
        _snapshot.body.stateRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.EverRecorded.selector, KIND, INSTANCE));
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_never_recorded_of_others_is_accepted() public {
        StateProof memory proof = _state(~(uint32(1) << KIND));
        _snapshot.body.stateRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_state_of_another_instance_under_the_right_key_reverts() public {
        // Honest anchors never sign a leaf whose key is not that of its instance.
        StateProof memory proof = _state(0);
        proof.leaf.instance = INSTANCE + 1;
        _snapshot.body.stateRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.WrongState.selector);
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function test_gap_that_ends_at_the_key_reverts() public {
        StateProof memory proof;
        proof.leaf.nextKey = SmartLayerFormats.stateKey(CLASS, INSTANCE);
        _snapshot.body.stateRoot = _stateLeaf(proof.leaf);
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.WrongState.selector);
        user.requireNeverRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }
}
