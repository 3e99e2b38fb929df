// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ISmartLayerBridge } from "../src/ISmartLayerBridge.sol";
import { Snapshot } from "../src/SmartLayerFormats.sol";
import { SmartLayerProofs } from "../src/SmartLayerProofs.sol";
import { BridgeFixture } from "./BridgeFixture.sol";

/// @title Posts that are accepted, and what the bridge keeps of them
contract PostTest is BridgeFixture {
    Anchors private _set;

    function setUp() public {
        _set = anchors(1, 0, 7);
        deploy(_set);
    }

    function test_nothing_is_posted_at_first() public {
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.NothingPosted.selector));
        bridge.latestInterval();
        vm.assertEq(bridge.leastInterval(), 0, "least");
        vm.assertTrue(!bridge.isPosted(0, 0), "zero is no hash");
    }

    function test_post_stores_the_hash_and_says_so() public {
        Snapshot memory snapshot = snapshotOf(1, _set, hashOf(_set));
        Post memory it = postOf(_set, snapshot, lowest(5));
        vm.expectEmit();
        emit ISmartLayerBridge.SnapshotPosted(1, hashOf(snapshot));
        send(it);
        vm.assertTrue(bridge.isPosted(1, hashOf(snapshot)), "posted");
        vm.assertEq(bridge.storedAt(1), hashOf(snapshot), "stored");
        vm.assertEq(bridge.latestInterval(), 1, "latest");
        vm.assertEq(bridge.leastInterval(), 2, "least");
    }

    function test_the_domain_is_readable() public view {
        (, string memory name, string memory version, uint256 chainId, address contractAddress,,) =
            bridge.eip712Domain();
        vm.assertEq(bytes(name), bytes("Smart Layer Bridge"), "name");
        vm.assertEq(bytes(version), bytes("1"), "version");
        vm.assertEq(chainId, block.chainid, "chain");
        vm.assertEq(contractAddress, address(bridge), "contract");
    }

    function test_anybody_may_post() public {
        Post memory it = postOf(_set, 1);
        vm.prank(address(0xdead));
        send(it);
        vm.assertEq(bridge.latestInterval(), 1, "latest");
    }

    function test_interval_zero_can_be_posted() public {
        send(postOf(_set, 0));
        vm.assertEq(bridge.latestInterval(), 0, "latest");
    }

    function test_the_last_number_is_never_an_interval() public {
        Post memory it = postOf(_set, type(uint64).max);
        vm.expectRevert();
        send(it);
    }

    function test_intervals_may_be_left_out_while_the_set_stays() public {
        send(postOf(_set, 1));
        send(postOf(_set, 5));
        send(postOf(_set, 1_000_000));
        vm.assertEq(bridge.latestInterval(), 1_000_000, "latest");
    }

    function test_a_snapshot_stays_until_its_slot_is_used_again() public {
        uint64 size = bridge.RING_SIZE();
        vm.assertTrue(size >= 64, "ring size");
        Snapshot memory first = snapshotOf(3, _set, hashOf(_set));
        publish(_set, first);
        for (uint64 interval = 4; interval < 3 + size; ++interval) {
            send(postOf(_set, interval));
            vm.assertTrue(bridge.isPosted(3, hashOf(first)), "still there");
        }
        send(postOf(_set, 3 + size));
        vm.assertTrue(!bridge.isPosted(3, hashOf(first)), "gone");
    }

    function test_a_hash_that_is_gone_proves_nothing() public {
        Snapshot memory first = snapshotOf(3, _set, hashOf(_set));
        publish(_set, first);
        user.requireSnapshot(scopeOf(3, 1), direct(first));
        publish(_set, snapshotOf(3 + bridge.RING_SIZE(), _set, hashOf(_set)));
        vm.expectPartialRevert(SmartLayerProofs.SnapshotNotPosted.selector);
        user.requireSnapshot(scopeOf(3, 1), direct(first));
    }

    function test_a_hash_is_not_that_of_another_interval_in_the_same_slot() public {
        Snapshot memory snapshot = snapshotOf(3, _set, hashOf(_set));
        publish(_set, snapshot);
        uint64 other = 3 + bridge.RING_SIZE();
        // The slot has the hash, but the snapshot that has this hash says 3.
        vm.assertTrue(bridge.isPosted(other, hashOf(snapshot)), "same slot");
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.WrongInterval.selector, 3, other));
        user.requireSnapshot(scopeOf(other, 1), direct(snapshot));
        snapshot.interval = other;
        vm.expectPartialRevert(SmartLayerProofs.SnapshotNotPosted.selector);
        user.requireSnapshot(scopeOf(other, 1), direct(snapshot));
    }

    function test_the_bridge_takes_no_ether_and_no_other_calls() public {
        (bool done,) = address(bridge).call{ value: 0 }(hex"12345678");
        vm.assertTrue(!done, "unknown call");
        (done,) = address(bridge).call("");
        vm.assertTrue(!done, "empty call");
    }

    /// forge-config: default.fuzz.runs = 128
    function testFuzz_a_post_counts_if_and_only_if_a_quorum_signed(uint256 size, uint256 signers, uint64 interval)
        public
    {
        _set = anchors(1, 0, bound(size, 1, 22));
        deploy(_set);
        interval = uint64(bound(interval, 0, type(uint64).max - 1));
        signers &= lowest(_set.members.length);
        Post memory it = postOf(_set, snapshotOf(interval, _set, hashOf(_set)), signers);
        if (it.signatures.length < quorumOf(_set)) vm.expectPartialRevert(ISmartLayerBridge.NoQuorum.selector);
        send(it);
    }
}
