// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ISmartLayerBridge } from "../src/ISmartLayerBridge.sol";
import { SmartLayerBridge } from "../src/SmartLayerBridge.sol";
import { CompactSignature } from "../src/SmartLayerFormats.sol";
import { BridgeFixture } from "./BridgeFixture.sol";

/// @title Posts that must be refused, each for its own reason
contract PostAttacksTest is BridgeFixture {
    /// @dev Half the order of secp256k1, rounded down.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    Anchors private _set;

    function setUp() public {
        _set = anchors(1, 0, 7);
        deploy(_set);
        send(postOf(_set, 10));
    }

    /// @dev After every test: nothing that was refused left a trace.
    function _refused(bytes4 selector, Post memory it) private {
        bytes32 stored = bridge.storedAt(it.interval);
        vm.expectPartialRevert(selector);
        send(it);
        vm.assertEq(bridge.latestInterval(), 10, "latest");
        vm.assertEq(bridge.storedAt(it.interval), stored, "stored");
        vm.assertEq(bridge.currentSetHash(), hashOf(_set), "set");
    }

    function test_replay_on_another_chain_reverts() public {
        Post memory it = postOf(_set, 11);
        vm.chainId(1);
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_replay_on_another_contract_reverts() public {
        Post memory it = postOf(_set, 11);
        bridge = new SmartLayerBridge(_set.setId, _set.members);
        vm.expectPartialRevert(ISmartLayerBridge.WrongSigner.selector);
        send(it);
    }

    function test_older_interval_reverts() public {
        _refused(ISmartLayerBridge.IntervalNotAbove.selector, postOf(_set, 9));
    }

    function test_duplicate_interval_reverts() public {
        _refused(ISmartLayerBridge.IntervalNotAbove.selector, postOf(_set, 10));
    }

    function test_another_snapshot_of_a_posted_interval_reverts() public {
        Anchors memory other = anchors(2, 50, 4);
        Post memory it = postOf(_set, snapshotOf(10, _set, hashOf(other)), lowest(7));
        _refused(ISmartLayerBridge.IntervalNotAbove.selector, it);
    }

    function test_skipped_set_change_reverts() public {
        Anchors memory next = anchors(2, 3, 7);
        _refused(ISmartLayerBridge.WrongSet.selector, postOf(next, 12));
    }

    function test_set_number_of_the_next_set_with_old_signatures_reverts() public {
        Anchors memory pretender = _set;
        pretender.setId = 2;
        _refused(ISmartLayerBridge.WrongSet.selector, postOf(pretender, 12));
    }

    function test_duplicate_signer_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[1] = it.signatures[0];
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_signatures_in_another_order_revert() public {
        Post memory it = postOf(_set, 11);
        (it.signatures[0], it.signatures[1]) = (it.signatures[1], it.signatures[0]);
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_padding_bit_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signers |= 1 << 7;
        _refused(ISmartLayerBridge.SignerOutsideSet.selector, it);
    }

    function test_highest_padding_bit_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signers |= 1 << 255;
        _refused(ISmartLayerBridge.SignerOutsideSet.selector, it);
    }

    function test_high_s_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[2].vs = bytes32(HALF_ORDER + 1);
        _refused(ISmartLayerBridge.HighS.selector, it);
    }

    function test_high_s_with_parity_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[2].vs = bytes32(HALF_ORDER + 1 | 1 << 255);
        _refused(ISmartLayerBridge.HighS.selector, it);
    }

    function test_half_the_order_is_no_high_s() public {
        Post memory it = postOf(_set, 11);
        it.signatures[2].vs = bytes32(HALF_ORDER);
        // A well-formed signature of somebody else.
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_zero_signature_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[0] = CompactSignature(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSigner.selector, address(0)));
        send(it);
    }

    function test_zero_r_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[0].r = 0;
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.WrongSigner.selector, address(0)));
        send(it);
    }

    function test_flipped_parity_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signatures[0].vs ^= bytes32(uint256(1 << 255));
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_quorum_less_one_reverts() public {
        Post memory it = postOf(_set, snapshotOf(11, _set, hashOf(_set)), lowest(4));
        vm.expectRevert(abi.encodeWithSelector(ISmartLayerBridge.NoQuorum.selector, 4, 5));
        send(it);
    }

    function test_no_signatures_revert() public {
        _refused(ISmartLayerBridge.NoQuorum.selector, postOf(_set, snapshotOf(11, _set, hashOf(_set)), 0));
    }

    function test_bits_without_signatures_do_not_count() public {
        Post memory it = postOf(_set, snapshotOf(11, _set, hashOf(_set)), lowest(4));
        it.signers = lowest(5);
        _refused(ISmartLayerBridge.NoQuorum.selector, it);
    }

    function test_bit_without_signature_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signers = lowest(6);
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_signature_without_bit_reverts() public {
        Post memory it = postOf(_set, 11);
        it.signers = lowest(4);
        _refused(ISmartLayerBridge.SignatureCount.selector, it);
    }

    function test_no_bits_revert() public {
        Post memory it = postOf(_set, 11);
        it.signers = 0;
        _refused(ISmartLayerBridge.SignatureCount.selector, it);
    }

    function test_signer_outside_the_set_reverts() public {
        Post memory it = postOf(_set, 11);
        Post memory others = postOf(anchors(1, 90, 7), 11);
        it.signatures[4] = others.signatures[4];
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_another_set_with_the_same_number_reverts() public {
        _refused(ISmartLayerBridge.WrongSigner.selector, postOf(anchors(1, 90, 7), 11));
    }

    function test_no_next_set_reverts() public {
        Post memory it = postOf(_set, snapshotOf(11, _set, 0), lowest(5));
        _refused(ISmartLayerBridge.NoNextSet.selector, it);
    }

    function test_another_next_set_than_signed_reverts() public {
        Post memory it = postOf(_set, 11);
        it.nextSetHash = hashOf(anchors(2, 50, 4));
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_another_body_than_signed_reverts() public {
        Post memory it = postOf(_set, 11);
        it.bodyHash ^= bytes32(uint256(1));
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_another_interval_than_signed_reverts() public {
        Post memory it = postOf(_set, 11);
        it.interval = 12;
        _refused(ISmartLayerBridge.WrongSigner.selector, it);
    }

    function test_truncated_call_data_revert() public {
        bytes memory callData = callDataOf(postOf(_set, 11));
        for (uint256 missing = 1; missing < callData.length; missing += 31) {
            _assertReverts(_resized(callData, callData.length - missing));
        }
    }

    function test_extended_call_data_revert() public {
        bytes memory callData = callDataOf(postOf(_set, 11));
        for (uint256 extra = 1; extra <= 256; extra += 5) {
            _assertReverts(_resized(callData, callData.length + extra));
        }
    }

    function test_call_data_with_a_gap_revert() public {
        Post memory it = postOf(_set, 11);
        bytes memory tail = abi.encode(it.signatures);
        // The array one word later than where it belongs: without its own offset it begins at the second word.
        bytes memory callData = abi.encodePacked(
            ISmartLayerBridge.post.selector,
            abi.encode(it.interval, it.setId, it.nextSetHash, it.bodyHash, it.signers, uint256(0xe0)),
            tail
        );
        (bool done, bytes memory reason) = address(bridge).call(callData);
        vm.assertTrue(!done, "accepted");
        vm.assertEq(reason, abi.encodeWithSelector(ISmartLayerBridge.SurplusCalldata.selector), "reason");
    }

    function test_numbers_beyond_64_bits_revert() public {
        bytes memory callData = callDataOf(postOf(_set, 11));
        // The highest byte of the interval, then of the set's number.
        callData[4] = 0x01;
        _assertReverts(callData);
        (callData[4], callData[36]) = (0, 0x01);
        _assertReverts(callData);
    }

    function test_post_without_signatures_member_of_one_word_reverts() public {
        bytes memory callData = callDataOf(postOf(_set, 11));
        _assertReverts(_resized(callData, 4));
        _assertReverts(_resized(callData, 0));
    }

    function testFuzz_any_flipped_bit_of_a_post_reverts(uint256 bit) public {
        bytes memory callData = callDataOf(postOf(_set, 11));
        bit = bound(bit, 0, callData.length * 8 - 1);
        callData[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _assertReverts(callData);
        vm.assertEq(bridge.latestInterval(), 10, "latest");
    }

    function _call(bytes memory callData) private returns (bool done) {
        (done,) = address(bridge).call(callData);
    }

    function _assertReverts(bytes memory callData) private {
        vm.assertTrue(!_call(callData), "accepted");
    }

    function _resized(bytes memory callData, uint256 size) private pure returns (bytes memory resized) {
        resized = new bytes(size);
        for (uint256 index; index < size && index < callData.length; ++index) {
            resized[index] = callData[index];
        }
    }
}
