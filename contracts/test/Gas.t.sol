// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { Operation, SmartLayerFormats, Snapshot, StateLeaf } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, StateProof } from "../src/SmartLayerProofs.sol";
import { BridgeFixture } from "./BridgeFixture.sol";
import { Trees } from "./Trees.sol";

/// @title What things cost
/// @notice Calls run as transactions of their own, so that their gas is what a sender pays: base cost and call data
/// included. The numbers are in `snapshots/`; a run that differs fails.
/// forge-config: default.isolate = true
contract GasTest is BridgeFixture {
    uint32 private constant CLASS = 9;
    uint8 private constant KIND = 2;
    uint256 private constant INSTANCE = 4711;
    uint256 private constant DEPTH = 24;

    Anchors private _set;

    function setUp() public {
        _set = anchors(1, 0, 21);
        deploy(_set);
    }

    function test_a_post_with_15_of_21_signatures_costs_at_most_105000() public {
        _fillRing();
        send(postOf(_set, 100));
        uint256 used = vm.snapshotGasLastCall("post", "15 of 21 signatures");
        vm.assertTrue(used <= 105_000, "above the target");
    }

    function test_a_signature_costs_at_most_4500() public {
        _fillRing();
        Snapshot memory snapshot = snapshotOf(100, _set, hashOf(_set));
        Post memory fewer = postOf(_set, snapshot, lowest(15));
        Post memory more = postOf(_set, snapshotOf(101, _set, hashOf(_set)), lowest(16));
        send(fewer);
        uint256 fifteen = vm.lastCallGas().gasTotalUsed;
        send(more);
        uint256 sixteen = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("post", "one signature more", sixteen - fifteen);
        vm.assertTrue(sixteen - fifteen <= 4_500, "above the target");
    }

    function test_posts_of_other_sizes() public {
        _fillRing();
        send(postOf(_set, snapshotOf(100, _set, hashOf(_set)), lowest(21)));
        vm.snapshotGasLastCall("post", "21 of 21 signatures");
        _set = anchors(1, 0, 4);
        deploy(_set);
        _fillRing();
        send(postOf(_set, 100));
        vm.snapshotGasLastCall("post", "3 of 4 signatures");
    }

    function test_a_post_into_an_empty_slot() public {
        send(postOf(_set, 1));
        send(postOf(_set, 2));
        vm.snapshotGasLastCall("post", "15 of 21 signatures, ring not yet full");
    }

    function test_a_set_change() public {
        _fillRing();
        Anchors memory next = anchors(2, 100, 21);
        send(postOf(_set, snapshotOf(100, _set, hashOf(next)), lowest(15)));
        vm.snapshotGasLastCall("set change", "post of the last interval of a set");
        bridge.deliverSet(next.setId, next.members);
        vm.snapshotGasLastCall("set change", "delivery of 21 addresses");
    }

    function test_an_operation_proof_costs_what_solady_costs_and_the_leaf() public {
        OperationProof memory proof;
        proof.operation = _operation();
        (, bytes32 leaf) = user.gasOfOperationLeaf(1, proof);
        bytes32 root;
        (root, proof.path) = Trees.deepTree(leaf, DEPTH);

        uint256 solady = user.gasOfSolady(root, leaf, proof);
        (uint256 leafHash,) = user.gasOfOperationLeaf(1, proof);
        uint256 ours = user.gasOfOperation(root, 1, proof);
        vm.snapshotValue("operation proof, depth 24", "Solady's verification alone", solady);
        vm.snapshotValue("operation proof, depth 24", "hash of the leaf", leafHash);
        vm.snapshotValue("operation proof, depth 24", "leaf and verification", ours);
        // The branch to the error is in one of them only.
        vm.assertTrue(ours <= solady + leafHash + 25, "above the target");
    }

    function test_an_absence_proof_costs_at_most_a_quarter_more_than_a_presence_proof() public {
        BitmapProof memory proof = BitmapProof({
            key: SmartLayerFormats.bitmapKey(CLASS, KIND),
            lowerRoot: 0,
            nextKey: 1 << 40,
            keyPath: new bytes32[](0),
            wordIndex: INSTANCE >> 8,
            word: 1 << (INSTANCE & 0xff),
            nextWordIndex: 1 << 248,
            wordPath: new bytes32[](0)
        });
        (uint256 present, bool recorded) = _gasOfBit(proof, INSTANCE);
        vm.assertTrue(recorded, "present");
        vm.snapshotValue("bitmap proof, depths 12 and 12", "presence", present);

        uint256 absent;
        (absent, recorded) = _gasOfBit(proof, INSTANCE ^ 1);
        vm.assertTrue(!recorded, "clear bit");
        vm.snapshotValue("bitmap proof, depths 12 and 12", "absence, a clear bit", absent);
        vm.assertTrue(absent * 100 <= present * 125, "a clear bit");

        (absent, recorded) = _gasOfBit(proof, INSTANCE + 256);
        vm.assertTrue(!recorded, "gap in the lower tree");
        vm.snapshotValue("bitmap proof, depths 12 and 12", "absence, a gap in the lower tree", absent);
        vm.assertTrue(absent * 100 <= present * 125, "a gap in the lower tree");

        bytes32 root;
        BitmapProof memory gap;
        gap.nextKey = 1 << 40;
        (root, gap.keyPath) = Trees.deepTree(SmartLayerFormats.bitmapKeyLeaf(0, 0, 1 << 40), 12);
        (absent, recorded) = user.gasOfBitmap(root, CLASS, KIND, INSTANCE, gap);
        vm.assertTrue(!recorded, "gap in the upper tree");
        vm.snapshotValue("bitmap proof, depths 12 and 12", "absence, a gap in the upper tree", absent);
        vm.assertTrue(absent * 100 <= present * 125, "a gap in the upper tree");
    }

    function test_whole_checks_by_a_token_contract() public {
        Snapshot memory snapshot = snapshotOf(1, _set, hashOf(_set));
        OperationProof memory operation;
        operation.operation = _operation();
        (, bytes32 leaf) = user.gasOfOperationLeaf(1, operation);
        (snapshot.body.operationsRoot, operation.path) = Trees.deepTree(leaf, DEPTH);
        StateProof memory state;
        state.leaf.key = SmartLayerFormats.stateKey(CLASS, INSTANCE);
        (state.leaf.class, state.leaf.instance) = (CLASS, INSTANCE);
        (snapshot.body.stateRoot, state.path) = Trees.deepTree(_stateLeaf(state.leaf), DEPTH);
        publish(_set, snapshot);

        SmartLayerProofs.Scope memory scope = scopeOf(1, CLASS);
        _transact(abi.encodeCall(user.requireOperation, (scope, KIND, INSTANCE, direct(snapshot), operation)));
        vm.snapshotGasLastCall("whole check as a transaction", "operation, depth 24");
        _transact(abi.encodeCall(user.requireNeverRecorded, (scope, KIND, INSTANCE, direct(snapshot), state)));
        vm.snapshotGasLastCall("whole check as a transaction", "never recorded, depth 24");
    }

    /// @dev Builds both trees over the one word and measures the check of an instance.
    function _gasOfBit(BitmapProof memory proof, uint256 instance) private view returns (uint256 used, bool recorded) {
        bytes32 leaf = SmartLayerFormats.bitmapWordLeaf(proof.wordIndex, proof.word, proof.nextWordIndex);
        (proof.lowerRoot, proof.wordPath) = Trees.deepTree(leaf, 12);
        bytes32 root;
        leaf = SmartLayerFormats.bitmapKeyLeaf(proof.key, proof.lowerRoot, proof.nextKey);
        (root, proof.keyPath) = Trees.deepTree(leaf, 12);
        return user.gasOfBitmap(root, CLASS, KIND, instance, proof);
    }

    /// @dev Not as a static call, which is no transaction of its own.
    function _transact(bytes memory callData) private {
        (bool done,) = address(user).call(callData);
        vm.assertTrue(done, "reverted");
    }

    function _operation() private pure returns (Operation memory) {
        return Operation({
            class: CLASS,
            instance: INSTANCE,
            seq: 3,
            kind: KIND,
            actor: keccak256("actor"),
            to: 0,
            data: keccak256("data"),
            timeMs: 1_800_000_000_000
        });
    }

    function _stateLeaf(StateLeaf memory leaf) private pure returns (bytes32) {
        return keccak256(abi.encode(SmartLayerFormats.STATE_TAG, leaf));
    }

    /// @dev Every slot is used from now on: a post overwrites.
    function _fillRing() private {
        for (uint64 interval = 1; interval <= bridge.RING_SIZE(); ++interval) {
            send(postOf(_set, interval));
        }
    }
}
