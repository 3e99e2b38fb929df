// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { Operation, SmartLayerFormats, Snapshot, StateLeaf } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "../src/SmartLayerProofs.sol";
import { BridgeFixture } from "./BridgeFixture.sol";
import { Trees } from "./Trees.sol";

/// @title A snapshot to be filled, and proofs of one leaf
/// @notice The anchors of these tests sign whatever a test needs, so that a check can't lean on what honest anchors
/// would never sign. The shared vectors have the lies about an honest network.
abstract contract ProofFixture is BridgeFixture {
    uint32 internal constant CLASS = 5;
    uint8 internal constant KIND = 2;
    uint256 internal constant INSTANCE = 4711;
    bytes32 internal constant SIBLING = keccak256("sibling");

    Anchors internal _set;
    Snapshot internal _snapshot;

    function setUp() public {
        _set = anchors(1, 0, 4);
        deploy(_set);
        _snapshot = snapshotOf(10, _set, hashOf(_set));
    }

    function _scope() internal view returns (SmartLayerProofs.Scope memory) {
        return scopeOf(10, CLASS);
    }

    function _operation() internal pure returns (Operation memory operation) {
        operation.class = CLASS;
        operation.kind = KIND;
        operation.instance = INSTANCE;
    }

    function _leafOf(uint64 interval, Operation memory operation) internal pure returns (bytes32) {
        return keccak256(abi.encode(SmartLayerFormats.OPERATION_TAG, interval, operation));
    }

    function _leaf(Operation memory operation) internal pure returns (bytes32) {
        return _leafOf(10, operation);
    }

    function _path(bytes32 sibling) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](1);
        path[0] = sibling;
    }

    function _operationProof(bytes32[] memory path) internal pure returns (OperationProof memory) {
        return OperationProof(_operation(), path);
    }

    function _refuseOperation(OperationProof memory proof) internal {
        vm.expectPartialRevert(SmartLayerProofs.OperationNotIncluded.selector);
        user.requireOperation(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function _under(Snapshot memory earlier) internal view returns (SnapshotProof memory proof) {
        proof.snapshot = earlier;
        proof.later = new Snapshot[](1);
        proof.later[0] = _snapshot;
    }

    /// @dev The later snapshot's history is one leaf, and not the right one.
    function _refuseHistory(Snapshot memory earlier, bytes32 foreign) internal {
        _snapshot.body.historyRoot = foreign;
        publish(_set, _snapshot);
        vm.expectPartialRevert(SmartLayerProofs.NotInHistory.selector);
        user.requireSnapshot(scopeOf(9, CLASS), _under(earlier));
    }

    /// @dev The first leaf of an empty bitmap.
    function _gap() internal pure returns (BitmapProof memory proof) {
        proof.nextKey = 1 << 40;
    }

    /// @dev The instance's own word.
    function _bit(uint256 word) internal pure returns (BitmapProof memory proof) {
        proof = _gap();
        proof.key = SmartLayerFormats.bitmapKey(CLASS, KIND);
        (proof.wordIndex, proof.word, proof.nextWordIndex) = (INSTANCE >> 8, word, 1 << 248);
        proof.lowerRoot = SmartLayerFormats.bitmapWordLeaf(proof.wordIndex, word, proof.nextWordIndex);
    }

    function _publishKey(BitmapProof memory proof) internal {
        _snapshot.body.bitmapRoot = SmartLayerFormats.bitmapKeyLeaf(proof.key, proof.lowerRoot, proof.nextKey);
        publish(_set, _snapshot);
    }

    function _refuseKey(uint64 key, uint64 nextKey) internal {
        BitmapProof memory proof;
        (proof.key, proof.nextKey) = (key, nextKey);
        _publishKey(proof);
        vm.expectPartialRevert(SmartLayerProofs.WrongKey.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function _refuseWord(uint256 wordIndex, uint256 nextWordIndex) internal {
        BitmapProof memory proof = _bit(0);
        (proof.wordIndex, proof.nextWordIndex) = (wordIndex, nextWordIndex);
        proof.lowerRoot = SmartLayerFormats.bitmapWordLeaf(wordIndex, 0, nextWordIndex);
        _publishKey(proof);
        vm.expectPartialRevert(SmartLayerProofs.WrongWord.selector);
        user.requireNotRecorded(_scope(), KIND, INSTANCE, direct(_snapshot), proof);
    }

    function _state(uint32 ever) internal pure returns (StateProof memory proof) {
        proof.leaf.key = SmartLayerFormats.stateKey(CLASS, INSTANCE);
        proof.leaf.class = CLASS;
        proof.leaf.instance = INSTANCE;
        proof.leaf.ever = ever;
        proof.leaf.nextKey = type(uint256).max;
    }

    function _stateLeaf(StateLeaf memory leaf) internal pure returns (bytes32) {
        return keccak256(abi.encode(SmartLayerFormats.STATE_TAG, leaf));
    }

    /// @dev A call that is accepted as it is.
    function _validCall() internal returns (bytes memory callData) {
        _snapshot.body.operationsRoot = Trees.inner(_leaf(_operation()), SIBLING);
        publish(_set, _snapshot);
        callData = abi.encodeCall(
            user.requireOperation, (_scope(), KIND, INSTANCE, direct(_snapshot), _operationProof(_path(SIBLING)))
        );
        (bool done,) = address(user).call(callData);
        vm.assertTrue(done, "refused");
    }
}
