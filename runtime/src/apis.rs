//! What the node and clients can ask the runtime.

use crate::{
	configs::consensus::BABE_GENESIS_EPOCH_CONFIG,
	genesis::{constants::EpochDuration, presets},
	AccountId, AnchorElections, AuthorityDiscovery, Babe, Balance, Block, BlockNumber, Commitments,
	Executive, Grandpa, InherentDataExt, Nonce, Payouts, Runtime, RuntimeCall,
	RuntimeGenesisConfig, ServiceNodes, Session, SessionKeys, Slo, System, TokenRegistry,
	TransactionPayment, VERSION,
};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	traits::{Get, KeyOwnerProofSystem},
	view_functions::{ViewFunctionDispatchError, ViewFunctionId},
	weights::Weight,
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use smartlayer_commitment::{
	api::{AnchorSet, Duty, Expected},
	Bridge, Choice, ConfirmedSnapshot, Evidence, HistoryPeaks, IntervalNumber, IntervalRecord,
	LivingProposal, Receipt, RecordedSignatures, SignerBitmap, Snapshot,
};
use smartlayer_promises::{self as promises, Channel, ChannelId, Claim, Quote, Rejection};
use smartlayer_types::{
	elections_api::{
		CandidateInfo, PendingInfo, ResultInfo, SeatInfo, SetInfo, TermInfo, VoterInfo, VotesInfo,
	},
	evm::EvmSignature,
	nodes::{self, EpochIndex, EraIndex, PeerKey},
	nodes_api::{EraStatus, NodeEra, NodeInfo, NodePage, NodeParameters, NodeTotals, PendingSlash},
	registry::{Contract, PaymentTerms},
	registry_api::{ClassInfo, PlacementInfo, RoundInfo, RulesVersion},
	rules::Rules,
	slo::{
		api::{CommitmentState, GuardState, SloParameters, UnresolvedReports},
		epoch::EpochRecord,
		verdict::Verdict,
	},
	ClassId, SetId,
};
use sp_api::impl_runtime_apis;
use sp_authority_discovery::AuthorityId as AuthorityDiscoveryId;
use sp_consensus_babe as babe;
use sp_consensus_grandpa as grandpa;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata, H256};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, ExtrinsicInclusionMode,
};
use sp_version::RuntimeVersion;

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl frame_support::view_functions::runtime_api::RuntimeViewFunction<Block> for Runtime {
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header);
		}
	}

	impl babe::BabeApi<Block> for Runtime {
		fn configuration() -> babe::BabeConfiguration {
			let epoch = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH_CONFIG);
			babe::BabeConfiguration {
				slot_duration: Babe::slot_duration(),
				epoch_length: EpochDuration::get(),
				c: epoch.c,
				authorities: Babe::authorities().to_vec(),
				randomness: Babe::randomness(),
				allowed_slots: epoch.allowed_slots,
			}
		}

		fn current_epoch_start() -> babe::Slot {
			Babe::current_epoch_start()
		}

		fn current_epoch() -> babe::Epoch {
			Babe::current_epoch()
		}

		fn next_epoch() -> babe::Epoch {
			Babe::next_epoch()
		}

		fn generate_key_ownership_proof(
			_slot: babe::Slot,
			authority_id: babe::AuthorityId,
		) -> Option<babe::OpaqueKeyOwnershipProof> {
			AnchorElections::prove((babe::KEY_TYPE, authority_id))
				.map(|proof| babe::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: babe::EquivocationProof<<Block as BlockT>::Header>,
			key_owner_proof: babe::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Babe::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof.decode()?)
		}
	}

	impl grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn generate_key_ownership_proof(
			_set_id: grandpa::SetId,
			authority_id: grandpa::AuthorityId,
		) -> Option<grandpa::OpaqueKeyOwnershipProof> {
			AnchorElections::prove((grandpa::KEY_TYPE, authority_id))
				.map(|proof| grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			key_owner_proof: grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			Grandpa::submit_unsigned_equivocation_report(
				equivocation_proof,
				key_owner_proof.decode()?,
			)
		}
	}

	impl sp_authority_discovery::AuthorityDiscoveryApi<Block> for Runtime {
		fn authorities() -> Vec<AuthorityDiscoveryId> {
			AuthorityDiscovery::authorities()
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> sp_session::OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			transaction: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(transaction, length)
		}

		fn query_fee_details(
			transaction: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> FeeDetails<Balance> {
			TransactionPayment::query_fee_details(transaction, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<
		Block,
		Balance,
		RuntimeCall,
	> for Runtime
	{
		fn query_call_info(call: RuntimeCall, length: u32) -> RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, length)
		}

		fn query_call_fee_details(call: RuntimeCall, length: u32) -> FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl smartlayer_promises::api::PayoutsApi<Block> for Runtime {
		fn channel(id: ChannelId) -> Option<Channel> {
			Payouts::channel(id)
		}

		fn quote(claim: Claim) -> Result<Quote, Rejection> {
			Payouts::quote(claim)
		}

		fn parameters() -> promises::Parameters {
			Payouts::parameters()
		}

		fn terms(payee: AccountId, class: ClassId) -> Option<promises::Terms> {
			Payouts::terms(payee, class)
		}

		fn last_salt(payer: AccountId) -> u64 {
			Payouts::last_salt(payer)
		}
	}

	impl smartlayer_types::registry_api::TokenRegistryApi<Block> for Runtime {
		fn class(class: ClassId) -> Option<ClassInfo> {
			TokenRegistry::class(class)
		}

		fn classes(from: ClassId, limit: u32) -> Vec<ClassInfo> {
			TokenRegistry::classes(from, limit)
		}

		fn next_class() -> ClassId {
			TokenRegistry::next_class()
		}

		fn verified_class(contract: Contract) -> Option<ClassId> {
			TokenRegistry::verified_class(contract)
		}

		fn rules_at(class: ClassId, interval: u64) -> Option<Rules> {
			TokenRegistry::rules_at(class, interval)
		}

		fn rules_versions(class: ClassId) -> Vec<RulesVersion> {
			TokenRegistry::rules_versions(class)
		}

		fn signs_as_issuer(class: ClassId, account: AccountId) -> bool {
			TokenRegistry::signs_as_issuer(class, &account)
		}

		fn payment_terms(class: ClassId) -> Option<PaymentTerms> {
			TokenRegistry::payment_terms(class)
		}

		fn placements(from: ClassId, limit: u32) -> Vec<PlacementInfo> {
			TokenRegistry::placements(from, limit)
		}

		fn verification_round(class: ClassId) -> Option<RoundInfo> {
			TokenRegistry::verification_round(class)
		}

		fn issuer_nonce(issuer: AccountId) -> u64 {
			TokenRegistry::issuer_nonce(&issuer)
		}
	}

	impl smartlayer_types::nodes_api::ServiceNodesApi<Block> for Runtime {
		fn node(account: AccountId) -> Option<NodeInfo> {
			ServiceNodes::node(&account)
		}

		fn node_at_endpoint(endpoint: Vec<u8>) -> Option<AccountId> {
			ServiceNodes::node_at_endpoint(&endpoint)
		}

		fn nodes(from: u32, limit: u32) -> NodePage {
			ServiceNodes::nodes(from, limit)
		}

		fn active_nodes(from: u32, limit: u32) -> NodePage {
			ServiceNodes::active_nodes(from, limit)
		}

		fn placement_salt(account: AccountId) -> Option<H256> {
			ServiceNodes::placement_salt(&account)
		}

		fn terms_at(account: AccountId, epoch: EpochIndex) -> Option<nodes::Terms> {
			ServiceNodes::terms_at(&account, epoch)
		}

		fn pending_slashes(account: AccountId) -> Vec<PendingSlash> {
			ServiceNodes::pending_slashes(&account)
		}

		fn node_era(era: EraIndex, account: AccountId) -> NodeEra {
			ServiceNodes::node_era(era, &account)
		}

		fn era_status() -> EraStatus {
			ServiceNodes::era_status()
		}

		fn node_totals() -> NodeTotals {
			ServiceNodes::node_totals()
		}

		fn node_parameters() -> NodeParameters {
			ServiceNodes::node_parameters()
		}

		fn required_bond(terms: nodes::Terms) -> Balance {
			ServiceNodes::required_bond(&terms)
		}

		fn registration_digest(account: AccountId, endpoint: Vec<u8>, key: PeerKey) -> Option<H256> {
			ServiceNodes::registration_digest(&account, &endpoint, &key)
		}
	}

	impl smartlayer_types::elections_api::AnchorElectionsApi<Block> for Runtime {
		fn candidates(after: Option<AccountId>, limit: u32) -> Vec<CandidateInfo> {
			AnchorElections::candidates(after, limit)
		}

		fn voters(after: Option<(Balance, AccountId)>, limit: u32) -> Vec<VoterInfo> {
			AnchorElections::voters(after, limit)
		}

		fn votes_of(account: AccountId) -> VotesInfo {
			AnchorElections::votes_of(account)
		}

		fn current_set() -> SetInfo {
			AnchorElections::current_set()
		}

		fn next_set() -> SetInfo {
			AnchorElections::next_set()
		}

		fn anchor_set(set: SetId) -> Option<SetInfo> {
			AnchorElections::anchor_set(set)
		}

		fn discovery_keys(set: SetId) -> Vec<(AccountId, sp_core::sr25519::Public)> {
			let members = AnchorElections::anchor_set(set).map(|it| it.members).unwrap_or_default();
			let key = |account: AccountId| {
				let keys = Session::load_keys(&account)?;
				Some((account, keys.authority_discovery.into()))
			};
			members.into_iter().filter_map(|it| key(it.account)).collect()
		}

		fn elected() -> Vec<SeatInfo> {
			AnchorElections::elected()
		}

		fn runners_up() -> Vec<SeatInfo> {
			AnchorElections::runners_up()
		}

		fn term() -> TermInfo {
			AnchorElections::term()
		}

		fn pending_result() -> Option<PendingInfo> {
			AnchorElections::pending_result()
		}

		fn last_result() -> Option<ResultInfo> {
			AnchorElections::last_result()
		}

		fn reward_of(account: AccountId) -> Balance {
			AnchorElections::reward_of(account)
		}

		fn key_proof(key_type: [u8; 4], key: Vec<u8>) -> Option<Vec<u8>> {
			AnchorElections::key_proof(key_type, key)
		}
	}

	impl smartlayer_commitment::api::CommitmentsApi<Block> for Runtime {
		fn current_interval() -> IntervalNumber {
			Commitments::current_interval()
		}

		fn interval(interval: IntervalNumber) -> Option<IntervalRecord> {
			Commitments::interval(interval)
		}

		fn intervals(from: IntervalNumber, limit: u32) -> Vec<(IntervalNumber, IntervalRecord)> {
			Commitments::intervals(from, limit)
		}

		fn accepting() -> bool {
			Commitments::accepting()
		}

		fn oldest_operation() -> u64 {
			Commitments::oldest_operation()
		}

		fn turn_order(interval: IntervalNumber) -> Option<Vec<u32>> {
			Commitments::turn_order(interval)
		}

		fn duty(at: BlockNumber) -> Option<Duty> {
			Commitments::duty(at)
		}

		fn expected() -> Option<Expected> {
			Commitments::expected()
		}

		fn living_proposal() -> Option<LivingProposal> {
			Commitments::living_proposal()
		}

		fn last_confirmed() -> Option<ConfirmedSnapshot> {
			Commitments::last_confirmed()
		}

		fn snapshot(interval: IntervalNumber) -> Option<ConfirmedSnapshot> {
			Commitments::snapshot(interval)
		}

		fn history() -> HistoryPeaks {
			Commitments::history()
		}

		fn set(set: SetId) -> Option<AnchorSet> {
			Commitments::set(set)
		}

		fn set_of(interval: IntervalNumber) -> Option<AnchorSet> {
			Commitments::set_of(interval)
		}

		fn next_set(interval: IntervalNumber) -> Option<AnchorSet> {
			Commitments::next_set(interval)
		}

		fn owes(set: SetId) -> bool {
			Commitments::owes(set)
		}

		fn bridges() -> Vec<Bridge> {
			Commitments::bridges()
		}

		fn signatures(interval: IntervalNumber, bridge: Bridge) -> Option<RecordedSignatures> {
			Commitments::signatures(interval, bridge)
		}

		fn receipt(interval: IntervalNumber, bridge: Bridge) -> Option<Receipt> {
			Commitments::receipt(interval, bridge)
		}

		fn incarnation(origin: AccountId) -> u32 {
			Commitments::incarnation(origin)
		}

		fn submit_proposal(snapshot: Snapshot, counted: SignerBitmap, signature: EvmSignature) -> Option<()> {
			Commitments::submit_proposal(snapshot, counted, signature)
		}

		fn submit_vote(member: u32, proposal: H256, choice: Choice, signature: EvmSignature) -> Option<()> {
			Commitments::submit_vote(member, proposal, choice, signature)
		}

		fn submit_signatures(interval: IntervalNumber, bridge: Bridge, signatures: RecordedSignatures) -> Option<()> {
			Commitments::submit_signatures(interval, bridge, signatures)
		}

		fn submit_receipt(member: u32, interval: IntervalNumber, bridge: Bridge, receipt: Receipt, signature: EvmSignature) -> Option<()> {
			Commitments::submit_receipt(member, interval, bridge, receipt, signature)
		}

		fn submit_evidence(evidence: Evidence) -> Option<()> {
			Commitments::submit_evidence(evidence)
		}

		fn submit_incarnation(member: u32, incarnation: u32, signature: EvmSignature) -> Option<()> {
			Commitments::submit_incarnation(member, incarnation, signature)
		}
	}

	impl smartlayer_types::slo::api::SloApi<Block> for Runtime {
		fn slo_parameters() -> SloParameters {
			Slo::slo_parameters()
		}

		fn slo_epochs() -> Vec<EpochRecord> {
			Slo::slo_epochs()
		}

		fn slo_drawn(epoch: u64, output: [u8; 32], nodes: Vec<AccountId>) -> Vec<AccountId> {
			Slo::slo_drawn(epoch, output, nodes)
		}

		fn slo_commitments(epoch: u64) -> Vec<CommitmentState> {
			Slo::slo_commitments(epoch)
		}

		fn slo_unresolved(epoch: u64, after: Option<AccountId>, limit: u32) -> Vec<UnresolvedReports> {
			Slo::slo_unresolved(epoch, after, limit)
		}

		fn slo_verdict(epoch: u64, node: AccountId) -> Option<Verdict> {
			Slo::slo_verdict(epoch, node)
		}

		fn slo_verdicts(after: Option<AccountId>, limit: u32) -> Vec<(AccountId, Verdict)> {
			Slo::slo_verdicts(after, limit)
		}

		fn slo_guard(epoch: u64) -> Option<GuardState> {
			Slo::slo_guard(epoch)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, presets::get)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			presets::names()
		}
	}

	#[cfg(feature = "try-runtime")]
	impl frame_try_runtime::TryRuntime<Block> for Runtime {
		fn on_runtime_upgrade(checks: frame_try_runtime::UpgradeCheckSelect) -> (Weight, Weight) {
			let weight = Executive::try_runtime_upgrade(checks)
				.expect("the upgrade is tried to see it fail; this is never in a production blob");
			(weight, crate::RuntimeBlockWeights::get().max_block)
		}

		fn execute_block(
			block: <Block as BlockT>::LazyBlock,
			state_root_check: bool,
			signature_check: bool,
			select: frame_try_runtime::TryStateSelect,
		) -> Weight {
			Executive::try_execute_block(block, state_root_check, signature_check, select)
				.expect("the block is tried to see it fail; this is never in a production blob")
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<frame_support::traits::StorageInfo>) {
			crate::benchmarks::metadata(extra)
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			crate::benchmarks::dispatch(config)
		}
	}
}
