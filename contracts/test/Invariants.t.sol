// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ISmartLayerBridge } from "../src/ISmartLayerBridge.sol";
import { Snapshot } from "../src/SmartLayerFormats.sol";
import { BridgeFixture } from "./BridgeFixture.sol";

/// @title Whoever uses the bridge, in any order, and what they know of it
/// @notice Beside the bridge it keeps its own account of what a quorum signed.
contract Users is BridgeFixture {
    uint64 public least;
    bytes32 public currentHash;
    bytes32[64] public slots;

    Anchors private _current;
    bool private _delivered = true;

    constructor() {
        _current = anchors(1, 0, 4);
        currentHash = hashOf(_current);
        deploy(_current);
    }

    /// @dev A post with any signers, a few intervals ahead or behind; sometimes the last of its set.
    function post(uint256 steps, uint256 signers, uint256 behind, bool change) public {
        uint64 interval = least + uint64(bound(steps, 0, 70));
        if (behind % 8 == 0 && least > 0) interval = least - 1;
        signers &= lowest(_current.members.length);
        // Half of all posts have everybody's signature.
        if (behind % 2 == 0) signers = lowest(_current.members.length);
        Anchors memory next = change ? _successor() : _current;
        Snapshot memory snapshot = snapshotOf(interval, _current, hashOf(next));
        Post memory it = postOf(_current, snapshot, signers);
        bool good = _delivered && interval >= least && it.signatures.length >= quorumOf(_current);
        (bool done,) = address(bridge).call(callDataOf(it));
        vm.assertTrue(done == good, "accepted if and only if it is good");
        if (!done) return;
        least = interval + 1;
        slots[interval % 64] = hashOf(snapshot);
        if (change) {
            _current = next;
            _delivered = false;
            currentHash = hashOf(next);
        }
    }

    /// @dev Delivers the set, or one that is not current.
    function deliver(bool right) public {
        Anchors memory set = right ? _current : _successor();
        bool good = right && !_delivered;
        (bool done,) = address(bridge).call(abi.encodeCall(ISmartLayerBridge.deliverSet, (set.setId, set.members)));
        vm.assertTrue(done == good, "delivered if and only if it is good");
        if (done) _delivered = true;
    }

    /// @dev Somebody who has no keys of the current set.
    function forge(uint256 steps) public {
        Anchors memory outsiders = anchors(_current.setId, 5000, _current.members.length);
        Snapshot memory snapshot = snapshotOf(least + uint64(bound(steps, 0, 70)), outsiders, currentHash);
        (bool done,) = address(bridge).call(callDataOf(postOf(outsiders, snapshot, lowest(outsiders.members.length))));
        vm.assertTrue(!done, "forged");
    }

    function isPosted(uint64 interval, bytes32 hash) public view returns (bool) {
        return bridge.isPosted(interval, hash);
    }

    function bridgeIs() public view returns (ISmartLayerBridge) {
        return bridge;
    }

    function _successor() private view returns (Anchors memory) {
        uint64 id = _current.setId + 1;
        return anchors(id, id * 3, 4 + id % 4);
    }
}

/// @title What holds whatever anybody does
contract InvariantsTest is BridgeFixture {
    Users private _users;

    function setUp() public {
        _users = new Users();
    }

    /// @dev Tells the runner whose functions to call.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_users);
    }

    function invariant_the_bridge_keeps_what_a_quorum_signed_and_nothing_else() public view {
        ISmartLayerBridge it = _users.bridgeIs();
        vm.assertEq(it.leastInterval(), _users.least(), "least interval");
        vm.assertEq(it.currentSetHash(), _users.currentHash(), "current set");
        for (uint64 slot; slot < 64; ++slot) {
            vm.assertEq(it.storedAt(slot), _users.slots(slot), "slot");
        }
    }

    function invariant_zero_is_never_posted() public view {
        for (uint64 slot; slot < 64; ++slot) {
            vm.assertTrue(!_users.isPosted(slot, 0), "zero");
        }
    }
}
