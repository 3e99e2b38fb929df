// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ECDSA } from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import { ISmartLayerBridge } from "../src/ISmartLayerBridge.sol";
import { SmartLayerBridge } from "../src/SmartLayerBridge.sol";
import { SmartLayerFormats } from "../src/SmartLayerFormats.sol";
import { SmartLayerProofs, SnapshotProof } from "../src/SmartLayerProofs.sol";
import { ProofUser } from "./ProofUser.sol";
import { Vectors } from "./Vectors.sol";

/// @title The contracts judge every shared vector as it says
contract VectorsTest is Vectors {
    /// @dev Deploys the bridge as its first transaction, so that it has the address of the vectors.
    address private constant DEPLOYER = 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266;
    address private constant BRIDGE = 0x5FbDB2315678afecb367f032d93F642f64180aa3;

    SmartLayerBridge private _bridge;
    ProofUser private _user;
    AnchorSet[] private _sets;
    mapping(string reason => bytes4 selector) private _selectors;

    function setUp() public {
        AnchorSet[] memory sets = readSets();
        for (uint256 index; index < sets.length; ++index) {
            _sets.push(sets[index]);
        }
        vm.prank(DEPLOYER);
        _bridge = new SmartLayerBridge(sets[0].setId, sets[0].members);
        _user = new ProofUser();
        _nameErrors();
    }

    function test_tags_are_those_of_the_vectors() public view {
        Tags memory tags = readTags();
        vm.assertEq(tags.set, SmartLayerFormats.SET_TAG, "set");
        vm.assertEq(tags.snapshot, SmartLayerFormats.SNAPSHOT_TAG, "snapshot");
        vm.assertEq(tags.snapshotBody, SmartLayerFormats.SNAPSHOT_BODY_TAG, "body");
        vm.assertEq(tags.operation, SmartLayerFormats.OPERATION_TAG, "operation");
        vm.assertEq(tags.bitmapKey, SmartLayerFormats.BITMAP_KEY_TAG, "bitmap key");
        vm.assertEq(tags.bitmapWord, SmartLayerFormats.BITMAP_WORD_TAG, "bitmap word");
        vm.assertEq(tags.state, SmartLayerFormats.STATE_TAG, "state");
        vm.assertEq(tags.history, SmartLayerFormats.HISTORY_TAG, "history");
    }

    function test_no_vector_is_missing() public view {
        vm.assertEq(readSets().length, countIn("sets", ".set_count"), "sets");
        vm.assertEq(readSnapshots().length, countIn("snapshots", ".snapshot_count"), "snapshots");
        vm.assertEq(readAccepted().length, countIn("posts", ".accepted_count"), "accepted posts");
        vm.assertEq(readRefused().length, countIn("posts", ".refused_count"), "refused posts");
        vm.assertEq(readOperations().length, countIn("operations", ".case_count"), "operations");
        vm.assertEq(readBitmap().length, countIn("bitmap", ".case_count"), "bitmap");
        vm.assertEq(readStates().length, countIn("state", ".case_count"), "states");
        vm.assertEq(readHistory().length, countIn("history", ".case_count"), "history");
    }

    function test_the_bridge_has_the_address_of_the_vectors() public view {
        vm.assertEq(address(_bridge), BRIDGE, "address");
    }

    function test_sets_hash_as_the_vectors_say() public view {
        for (uint256 index; index < _sets.length; ++index) {
            AnchorSet memory set = _sets[index];
            vm.assertEq(SmartLayerFormats.setHash(set.setId, set.members), set.setHash, "set hash");
            for (uint256 member; member < set.members.length; ++member) {
                vm.assertEq(vm.addr(uint256(set.keys[member])), set.members[member], "address");
            }
        }
    }

    function test_snapshots_hash_and_are_signed_as_the_vectors_say() public view {
        SignedSnapshot[] memory snapshots = readSnapshots();
        for (uint256 index; index < snapshots.length; ++index) {
            SignedSnapshot memory signed = snapshots[index];
            bytes32 body = keccak256(abi.encode(SmartLayerFormats.SNAPSHOT_BODY_TAG, signed.snapshot.body));
            vm.assertEq(body, signed.bodyHash, "body");
            vm.assertEq(_user.snapshotHash(signed.snapshot), signed.snapshotHash, "snapshot");
            vm.assertEq(_bridge.digestOf(signed.snapshotHash), signed.digest, "digest");
            for (uint256 member; member < signed.signatures.length; ++member) {
                Signed memory signature = signed.signatures[member];
                (bytes32 r, bytes32 vs) = abi.decode(signature.compact, (bytes32, bytes32));
                vm.assertEq(ECDSA.recover(signed.digest, r, vs), signature.signer, "compact");
                vm.assertEq(ECDSA.recover(signed.digest, signature.signature), signature.signer, "full");
            }
        }
    }

    function test_posts_are_accepted_and_refused_as_the_vectors_say() public {
        Accepted[] memory accepted = readAccepted();
        Refused[] memory refused = readRefused();
        SignedSnapshot[] memory snapshots = readSnapshots();
        for (uint256 index; index < accepted.length; ++index) {
            _deliverIfNeeded();
            _post(accepted[index]);
            uint64 interval = accepted[index].interval;
            vm.assertEq(_bridge.latestInterval(), interval, "latest");
            vm.assertTrue(_bridge.isPosted(interval, snapshots[interval - 1].snapshotHash), "posted");
            _deliverIfNeeded();
            for (uint256 number; number < refused.length; ++number) {
                if (refused[number].afterInterval == interval) _refuse(refused[number]);
            }
        }
    }

    function test_operation_proofs_are_judged_as_the_vectors_say() public {
        _postAll();
        OperationCase[] memory cases = readOperations();
        SnapshotProof[] memory proofs = readSnapshotProofs("operations");
        for (uint256 index; index < cases.length; ++index) {
            OperationCase memory it = cases[index];
            Claim memory claim = it.claim;
            SnapshotProof memory snapshot = proofs[it.snapshotProof];
            _expect(it.name, it.valid, it.reason);
            _user.requireOperation(_scope(claim.interval, claim.class), claim.kind, claim.instance, snapshot, it.proof);
            _expect(it.name, it.valid, it.reason);
            uint64 time =
                _bridge.verifyOperation(claim.interval, claim.class, claim.kind, claim.instance, snapshot, it.proof);
            if (it.valid) vm.assertEq(time, snapshot.snapshot.body.blockTime, it.name);
        }
    }

    function test_bitmap_proofs_are_judged_as_the_vectors_say() public {
        _postAll();
        BitmapCase[] memory cases = readBitmap();
        SnapshotProof[] memory proofs = readSnapshotProofs("bitmap");
        for (uint256 index; index < cases.length; ++index) {
            BitmapCase memory it = cases[index];
            SnapshotProof memory snapshot = proofs[it.snapshotProof];
            _expect(it.name, it.valid, it.reason);
            if (it.claim.recorded) _requireRecorded(it, snapshot);
            else _requireNotRecorded(it, snapshot);
            _expect(it.name, it.valid, it.reason);
            uint64 time = it.claim.recorded ? _verifyBit(it, snapshot) : _verifyAbsence(it, snapshot);
            if (it.valid) vm.assertEq(time, snapshot.snapshot.body.blockTime, it.name);
        }
    }

    function test_state_proofs_are_judged_as_the_vectors_say() public {
        _postAll();
        StateCase[] memory cases = readStates();
        SnapshotProof[] memory proofs = readSnapshotProofs("state");
        for (uint256 index; index < cases.length; ++index) {
            StateCase memory it = cases[index];
            StateClaim memory claim = it.claim;
            SnapshotProof memory snapshot = proofs[it.snapshotProof];
            _expect(it.name, it.valid, it.reason);
            SmartLayerProofs.InstanceState memory state =
                _user.stateOf(_scope(claim.interval, claim.class), claim.instance, snapshot, it.proof);
            if (it.valid) vm.assertEq(abi.encode(state), abi.encode(it.state), it.name);
            _expect(it.name, it.valid, it.reason);
            uint64 time;
            (state, time) = _bridge.verifyState(claim.interval, claim.class, claim.instance, snapshot, it.proof);
            if (!it.valid) continue;
            vm.assertEq(abi.encode(state), abi.encode(it.state), it.name);
            vm.assertEq(time, snapshot.snapshot.body.blockTime, it.name);
        }
    }

    function test_history_proofs_are_judged_as_the_vectors_say() public {
        _postAll();
        HistoryCase[] memory cases = readHistory();
        SnapshotProof[] memory proofs = readSnapshotProofs("history");
        for (uint256 index; index < cases.length; ++index) {
            HistoryCase memory it = cases[index];
            SnapshotProof memory snapshot = proofs[it.snapshotProof];
            _expect(it.name, it.valid, it.reason);
            _user.requireSnapshot(_scope(it.claim.interval, 0), snapshot);
            _expect(it.name, it.valid, it.reason);
            uint64 time = _bridge.verifySnapshot(it.claim.interval, snapshot);
            if (it.valid) vm.assertEq(time, snapshot.snapshot.body.blockTime, it.name);
        }
    }

    function _requireRecorded(BitmapCase memory it, SnapshotProof memory snapshot) private view {
        _user.requireRecorded(
            _scope(it.claim.interval, it.claim.class), it.claim.kind, it.claim.instance, snapshot, it.proof
        );
    }

    function _requireNotRecorded(BitmapCase memory it, SnapshotProof memory snapshot) private view {
        _user.requireNotRecorded(
            _scope(it.claim.interval, it.claim.class), it.claim.kind, it.claim.instance, snapshot, it.proof
        );
    }

    function _verifyBit(BitmapCase memory it, SnapshotProof memory snapshot) private view returns (uint64) {
        return
            _bridge.verifyBit(it.claim.interval, it.claim.class, it.claim.kind, it.claim.instance, snapshot, it.proof);
    }

    function _verifyAbsence(BitmapCase memory it, SnapshotProof memory snapshot) private view returns (uint64) {
        return _bridge.verifyAbsence(
            it.claim.interval, it.claim.class, it.claim.kind, it.claim.instance, snapshot, it.proof
        );
    }

    function _scope(uint64 interval, uint32 class) private view returns (SmartLayerProofs.Scope memory) {
        return SmartLayerProofs.Scope(_bridge, class, interval, SmartLayerProofs.ANY_AGE);
    }

    function _expect(string memory name, bool valid, string memory reason) private {
        if (valid) return;
        bytes4 selector = _selectors[reason];
        vm.assertTrue(selector != 0, string.concat(name, ": no such error as ", reason));
        vm.expectPartialRevert(selector);
    }

    function _post(Accepted memory it) private {
        _bridge.post(it.interval, it.setId, it.nextSetHash, it.bodyHash, it.signers, compact(it.signatures));
    }

    function _refuse(Refused memory it) private {
        _expect(it.name, false, it.reason);
        _bridge.post(it.interval, it.setId, it.nextSetHash, it.bodyHash, it.signers, compact(it.signatures));
    }

    /// @dev Posts every interval, so that the proofs of each can be checked on their own.
    function _postAll() private {
        SignedSnapshot[] memory snapshots = readSnapshots();
        for (uint256 index; index < snapshots.length; ++index) {
            _deliverIfNeeded();
            SignedSnapshot memory it = snapshots[index];
            bytes[] memory signatures = new bytes[](it.signatures.length);
            for (uint256 member; member < signatures.length; ++member) {
                signatures[member] = it.signatures[member].compact;
            }
            _bridge.post(
                it.interval,
                it.snapshot.setId,
                it.snapshot.nextSetHash,
                it.bodyHash,
                (1 << signatures.length) - 1,
                compact(signatures)
            );
        }
    }

    function _deliverIfNeeded() private {
        bytes32 current = _bridge.currentSetHash();
        for (uint256 index; index < _sets.length; ++index) {
            if (_sets[index].setHash != current) continue;
            try _bridge.deliverSet(_sets[index].setId, _sets[index].members) { } catch { }
        }
    }

    function _nameErrors() private {
        _selectors["IntervalNotAbove"] = ISmartLayerBridge.IntervalNotAbove.selector;
        _selectors["WrongSet"] = ISmartLayerBridge.WrongSet.selector;
        _selectors["NoNextSet"] = ISmartLayerBridge.NoNextSet.selector;
        _selectors["SignerOutsideSet"] = ISmartLayerBridge.SignerOutsideSet.selector;
        _selectors["NoQuorum"] = ISmartLayerBridge.NoQuorum.selector;
        _selectors["SignatureCount"] = ISmartLayerBridge.SignatureCount.selector;
        _selectors["WrongSigner"] = ISmartLayerBridge.WrongSigner.selector;
        _selectors["HighS"] = ISmartLayerBridge.HighS.selector;
        _selectors["WrongInterval"] = SmartLayerProofs.WrongInterval.selector;
        _selectors["SnapshotNotPosted"] = SmartLayerProofs.SnapshotNotPosted.selector;
        _selectors["NotInHistory"] = SmartLayerProofs.NotInHistory.selector;
        _selectors["SurplusHistory"] = SmartLayerProofs.SurplusHistory.selector;
        _selectors["NoSuchClass"] = SmartLayerProofs.NoSuchClass.selector;
        _selectors["NoSuchKind"] = SmartLayerProofs.NoSuchKind.selector;
        _selectors["WrongOperation"] = SmartLayerProofs.WrongOperation.selector;
        _selectors["OperationNotIncluded"] = SmartLayerProofs.OperationNotIncluded.selector;
        _selectors["KeyNotIncluded"] = SmartLayerProofs.KeyNotIncluded.selector;
        _selectors["WrongKey"] = SmartLayerProofs.WrongKey.selector;
        _selectors["WordNotIncluded"] = SmartLayerProofs.WordNotIncluded.selector;
        _selectors["WrongWord"] = SmartLayerProofs.WrongWord.selector;
        _selectors["SurplusWord"] = SmartLayerProofs.SurplusWord.selector;
        _selectors["NotRecorded"] = SmartLayerProofs.NotRecorded.selector;
        _selectors["Recorded"] = SmartLayerProofs.Recorded.selector;
        _selectors["StateNotIncluded"] = SmartLayerProofs.StateNotIncluded.selector;
        _selectors["WrongState"] = SmartLayerProofs.WrongState.selector;
    }
}
