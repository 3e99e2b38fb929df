// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import { ERC721 } from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

import { ISmartLayerBridge } from "../ISmartLayerBridge.sol";
import { OperationProof, SmartLayerProofs, SnapshotProof, StateProof } from "../SmartLayerProofs.sol";

/// @title A ticket whose operations live on Smart Layer
/// @notice An example of a token contract that relies on proofs: it lets the holder in only if the ticket was never
/// redeemed, and issues a new ticket for an old one only once the old one is destroyed.
/// @dev The instance of a ticket is its token id. Redeeming and destroying happen on Smart Layer, where they cost next to
/// nothing; this contract sees them by proof only.
contract SmartLayerTicket is ERC721 {
    /// @notice Kind of the operation by which a ticket is redeemed, by the rules of this class.
    uint8 public constant REDEEM = 2;

    /// @notice Kind of the operation by which a ticket is destroyed; nothing can follow it.
    uint8 public constant DESTROY = 3;

    /// @dev Bits of the kinds after which a ticket is worth nothing.
    uint32 private constant SPENT = uint32(1) << REDEEM | uint32(1) << DESTROY;

    /// @notice Seconds that a proof may be old when somebody enters.
    uint64 public constant MAX_AGE = 10 minutes;

    /// @notice The bridge that this contract trusts.
    ISmartLayerBridge public immutable BRIDGE;

    /// @notice The class of this contract on Smart Layer.
    uint32 public immutable CLASS;

    /// @notice Who issues tickets.
    address public immutable ISSUER;

    /// @notice Whether somebody entered with this ticket.
    mapping(uint256 ticket => bool) public entered;

    /// @notice Whether the ticket was replaced by another.
    mapping(uint256 ticket => bool) public replaced;

    /// @notice Somebody entered with a ticket.
    event Entered(uint256 indexed ticket, address indexed holder);

    /// @notice A ticket replaces a destroyed one.
    event Reissued(uint256 indexed destroyed, uint256 indexed ticket, address indexed holder);

    /// @notice Only the issuer may do this.
    error NotIssuer(address caller);

    /// @notice Only the ticket's holder may do this.
    error NotHolder(address caller, uint256 ticket);

    /// @notice The ticket was redeemed or destroyed.
    /// @param ever Kinds of operation recorded for it.
    error Spent(uint256 ticket, uint32 ever);

    /// @notice Somebody entered with this ticket before.
    error AlreadyEntered(uint256 ticket);

    /// @notice The ticket was replaced before.
    error AlreadyReplaced(uint256 ticket);

    modifier onlyIssuer() {
        if (msg.sender != ISSUER) revert NotIssuer(msg.sender);
        _;
    }

    /// @param bridge The bridge to trust.
    /// @param class The class on Smart Layer that names this contract.
    constructor(ISmartLayerBridge bridge, uint32 class) ERC721("Smart Layer Ticket", "TICKET") {
        BRIDGE = bridge;
        CLASS = class;
        ISSUER = msg.sender;
    }

    /// @notice Issues a ticket.
    function issue(address holder, uint256 ticket) external onlyIssuer {
        // A destroyed ticket's number is never issued again: its proof of destruction would destroy the new one too.
        if (replaced[ticket]) revert AlreadyReplaced(ticket);
        _mint(holder, ticket);
    }

    /// @notice Enters with a ticket that was never redeemed nor destroyed, as of a snapshot of the last minutes.
    /// @dev A ticket redeemed since that snapshot still passes here. Whoever can't live with that asks for a lock on
    /// Smart Layer first, and here for the proof of it.
    /// @param ticket The ticket.
    /// @param interval The latest interval that the bridge knows, or one of the last minutes.
    /// @param snapshotProof The snapshot of that interval.
    /// @param proof State of the ticket in it.
    function enter(uint256 ticket, uint64 interval, SnapshotProof calldata snapshotProof, StateProof calldata proof)
        external
    {
        if (ownerOf(ticket) != msg.sender) revert NotHolder(msg.sender, ticket);
        if (entered[ticket]) revert AlreadyEntered(ticket);
        // One leaf says everything that ever happened; for a single kind there is `requireNeverRecorded`.
        uint32 ever = SmartLayerProofs.stateOf(_scope(interval, MAX_AGE), ticket, snapshotProof, proof).ever;
        if (ever & SPENT != 0) revert Spent(ticket, ever);
        entered[ticket] = true;
        emit Entered(ticket, msg.sender);
    }

    /// @notice Issues a ticket in place of one that is proven to be destroyed.
    /// @param destroyed The ticket that was destroyed.
    /// @param ticket The new ticket.
    /// @param holder Who gets it.
    /// @param interval The interval in which the old ticket was destroyed.
    /// @param snapshotProof The snapshot of that interval.
    /// @param proof The operation that destroyed it.
    function reissue(
        uint256 destroyed,
        uint256 ticket,
        address holder,
        uint64 interval,
        SnapshotProof calldata snapshotProof,
        OperationProof calldata proof
    ) external onlyIssuer {
        if (replaced[destroyed]) revert AlreadyReplaced(destroyed);
        // Smart Layer may not know yet that it was used.
        if (entered[destroyed]) revert AlreadyEntered(destroyed);
        replaced[destroyed] = true;
        // After the line above, for the new ticket can't be the destroyed one either.
        if (replaced[ticket]) revert AlreadyReplaced(ticket);
        // However long ago: by the rules of the class nothing follows a destruction.
        SmartLayerProofs.Scope memory scope = _scope(interval, SmartLayerProofs.ANY_AGE);
        SmartLayerProofs.requireOperation(scope, DESTROY, destroyed, snapshotProof, proof);
        _burn(destroyed);
        _mint(holder, ticket);
        emit Reissued(destroyed, ticket, holder);
    }

    /// @dev Bridge and class are this contract's own; only the interval comes from outside.
    function _scope(uint64 interval, uint64 maxAge) private view returns (SmartLayerProofs.Scope memory) {
        return SmartLayerProofs.Scope({ bridge: BRIDGE, class: CLASS, interval: interval, maxAge: maxAge });
    }
}
