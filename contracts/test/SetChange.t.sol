// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ISmartLayerBridge } from "../src/ISmartLayerBridge.sol";
import { SmartLayerBridge } from "../src/SmartLayerBridge.sol";
import { Snapshot } from "../src/SmartLayerFormats.sol";
import { BridgeFixture } from "./BridgeFixture.sol";

/// @title Changes of the anchor set
contract SetChangeTest is BridgeFixture {
    Anchors private _first;
    Anchors private _second;

    function setUp() public {
        _first = anchors(1, 0, 4);
        _second = anchors(2, 2, 7);
        deploy(_first);
    }

    function test_the_first_set_is_delivered_with_the_contract() public view {
        (uint64 setId, address[] memory members) = bridge.currentSet();
        vm.assertEq(setId, 1, "number");
        vm.assertEq(abi.encode(members), abi.encode(_first.members), "members");
        vm.assertEq(bridge.currentSetHash(), hashOf(_first), "hash");
    }

    function test_the_last_snapshot_of_a_set_names_the_next() public {
        Post memory it = _handOver(5, _first, _second);
        vm.expectEmit();
        emit ISmartLayerBridge.SetChanged(5, hashOf(_second));
        send(it);
        vm.assertEq(bridge.currentSetHash(), hashOf(_second), "hash");
    }

    function test_nothing_is_accepted_before_the_delivery() public {
        send(_handOver(5, _first, _second));
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.SetNotDelivered.selector, hashOf(_second)));
        bridge.currentSet();
        Post memory it = postOf(_second, 6);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.SetNotDelivered.selector, hashOf(_second)));
        send(it);
        it = postOf(_first, 6);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.SetNotDelivered.selector, hashOf(_second)));
        send(it);
    }

    function test_anybody_delivers_the_set_once() public {
        send(_handOver(5, _first, _second));
        vm.prank(address(0xdead));
        bridge.deliverSet(2, _second.members);
        (uint64 setId, address[] memory members) = bridge.currentSet();
        vm.assertEq(setId, 2, "number");
        vm.assertEq(abi.encode(members), abi.encode(_second.members), "members");
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.SetAlreadyDelivered.selector, hashOf(_second)));
        bridge.deliverSet(2, _second.members);
        send(postOf(_second, 6));
        vm.assertEq(bridge.latestInterval(), 6, "latest");
    }

    function test_another_set_can_not_be_delivered() public {
        send(_handOver(5, _first, _second));
        Anchors memory other = anchors(2, 60, 7);
        _expectWrongHash(other);
        bridge.deliverSet(2, other.members);
    }

    function test_the_set_under_another_number_can_not_be_delivered() public {
        send(_handOver(5, _first, _second));
        vm.expectPartialRevert(ISmartLayerBridge.WrongSetHash.selector);
        bridge.deliverSet(3, _second.members);
    }

    function test_the_set_in_another_order_can_not_be_delivered() public {
        send(_handOver(5, _first, _second));
        (_second.members[0], _second.members[1]) = (_second.members[1], _second.members[0]);
        vm.expectPartialRevert(ISmartLayerBridge.WrongSetHash.selector);
        bridge.deliverSet(2, _second.members);
    }

    function test_the_set_less_one_can_not_be_delivered() public {
        send(_handOver(5, _first, _second));
        address[] memory fewer = new address[](6);
        for (uint256 index; index < 6; ++index) {
            fewer[index] = _second.members[index];
        }
        vm.expectPartialRevert(ISmartLayerBridge.WrongSetHash.selector);
        bridge.deliverSet(2, fewer);
    }

    function test_the_current_set_can_not_be_delivered_again() public {
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.SetAlreadyDelivered.selector, hashOf(_first)));
        bridge.deliverSet(1, _first.members);
    }

    function test_old_signatures_stop_working() public {
        send(_handOver(5, _first, _second));
        bridge.deliverSet(2, _second.members);
        Post memory it = postOf(_first, 6);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSet.selector, 1, 2));
        send(it);
        // Nor under the new set's number.
        _first.setId = 2;
        it = postOf(_first, snapshotOf(6, _first, hashOf(_second)), lowest(4));
        vm.expectPartialRevert(ISmartLayerBridge.NoQuorum.selector);
        send(it);
    }

    function test_sets_change_until_none_of_the_first_is_left() public {
        Anchors memory current = _first;
        for (uint64 turn = 1; turn <= 6; ++turn) {
            // Each set shares some members with the one before, none with the first from the third on.
            Anchors memory next = anchors(turn + 1, turn * 2, 4 + turn % 3);
            send(_handOver(turn * 10, current, next));
            bridge.deliverSet(next.setId, next.members);
            Post memory old = postOf(current, turn * 10 + 1);
            vm.expectPartialRevert(ISmartLayerBridge.WrongSet.selector);
            send(old);
            send(postOf(next, turn * 10 + 1));
            current = next;
        }
        vm.assertEq(bridge.latestInterval(), 61, "latest");
    }

    function test_a_set_may_come_back() public {
        send(_handOver(5, _first, _second));
        bridge.deliverSet(2, _second.members);
        Anchors memory again = anchors(3, 0, 4);
        send(_handOver(6, _second, again));
        bridge.deliverSet(3, again.members);
        send(postOf(again, 7));
    }

    function test_a_snapshot_of_the_old_set_still_proves_after_the_change() public {
        Snapshot memory last = snapshotOf(5, _first, hashOf(_second));
        publish(_first, last);
        user.requireSnapshot(scopeOf(5, 1), direct(last));
        bridge.deliverSet(2, _second.members);
        user.requireSnapshot(scopeOf(5, 1), direct(last));
    }

    function test_a_set_without_members_is_refused() public {
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSetSize.selector, 0));
        new SmartLayerBridge(1, none);
    }

    function test_a_set_of_one_decides_alone() public {
        _first = anchors(1, 0, 1);
        deploy(_first);
        send(postOf(_first, 1));
        vm.assertEq(bridge.latestInterval(), 1, "latest");
    }

    function test_a_set_of_256_uses_every_bit() public {
        _first = anchors(1, 1000, 256);
        deploy(_first);
        (, address[] memory members) = bridge.currentSet();
        vm.assertEq(abi.encode(members), abi.encode(_first.members), "members");
        Post memory it = postOf(_first, snapshotOf(1, _first, hashOf(_first)), type(uint256).max);
        send(it);
        vm.assertEq(bridge.latestInterval(), 1, "latest");
    }

    function test_a_set_of_257_is_refused() public {
        address[] memory many = new address[](257);
        for (uint256 index; index < many.length; ++index) {
            many[index] = address(uint160(index + 1));
        }
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSetSize.selector, 257));
        new SmartLayerBridge(1, many);
    }

    function test_the_zero_address_is_refused() public {
        _first.members[0] = address(0);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.MembersNotAscending.selector, 0));
        new SmartLayerBridge(1, _first.members);
    }

    function test_a_member_twice_is_refused() public {
        _first.members[2] = _first.members[1];
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.MembersNotAscending.selector, 2));
        new SmartLayerBridge(1, _first.members);
    }

    function test_descending_members_are_refused() public {
        (_first.members[2], _first.members[3]) = (_first.members[3], _first.members[2]);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.MembersNotAscending.selector, 3));
        new SmartLayerBridge(1, _first.members);
    }

    function testFuzz_sets_are_stored_as_they_were_given(uint64 setId, uint256 size, uint256 seed) public {
        address[] memory members = new address[](bound(size, 1, 64));
        uint160 last;
        for (uint256 index; index < members.length; ++index) {
            last += uint160(bound(uint256(keccak256(abi.encode(seed, index))), 1, type(uint160).max / 65));
            members[index] = address(last);
        }
        bridge = new SmartLayerBridge(setId, members);
        (uint64 storedId, address[] memory stored) = bridge.currentSet();
        vm.assertEq(storedId, setId, "number");
        vm.assertEq(abi.encode(stored), abi.encode(members), "members");
    }

    function _handOver(uint64 interval, Anchors memory from, Anchors memory to) private view returns (Post memory) {
        return postOf(from, snapshotOf(interval, from, hashOf(to)), lowest(quorumOf(from)));
    }

    function _expectWrongHash(Anchors memory given) private {
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSetHash.selector, hashOf(given), hashOf(_second)));
    }
}
