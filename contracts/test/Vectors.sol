// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { CompactSignature, Operation, Snapshot } from "../src/SmartLayerFormats.sol";
import { BitmapProof, OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "../src/SmartLayerProofs.sol";
import { Test } from "./Vm.sol";

/// @title The vectors that all languages share, as structures
/// @dev The descriptions of types name the members as the files do: they are matched by name. Their own names begin with
/// Json, for a description that has the name of a structure would have to have the names of its members too.
abstract contract Vectors is Test {
    struct AnchorSet {
        uint64 setId;
        address[] members;
        bytes32[] keys;
        uint256 quorum;
        bytes32 setHash;
    }

    struct Signed {
        uint256 member;
        address signer;
        bytes signature;
        bytes compact;
    }

    struct SignedSnapshot {
        uint64 interval;
        Snapshot snapshot;
        bytes32 bodyHash;
        bytes32 snapshotHash;
        bytes32 digest;
        Signed[] signatures;
        Operation[] operations;
    }

    struct Accepted {
        string name;
        uint64 interval;
        uint64 setId;
        bytes32 nextSetHash;
        bytes32 bodyHash;
        uint256 signers;
        bytes[] signatures;
    }

    struct Refused {
        string name;
        string reason;
        uint64 afterInterval;
        uint64 interval;
        uint64 setId;
        bytes32 nextSetHash;
        bytes32 bodyHash;
        uint256 signers;
        bytes[] signatures;
    }

    struct Claim {
        uint64 interval;
        uint32 class;
        uint8 kind;
        uint256 instance;
    }

    struct OperationCase {
        string name;
        bool valid;
        string reason;
        Claim claim;
        OperationProof proof;
        uint256 snapshotProof;
    }

    struct BitmapClaim {
        uint64 interval;
        uint32 class;
        uint8 kind;
        uint256 instance;
        bool recorded;
    }

    struct BitmapCase {
        string name;
        bool valid;
        string reason;
        BitmapClaim claim;
        BitmapProof proof;
        uint256 snapshotProof;
    }

    struct StateClaim {
        uint64 interval;
        uint32 class;
        uint256 instance;
    }

    struct StateCase {
        string name;
        bool valid;
        string reason;
        StateClaim claim;
        SmartLayerProofs.InstanceState state;
        StateProof proof;
        uint256 snapshotProof;
    }

    struct HistoryClaim {
        uint64 interval;
    }

    struct HistoryCase {
        string name;
        bool valid;
        string reason;
        HistoryClaim claim;
        uint256 snapshotProof;
    }

    string private constant SNAPSHOT = "JsonSnapshot(uint64 interval,uint64 set_id,bytes32 next_set_hash,JsonSnapshotBody body)"
        "JsonSnapshotBody(bytes32 parent,bytes32 history_root,bytes32 bitmap_root,bytes32 operations_root,"
        "bytes32 state_root,uint64 operation_count,bytes32 cut_hash,bytes32 block_hash,uint64 block_number,"
        "uint64 block_time)";

    string private constant OPERATION = "JsonOperation(uint32 class,uint256 instance,uint64 seq,uint8 kind,bytes32 actor,"
        "bytes32 to,bytes32 data,uint64 time_ms)";

    string private constant CLAIM = "JsonClaim(uint64 interval,uint32 class,uint8 kind,uint256 instance)";

    function readSets() internal view returns (AnchorSet[] memory) {
        string memory types =
            "JsonAnchorSet(uint64 set_id,address[] members,bytes32[] keys,uint256 quorum,bytes32 set_hash)";
        return abi.decode(_array("sets", ".sets", types), (AnchorSet[]));
    }

    function readSnapshots() internal view returns (SignedSnapshot[] memory) {
        string memory types = string.concat(
            "JsonSignedSnapshot(uint64 interval,JsonSnapshot snapshot,bytes32 body_hash,bytes32 snapshot_hash,bytes32 digest,"
            "JsonSigned[] signatures,JsonOperation[] operations)",
            OPERATION,
            "JsonSigned(uint256 member,address address,bytes signature,bytes compact)",
            SNAPSHOT
        );
        return abi.decode(_array("snapshots", ".snapshots", types), (SignedSnapshot[]));
    }

    function readAccepted() internal view returns (Accepted[] memory) {
        string memory types = "JsonAccepted(string name,uint64 interval,uint64 set_id,bytes32 next_set_hash,"
            "bytes32 body_hash,uint256 signers,bytes[] signatures)";
        return abi.decode(_array("posts", ".accepted", types), (Accepted[]));
    }

    function readRefused() internal view returns (Refused[] memory) {
        string memory types = "JsonRefused(string name,string error,uint64 after,uint64 interval,uint64 set_id,"
            "bytes32 next_set_hash,bytes32 body_hash,uint256 signers,bytes[] signatures)";
        return abi.decode(_array("posts", ".refused", types), (Refused[]));
    }

    function readSnapshotProofs(string memory file) internal view returns (SnapshotProof[] memory) {
        string memory types =
            string.concat("JsonSnapshotProof(JsonSnapshot snapshot,JsonSnapshot[] later,bytes32[] history)", SNAPSHOT);
        return abi.decode(_array(file, ".snapshot_proofs", types), (SnapshotProof[]));
    }

    function readOperations() internal view returns (OperationCase[] memory) {
        string memory types = string.concat(
            "JsonCase(string name,bool valid,string error,JsonClaim claim,JsonProof proof,uint256 snapshot_proof)",
            CLAIM,
            OPERATION,
            "JsonProof(JsonOperation operation,bytes32[] path)"
        );
        return abi.decode(_array("operations", ".cases", types), (OperationCase[]));
    }

    function readBitmap() internal view returns (BitmapCase[] memory) {
        string memory types = "JsonCase(string name,bool valid,string error,JsonClaim claim,JsonProof proof,uint256 snapshot_proof)"
            "JsonClaim(uint64 interval,uint32 class,uint8 kind,uint256 instance,bool recorded)"
            "JsonProof(uint64 key,bytes32 lower_root,uint64 next_key,bytes32[] key_path,uint256 word_index,uint256 word,"
            "uint256 next_word_index,bytes32[] word_path)";
        return abi.decode(_array("bitmap", ".cases", types), (BitmapCase[]));
    }

    function readStates() internal view returns (StateCase[] memory) {
        string memory types = "JsonCase(string name,bool valid,string error,JsonClaim claim,JsonState state,JsonProof proof,uint256 snapshot_proof)"
            "JsonClaim(uint64 interval,uint32 class,uint256 instance)"
            "JsonLeaf(uint256 key,uint32 class,uint256 instance,uint32 mask,uint32 ever,bytes32 holder,uint64 next_seq,"
            "uint256 next_key)JsonProof(JsonLeaf leaf,bytes32[] path)"
            "JsonState(uint32 mask,uint32 ever,bytes32 holder,uint64 next_seq)";
        return abi.decode(_array("state", ".cases", types), (StateCase[]));
    }

    function readHistory() internal view returns (HistoryCase[] memory) {
        string memory types = "JsonCase(string name,bool valid,string error,JsonClaim claim,uint256 snapshot_proof)"
            "JsonClaim(uint64 interval)";
        return abi.decode(_array("history", ".cases", types), (HistoryCase[]));
    }

    /// @dev The files carry a signature as 64 bytes.
    function compact(bytes[] memory signatures) internal pure returns (CompactSignature[] memory compacts) {
        compacts = new CompactSignature[](signatures.length);
        for (uint256 index; index < signatures.length; ++index) {
            (bytes32 r, bytes32 vs) = abi.decode(signatures[index], (bytes32, bytes32));
            compacts[index] = CompactSignature(r, vs);
        }
    }

    /// @dev How long a list is by what the file says.
    function countIn(string memory file, string memory key) internal view returns (uint256) {
        return vm.parseJsonUint(_read(file), key);
    }

    function readTags() internal view returns (Tags memory) {
        string memory types = "JsonTags(bytes32 set,bytes32 snapshot,bytes32 snapshot_body,bytes32 operation,"
            "bytes32 bitmap_key,bytes32 bitmap_word,bytes32 state,bytes32 history)";
        return abi.decode(vm.parseJsonType(_read("formats"), ".tags", types), (Tags));
    }

    struct Tags {
        bytes32 set;
        bytes32 snapshot;
        bytes32 snapshotBody;
        bytes32 operation;
        bytes32 bitmapKey;
        bytes32 bitmapWord;
        bytes32 state;
        bytes32 history;
    }

    function _array(string memory file, string memory key, string memory types) private view returns (bytes memory) {
        return vm.parseJsonTypeArray(_read(file), key, types);
    }

    function _read(string memory file) private view returns (string memory) {
        return vm.readFile(string.concat("../tests/vectors/", file, ".json"));
    }
}
