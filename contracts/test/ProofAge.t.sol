// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { SmartLayerFormats, Snapshot } from "../src/SmartLayerFormats.sol";
import { SmartLayerProofs } from "../src/SmartLayerProofs.sol";
import { ProofFixture } from "./ProofFixture.sol";

/// @title How old a proof may be
contract ProofAgeTest is ProofFixture {
    function test_age_is_bounded_by_the_time_of_the_block() public {
        publish(_set, _snapshot);
        SmartLayerProofs.Scope memory scope = _scope();
        scope.maxAge = 60;
        user.requireSnapshot(scope, direct(_snapshot));
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(SmartLayerProofs.SnapshotTooOld.selector, NOW - 60, 60));
        user.requireSnapshot(scope, direct(_snapshot));
        scope.maxAge = SmartLayerProofs.ANY_AGE;
        vm.warp(type(uint64).max);
        user.requireSnapshot(scope, direct(_snapshot));
    }

    function test_age_is_that_of_the_snapshot_not_of_the_later_one() public {
        Snapshot memory earlier = snapshotOf(9, _set, hashOf(_set));
        earlier.body.blockTime = NOW - 1000;
        _snapshot.body.historyRoot = SmartLayerFormats.historyLeaf(9, 1, hashOf(earlier));
        publish(_set, _snapshot);
        SmartLayerProofs.Scope memory scope = scopeOf(9, CLASS);
        scope.maxAge = 1000;
        user.requireSnapshot(scope, _under(earlier));
        scope.maxAge = 999;
        vm.expectPartialRevert(SmartLayerProofs.SnapshotTooOld.selector);
        user.requireSnapshot(scope, _under(earlier));
    }

    function test_a_clock_ahead_of_this_chain_is_no_age() public {
        _snapshot.body.blockTime = NOW + 1000;
        publish(_set, _snapshot);
        SmartLayerProofs.Scope memory scope = _scope();
        scope.maxAge = 0;
        user.requireSnapshot(scope, direct(_snapshot));
    }
}
