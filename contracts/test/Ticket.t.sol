// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { SmartLayerFormats, Operation, Snapshot, StateLeaf } from "../src/SmartLayerFormats.sol";
import { OperationProof, SmartLayerProofs, StateProof } from "../src/SmartLayerProofs.sol";
import { SmartLayerTicket } from "../src/example/SmartLayerTicket.sol";
import { BridgeFixture } from "./BridgeFixture.sol";

/// @title The example token relies on proofs, and on nothing else
contract TicketTest is BridgeFixture {
    uint32 private constant CLASS = 5;
    uint256 private constant TICKET = 4711;
    uint256 private constant NEW_TICKET = 4712;
    address private constant HOLDER = address(0xabcd);

    Anchors private _set;
    SmartLayerTicket private _ticket;

    function setUp() public {
        _set = anchors(1, 0, 4);
        deploy(_set);
        _ticket = new SmartLayerTicket(bridge, CLASS);
        _ticket.issue(HOLDER, TICKET);
    }

    function test_entry_with_a_ticket_that_was_never_redeemed() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(0);
        vm.expectEmit();
        emit SmartLayerTicket.Entered(TICKET, HOLDER);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
        vm.assertTrue(_ticket.entered(TICKET), "entered");
    }

    function test_entry_with_a_ticket_that_smart_layer_never_saw() public {
        StateProof memory proof;
        proof.leaf.nextKey = type(uint256).max;
        Snapshot memory snapshot = _publishState(proof);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_once_redeemed() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(uint32(1) << _ticket.REDEEM());
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.Spent.selector, TICKET, 1 << 2));
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_once_destroyed() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(uint32(1) << _ticket.DESTROY());
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.Spent.selector, TICKET, 1 << 3));
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_after_other_operations() public {
        (Snapshot memory snapshot, StateProof memory proof) =
            _stateOf(~(uint32(1) << _ticket.REDEEM() | uint32(1) << _ticket.DESTROY()));
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_a_second_time() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(0);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.AlreadyEntered.selector, TICKET));
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_with_an_old_proof() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(0);
        vm.warp(NOW + 10 minutes);
        vm.expectPartialRevert(SmartLayerProofs.SnapshotTooOld.selector);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_to_others() public {
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(0);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.NotHolder.selector, address(this), TICKET));
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_with_the_state_of_another_ticket() public {
        _ticket.issue(HOLDER, NEW_TICKET);
        (Snapshot memory snapshot, StateProof memory proof) = _stateOf(0);
        vm.expectPartialRevert(SmartLayerProofs.WrongState.selector);
        vm.prank(HOLDER);
        _ticket.enter(NEW_TICKET, 10, direct(snapshot), proof);
    }

    function test_entry_is_refused_without_a_signed_snapshot() public {
        StateProof memory proof = _state(0);
        Snapshot memory snapshot = snapshotOf(10, _set, hashOf(_set));
        snapshot.body.stateRoot = keccak256(abi.encode(SmartLayerFormats.STATE_TAG, proof.leaf));
        vm.expectPartialRevert(SmartLayerProofs.SnapshotNotPosted.selector);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(snapshot), proof);
    }

    function test_reissue_with_proof_of_destruction() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.DESTROY());
        vm.expectEmit();
        emit SmartLayerTicket.Reissued(TICKET, NEW_TICKET, HOLDER);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
        vm.assertEq(_ticket.ownerOf(NEW_TICKET), HOLDER, "new owner");
        vm.expectRevert();
        _ticket.ownerOf(TICKET);
    }

    function test_reissue_does_not_age() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.DESTROY());
        vm.warp(NOW + 365 days);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
    }

    function test_reissue_with_another_operation_is_refused() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.REDEEM());
        vm.expectPartialRevert(SmartLayerProofs.WrongOperation.selector);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
    }

    function test_reissue_with_the_destruction_of_another_ticket_is_refused() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(99, _ticket.DESTROY());
        vm.expectPartialRevert(SmartLayerProofs.WrongOperation.selector);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
    }

    function test_reissue_with_a_forged_operation_is_refused() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(99, _ticket.DESTROY());
        proof.operation.instance = TICKET;
        vm.expectPartialRevert(SmartLayerProofs.OperationNotIncluded.selector);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
        vm.assertTrue(!_ticket.replaced(TICKET), "replaced");
    }

    function test_a_used_ticket_is_not_replaced() public {
        (Snapshot memory earlier, StateProof memory state) = _stateOf(0);
        vm.prank(HOLDER);
        _ticket.enter(TICKET, 10, direct(earlier), state);
        (Snapshot memory snapshot, OperationProof memory proof) = _operationIn(11, TICKET, _ticket.DESTROY());
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.AlreadyEntered.selector, TICKET));
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 11, direct(snapshot), proof);
    }

    function test_a_destruction_counts_once() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.DESTROY());
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.AlreadyReplaced.selector, TICKET));
        _ticket.reissue(TICKET, NEW_TICKET + 1, HOLDER, 10, direct(snapshot), proof);
    }

    function test_a_destroyed_number_is_never_issued_again() public {
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.DESTROY());
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.AlreadyReplaced.selector, TICKET));
        _ticket.reissue(TICKET, TICKET, HOLDER, 10, direct(snapshot), proof);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.AlreadyReplaced.selector, TICKET));
        _ticket.issue(HOLDER, TICKET);
    }

    function test_only_the_issuer_issues() public {
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.NotIssuer.selector, HOLDER));
        vm.prank(HOLDER);
        _ticket.issue(HOLDER, NEW_TICKET);
        (Snapshot memory snapshot, OperationProof memory proof) = _operation(TICKET, _ticket.DESTROY());
        vm.expectRevert(abi.encodeWithSelector(SmartLayerTicket.NotIssuer.selector, HOLDER));
        vm.prank(HOLDER);
        _ticket.reissue(TICKET, NEW_TICKET, HOLDER, 10, direct(snapshot), proof);
    }

    function _state(uint32 ever) private pure returns (StateProof memory proof) {
        proof.leaf.key = SmartLayerFormats.stateKey(CLASS, TICKET);
        (proof.leaf.class, proof.leaf.instance, proof.leaf.ever) = (CLASS, TICKET, ever);
        proof.leaf.nextKey = type(uint256).max;
    }

    function _publishState(StateProof memory proof) private returns (Snapshot memory snapshot) {
        snapshot = snapshotOf(10, _set, hashOf(_set));
        snapshot.body.stateRoot = keccak256(abi.encode(SmartLayerFormats.STATE_TAG, proof.leaf));
        publish(_set, snapshot);
    }

    function _stateOf(uint32 ever) private returns (Snapshot memory snapshot, StateProof memory proof) {
        proof = _state(ever);
        snapshot = _publishState(proof);
    }

    function _operation(uint256 instance, uint8 kind)
        private
        returns (Snapshot memory snapshot, OperationProof memory proof)
    {
        return _operationIn(10, instance, kind);
    }

    function _operationIn(uint64 interval, uint256 instance, uint8 kind)
        private
        returns (Snapshot memory snapshot, OperationProof memory proof)
    {
        proof.operation.class = CLASS;
        (proof.operation.instance, proof.operation.kind) = (instance, kind);
        snapshot = snapshotOf(interval, _set, hashOf(_set));
        snapshot.body.operationsRoot = keccak256(abi.encode(SmartLayerFormats.OPERATION_TAG, interval, proof.operation));
        publish(_set, snapshot);
    }
}
