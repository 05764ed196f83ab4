"""Types of parameters and metrics. Made by python/generate.py from the tables of libdse."""

from typing import Literal, TypedDict

class PoolsDraftSection(TypedDict, total=False):
    chip: str  # Chip of the devices that run a draft model; none: the main devices do.
    model: str  # Model that drafts workload.query_tokens - 1 tokens of each step; none: MTP modules of the model (model.draft_layers), or drafting that takes no time.
    devices: float | str  # devices: Devices of pools.draft, in addition to plan.devices; auto: as many as give most tokens per second and USD, at most plan.devices.
    tp: float | str  # devices: Tensor parallelism of pools.draft; each group of so many devices drafts for its share of the requests.
    link_byte_per_s: float | str  # B/s: Bandwidth between the main devices and pools.draft, one direction, per device of the smaller side; auto: of each side's scale-up link if all fit in one domain, else of its network.
    link_latency_s: float | str  # s: Latency of a transfer between the main devices and pools.draft, one direction; auto: the larger of both sides.
    link_latency: float | str  # s: Latency of a transfer between the main devices and pools.draft, one direction; auto: the larger of both sides.

class PoolsFfnSection(TypedDict, total=False):
    chip: str  # Chip of the devices that run pools.ffn.runs; none: the main devices run all. Its values are those of chip, such as pools.ffn.chip.memory_byte.
    engine: str  # Engine of the devices of pools.ffn, which runs their routed experts. Its values are those of engine, such as pools.ffn.engine.bandwidth_ratio.
    runs: Literal['experts', 'ffn', 'ffn_and_head', 'all_but_attention']  # What pools.ffn runs of each layer: experts, the routed ones; ffn, those with shared experts and dense feed-forwards; ffn_and_head, the head too; all_but_attention, all but core attention and recurrent states, which the main devices then hold alone.
    devices: float | str  # devices: Devices of pools.ffn, in addition to plan.devices; auto: as many as give most tokens per second and USD.
    tp: float | str  # devices: Tensor parallelism of pools.ffn: devices that share each weight matrix.
    ep: float | str  # devices: Expert parallelism of pools.ffn: devices that share the routed experts.
    link_byte_per_s: float | str  # B/s: Bandwidth between the main devices and pools.ffn, one direction, per device of the smaller side; auto: of each side's scale-up link if all fit in one domain, else of its network.
    link_latency_s: float | str  # s: Latency of a transfer between the main devices and pools.ffn, one direction; auto: the larger of both sides.
    link_latency: float | str  # s: Latency of a transfer between the main devices and pools.ffn, one direction; auto: the larger of both sides.
    copies: Literal['domains', 'devices', 'experts']  # Copies of a token sent to pools.ffn: domains, one to each link domain of it with an expert of the token, forwarded inside; devices, one to each such device; experts, one for each expert.
    sends: Literal['beside', 'within']  # Transfers between the main devices and pools.ffn: beside, while the sender computes the next micro-batch; within, by kernels of the sender, which computes nothing meanwhile.
    weight_share2: float | str  # Share of the weights of pools.ffn in the second tier of memory of its chip; auto: the best of none, the least that fits, a little more, that which balances both tiers, and all.

class PoolsPrefillSection(TypedDict, total=False):
    chip: str  # Chip of the devices that prefill (disaggregated); none: that of the main devices.
    engine: Literal['none', 'same']  # Engine of the devices that prefill (disaggregated): none, they are chips alone; same, they carry the engine of the devices that decode.
    tp: float | str  # devices: Tensor parallelism of the prefill pool (disaggregated), in groups of pools.prefill.group; plan: what plan.tp allows, chosen apart; DP follows.
    ep: float | str  # devices: Expert parallelism of the prefill pool; plan: what plan.ep allows, chosen apart.
    pp: float | str  # devices: Pipeline parallelism of the prefill pool; plan: what plan.pp allows, chosen apart.
    cp: float | str  # devices: Context parallelism of the prefill pool; plan: what plan.cp allows, chosen apart.
    devices: float | str  # devices: Devices of the prefill pool, in addition to plan.devices: share, as many as keep up, also a fraction, as of a larger system with many decode groups; auto, the fewest whole groups that keep up; a number, which sets the pace if it is too small.
    group: float | str  # devices: Devices of the prefill pool that share one copy of its work, and are mapped together; plan: as plan.devices, or pools.prefill.devices if that is fewer.
    link_byte_per_s: float | str  # B/s: Bandwidth from the prefill pool to the devices that decode, per device of the smaller side; auto: the smaller network bandwidth of both. Measured transfers of a KV cache reach 0.48 to 0.87 of the line rate (Mooncake).
    link_latency_s: float | str  # s: Time before the first byte of a KV cache arrives; auto: the larger network latency of both sides.
    link_latency: float | str  # s: Time before the first byte of a KV cache arrives; auto: the larger network latency of both sides.
    transfer: Literal['after', 'layers']  # When a prompt's KV cache is sent: after its prefill; layers, each layer's as soon as it is computed (Splitwise), so that most of it is hidden.

class ChipSection(TypedDict, total=False):
    base: str
    compute_units: float | str  # Compute units (SM, CU, core) in use.
    unit_flop_per_s: float | str  # FLOP/s: Dense BF16 peak of one compute unit.
    fp8_ratio: float | str  # Dense FP8 peak over BF16 peak; 1 if FP8 is a storage format only.
    fp4_ratio: float | str  # Dense FP4 peak over BF16 peak.
    memory_byte: float | str  # B: Memory capacity of one device.
    memory_byte_per_s: float | str  # B/s: Memory bandwidth of one device.
    hbm: Literal['hbm2', 'hbm2e', 'hbm3', 'hbm3e', 'hbm3e-12h', 'hbm4', 'hbm3e-12h-fast', 'hbm4-fast', 'hbm4e', 'gddr6', 'gddr7', 'lpddr5x', '3d-dram', 'sram', 'hbf']  # Kind of memory: its stacks, its channels on the board or, of SRAM, its die area follow from it, and its price.
    memory2_byte: float | str  # B: Capacity of a second tier of memory of one device; 0: none.
    memory2_byte_per_s: float | str  # B/s: Read bandwidth of the second tier of one device.
    memory2_kind: Literal['none', 'lpddr5x', 'ddr5', 'cxl', 'host', 'hbf']  # Second tier: none; lpddr5x, ddr5 and hbf (flash on the interposer) are read directly; cxl and host are copied to the first tier, which then carries these bytes twice.
    memory2_overlap: float | str  # Share of the shorter of both tiers' times in an operator that hides behind the longer; auto: 1, or 0.9 for kinds that are copied.
    memory2_least_life_year: float | str  # Years that a second tier of flash must last at the rate at which its cache is written.
    memory2_page_byte: float | str  # B: What a read of the second tier fetches at least, where sparse attention reads scattered tokens; auto: 4 KiB of hbf, 0 of other kinds.
    link_byte_per_s: float | str  # B/s: Scale-up link bandwidth of one device, one direction.
    link_latency_s: float | str  # s: Latency of a transfer over the scale-up link.
    link_latency: float | str  # s: Latency of a transfer over the scale-up link.
    link_domain: float | str  # devices: Devices joined by the scale-up link.
    network_byte_per_s: float | str  # B/s: Scale-out network bandwidth of one device, one direction.
    network_latency_s: float | str  # s: Latency of a transfer over the scale-out network.
    network_latency: float | str  # s: Latency of a transfer over the scale-out network.
    kernel_start_s: float | str  # s: Time that a call of an operator takes beyond its work, in ideal timing; a collective has its latency instead. Calibrated timing has start-up times of its own.
    kernel_start: float | str  # s: Time that a call of an operator takes beyond its work, in ideal timing; a collective has its latency instead. Calibrated timing has start-up times of its own.
    node_nm: float | str  # Process node of the compute dies, nm.
    tdp_w: float | str  # W: Power limit of one device: its clock falls until board power is within it; auto: chip.rated_w scaled with the arithmetic and memory, and an engine's power on top.
    floor_ratio: float | str  # Board power while kernels run, before that of their work, over chip.rated_w; auto: between measured chips.
    move_j_per_byte: float | str  # J: Energy of a memory byte beyond its memory: to the compute units and back; auto: between measured chips, less from memory on the dies.
    j_per_flop: float | str  # J: Energy of a BF16 operation at the nominal clock; auto: by chip.node_nm.
    rated_w: float | str  # W: Design power of the data sheet; auto: chip.tdp_w of the chip file.
    rated_flop_per_s: float | str  # FLOP/s: Dense BF16 peak that chip.rated_w belongs to; auto: that of the chip file.
    rated_memory_byte_per_s: float | str  # B/s: Memory bandwidth that chip.rated_w belongs to; auto: that of the chip file.
    clock_hz: float | str  # Hz: Clock at peak; with the peak it gives the number of multipliers, for the area only.
    fp64_flop_per_s: float | str  # FLOP/s: FP64 peak of the silicon: area only.
    unit_sram_byte: float | str  # B: Local memory and level-1 cache of a compute unit: area only.
    unit_register_byte: float | str  # B: Register file of a compute unit: area only.
    cache_byte: float | str  # B: Shared caches on the dies: area only.
    spare_unit_ratio: float | str  # Spare compute units (may be defective) over those in use; auto: from the price list.
    compute_flop_per_s_per_mm2: float | str  # FLOP/s: BF16 peak per mm2 of compute units, spares included; auto: from the contents of a unit and the node.
    uncore_mm2: float | str  # mm2: Die area other than compute units, memory interfaces and links; auto: caches from the node, the rest from the price list.
    die_limit_mm2: float | str  # mm2: Largest die: that of a chip that is a whole wafer; auto: the reticle of the price list.
    package_limit_mm2: float | str  # mm2: Largest interposer its maker can get; auto: that of the price list.

class EngineSection(TypedDict, total=False):
    base: str
    kind: Literal['bank', 'logic_die', 'on_die', 'pool']  # Location: in the banks of the DRAM dies, on the base (logic) die of the stacks, on the compute dies, or in a separate pool.
    bandwidth_ratio: float | str  # m: memory bandwidth of the engine over that of the chip; 0: no engine. Lowered to what can be fed (engine.limits).
    ridge_flop_per_byte: float | str  # FLOP/B: r: the engine's ridge point; its peak is m r times the memory bandwidth. Lowered to what can be fed (engine.limits).
    capacity_ratio: float | str  # kappa: memory capacity with the engine over that without; in place at most 1. Above 1, a pool holds what its operators read (caches, states, weights of experts) in the memory it adds, and always runs them.
    link_byte_per_s: float | str  # B/s: Link from the chip to a discrete engine; 0: the engine is in place.
    overlap: float | str  # Overlap of engine and chip: share of the shorter time hidden behind the longer, on two halves of the batch that each read the weights; only where faster.
    runs: Literal['attention', 'experts', 'both', 'state', 'core', 'index', 'attention+state', 'state+experts', 'attention+state+experts', 'core+experts', 'core+state', 'core+state+experts', 'index+experts', 'index+state', 'index+state+experts']  # Operators the engine may run, joined by +: attention (core and index), core, index (sparse indexers), state (updates of recurrent states), experts; both is attention+experts. Each still runs on the faster unit, but those of a pool with memory of its own (engine.capacity_ratio).
    dram_area_ratio: float | str  # Area added to each DRAM die, as a share of the die.
    logic_mm2_per_stack: float | str  # mm2: Logic added to the base die of each memory stack; auto: from m and r for kind logic_die, else none.
    added_stack_ratio: float | str  # Memory stacks of a pool over those of the chip; auto: the larger of m and kappa - 1. Fewer than kappa - 1 only if they are no HBM (engine.memory).
    power_ratio: float | str  # Energy of a byte read by the engine over one read by the chip; auto: by kind.
    j_per_flop: float | str  # J: Energy of a BF16 operation of the engine; auto: by kind and engine.node_nm.
    power_budget: float | str  # Kind bank: power limit of a stack over its power when the chip reads it at the full rate of its generation.
    power_w_per_stack: float | str  # W: Power limit of a stack while the engine runs; auto: by kind, the smaller of its supply and its cooling.
    node_nm: float | str  # Process node of the engine's logic, nm; auto: 22 in banks, 7 on base dies, else that of the compute dies.
    limits: Literal['physical', 'none']  # physical: m and r are lowered to what the stacks can feed and cool; none: m and r as given.
    co_processing: float | str  # 1: chip and engine run at the same time, as in Duplex: they share the routed experts of a step, and where prompts run within it (phase serving) the engine attends for the answers while the chip attends for the prompts.
    status: Literal['built', 'published', 'hypothetical']  # Whether the engine exists: built, published as a design, or hypothetical.
    bandwidth_low_ratio: float | str  # Lowest likely m over engine.bandwidth_ratio; payoff draws m between both ends.
    bandwidth_high_ratio: float | str  # Highest likely m over engine.bandwidth_ratio.
    ridge_low_ratio: float | str  # Lowest likely r over engine.ridge_flop_per_byte; payoff draws r between both ends.
    ridge_high_ratio: float | str  # Highest likely r over engine.ridge_flop_per_byte.
    efficiency_low_ratio: float | str  # Lowest likely share of its bandwidth and peak that the engine reaches; payoff draws it from there to 1.
    energy_low_ratio: float | str  # Lowest likely energy of a byte over what is stated; payoff draws it between both ends.
    energy_high_ratio: float | str  # Highest likely energy of a byte over what is stated.
    memory: Literal['hbm', 'gddr6', 'lpddr5x', '3d_dram', 'sram']  # Memory that the engine is designed for. A label: an engine in place is priced and limited as one in the stacks of the chip, a pool as stacks of its bandwidth and memory.

class ModelSection(TypedDict, total=False):
    base: str
    attention: Literal['gqa', 'mla', 'gdn', 'kda', 'mamba1', 'mamba2', 'lightning', 'compressed', 'block_sparse', 'mfa', 'cross', 'mha', 'mqa']  # Attention variant; MHA is GQA with as many KV heads as query heads, MQA with one.
    layers: float | str  # Transformer layers.
    hidden: float | str  # Width of the residual stream.
    residual_streams: float | str  # Copies of the residual stream, mixed before and after each sublayer (hyper-connections); 1: a plain residual.
    heads: float | str  # Query heads.
    kv_heads: float | str  # KV heads (GQA; 0: as many as query heads).
    head_dim: float | str  # Width of a head (GQA; 0: hidden / heads).
    window: float | str  # tokens: Sliding window or chunk of the layers with local attention; 0: none.
    full_every: float | str  # With a window: one layer in this many has full attention; 0: none has.
    chunked: bool | Literal['no', 'yes']  # The window is a chunk: a token attends to the tokens of its chunk up to itself, on average half a chunk.
    kv_lora_rank: float | str  # MLA: width of the KV latent, d_c.
    q_lora_rank: float | str  # MLA: width of the query latent; 0: none.
    qk_rope_dim: float | str  # MLA: width of the rotary part of a head, d_r.
    qk_nope_dim: float | str  # MLA: width of the non-rotary part of a query or key head, d_n.
    v_dim: float | str  # MLA: width of a value head, d_v.
    index_heads: float | str  # DSA: heads of the indexer.
    index_head_dim: float | str  # DSA: width of an indexer head.
    index_topk: float | str  # tokens: DSA: tokens that core attention reads; 0: dense attention.
    index_byte: float | str  # B: Format of the cached keys of an indexer; mxfp8 takes as many bytes as FP8 with an FP32 scale of 128 elements (DeepSeek-V3.2).
    absorb: float | str  # MLA: up-projections absorbed into the queries ("reordered"), so that core attention works on the latent; auto: in decode, not in prefill.
    latent_reads: float | str  # MLA absorbed: how often the latent is read: 1 as in FlashMLA, 2 for separate score and context kernels.
    ffn: float | str  # Width of the dense feed-forward layers.
    gated_ffn: bool | Literal['no', 'yes']  # Feed-forward with three matrices (gate, up, down) instead of two.
    experts: float | str  # Routed experts of an MoE layer; 0: no MoE layers.
    top_k: float | str  # Routed experts a token uses.
    moe_ffn: float | str  # Width of one routed expert.
    shared_ffn: float | str  # Total width of the shared experts; 0: none.
    first_dense_layers: float | str  # Dense layers before the first MoE layer.
    moe_every: float | str  # After the first dense layers, every n-th layer is MoE.
    vocab: float | str  # Vocabulary size.
    tied_embeddings: bool | Literal['no', 'yes']  # Embedding and head share their weights.
    layer_embedding: float | str  # Width of the embedding of a token that each layer has of its own (Gemma 3n and 4 E); 0: none.
    layer_vocab: float | str  # Vocabulary of the embeddings of each layer; 0: as vocab.
    draft_layers: float | str  # MTP modules of one layer each, which draft the query tokens beyond the first; 0: drafting takes no time.
    expert_weight_byte: float | str  # B: Format of routed experts in the checkpoint.
    ffn_weight_byte: float | str  # B: Format of dense feed-forwards and shared experts in the checkpoint.
    attention_weight_byte: float | str  # B: Format of attention in the checkpoint.
    state_layer_weight_byte: float | str  # B: Format of layers with a recurrent state in the checkpoint.
    router_weight_byte: float | str  # B: Format of routers in the checkpoint.
    head_weight_byte: float | str  # B: Format of embedding and head in the checkpoint.
    draft_weight_byte: float | str  # B: Format of MTP modules in the checkpoint.
    cache_byte: float | str  # B: Format of the KV cache in the checkpoint.
    state_byte: float | str  # B: Format of recurrent states in the checkpoint.

class PlanSection(TypedDict, total=False):
    devices: float | str  # devices: Devices of the system.
    tp: float | str  # devices: Tensor parallelism: devices that share one replica's heads and feed-forward.
    dp: float | str  # Data parallelism: replicas of everything but the experts; tp * cp * pp * dp = devices.
    ep: float | str  # devices: Expert parallelism: devices that share the routed experts; 1 without experts.
    pp: float | str  # devices: Pipeline parallelism: stages that the layers are split into, with as many groups of requests in flight.
    cp: float | str  # devices: Context parallelism: devices that each hold a part of a request's context and prompt.
    shared_over: Literal['ep', 'tp']  # Devices that share one copy of the weights outside attention and routed experts: the expert group (arXiv:2507.15465 eq. 11) or the TP group (as in serving engines).
    redundant_experts: float | str  # Additional copies of hot experts, with workload.placement replicated; 0: one per device.
    overlap: Literal['none', 'two_batch', 'ideal']  # Collectives hidden behind computation: none; two_batch, those of one half of the batch behind the computation of the other; ideal, all.
    all_reduce: Literal['ring', 'best']  # All-reduce: ring, or best: the faster of a ring and one shot (every device sends its data to every other).
    all_to_all: Literal['flat', 'hierarchical']  # All-to-all beyond one link domain: flat, every copy over the network; hierarchical, one copy per domain over the network, forwarded over the link.
    micro_batches: float | str  # Parts of a batch that the main devices and those of pools.ffn work on in turn; 1 without that pool.
    weight_share2: float | str  # Share of the weights in the second tier of memory, the same of every operator; auto: the one with most tokens per second, 0 without a second tier or with a pool that shares the step.
    kv_share2: float | str  # Share of KV caches and recurrent states in the second tier of memory; auto: the one with most tokens per second, 0 without a second tier or with a pool that shares the step.
    kv_place: Literal['auto', 'chip', 'engine']  # Memory of KV caches and recurrent states beside an engine of kind pool that has its own (engine.capacity_ratio): engine, which then always runs what engine.runs names of attention and states; chip, as without the engine; auto: the one with most tokens per second, engine with a pool that shares the step.
    expert_place: Literal['auto', 'chip', 'engine']  # The same of the weights of routed experts.

class PoolsSection(TypedDict, total=False):
    ffn: PoolsFfnSection
    prefill: PoolsPrefillSection
    draft: PoolsDraftSection

class PrecisionSection(TypedDict, total=False):
    weight: float | str  # B: Number format of weights in memory; model: by class as the model's checkpoint states, else bf16.
    kv: float | str  # B: Number format of the KV cache; model: as the model's checkpoint states, else bf16.
    math: float | str  # B: Number format of arithmetic, which selects the chip's peak.
    activation: float | str  # B: Number format of activations in memory and in transfers.
    dispatch: float | str  # B: Number format of the dispatch all-to-all, to the experts. DeepSeek-V3: FP8.
    combine: float | str  # B: Number format of the combine all-to-all, back from the experts. DeepEP: always BF16.
    rope: float | str  # B: Number format of the rotary part of MLA's cache; kv: as precision.kv. FlashMLA stores BF16 with an FP8 latent: 656 B per token and layer with precision.kv mxfp8.
    state: float | str  # B: Number format of recurrent states (linear attention, state-space layers); model: as the model's checkpoint states, else fp32, which most ask for.
    expert: float | str  # B: Number format of weights of routed experts; model: as precision.weight, else as the model's checkpoint states.
    ffn: float | str  # B: Number format of weights of dense feed-forwards and shared experts; model: as precision.weight, else as the model's checkpoint states.
    attention: float | str  # B: Number format of weights of attention; model: as precision.weight, else as the model's checkpoint states.
    state_layer: float | str  # B: Number format of weights of layers with a recurrent state; model: as precision.weight, else as the model's checkpoint states.
    router: float | str  # B: Number format of weights of routers; model: as precision.weight, else as the model's checkpoint states.
    head: float | str  # B: Number format of embedding and head; model: as precision.weight, else as the model's checkpoint states.
    draft: float | str  # B: Number format of weights of MTP modules; model: as precision.weight, else as the model's checkpoint states.

class WorkloadSection(TypedDict, total=False):
    phase: Literal['decode', 'prefill', 'serving', 'disaggregated']  # What is timed: decode, a step that generates a token for each request; prefill, a step that reads a prompt of each (workload.context tokens); serving, a step at steady state with both on the same devices; disaggregated, decode on plan.devices and prefill on pools.prefill.devices.
    context: float | str  # tokens: Tokens of context in a step (decode); tokens of a prompt (prefill).
    query_tokens: float | str  # tokens: New tokens of a request in one step: 1, or 1 plus the drafted tokens.
    accepted_tokens: float | str  # tokens: Mean number of these tokens that are accepted.
    acceptance: float | str  # Probability that a drafted token is accepted if all before it are: q query tokens then give 1 + a + ... + a^(q-1) accepted ones (arXiv:2211.17192); given: by workload.accepted_tokens.
    batch: float | str  # requests: Requests in flight over all devices; max: the largest batch that memory and the latency limit allow.
    tpot_s: float | str  # s: Limit on the time per output token.
    tpot: float | str  # s: Limit on the time per output token.
    ttft_s: float | str  # s: Limit on the time to first token, for phases with a prefill.
    ttft: float | str  # s: Limit on the time to first token, for phases with a prefill.
    measured_tpot_s: float | str  # s: Measured time per output token of a step, for timing: measured; none otherwise.
    measured_tpot: float | str  # s: Measured time per output token of a step, for timing: measured; none otherwise.
    input: float | str  # tokens: Prompt length of a request (serving, disaggregated).
    output: float | str  # tokens: Answer length of a request (serving, disaggregated).
    prefix: float | str  # tokens: First tokens of a prompt that are already in the KV cache (shared prefix).
    kv_room: Literal['whole', 'mean']  # Memory reserved for a request's KV cache (serving, disaggregated): whole, for its prompt and its full answer, as in a serving engine that never evicts; mean, for its average length.
    window_cache: Literal['window', 'whole']  # Memory of layers with a window: window, for the tokens in it; whole, for all tokens of a request, as in servers with one cache for all layers.
    state_slots: float | str  # Recurrent states kept per request; above 1, snapshots for prefix caching, as a state cannot be cut at a token.
    skew: float | str  # Zipf exponent s of expert popularity; 0: uniform.
    placement: Literal['random', 'round_robin', 'contiguous', 'replicated', 'packed']  # Placement of experts of unequal popularity: random; round_robin, in turn; contiguous, the hottest on the same device; replicated, with copies of the hot ones, each on the least loaded device; packed, so without copies.
    chance: bool | Literal['no', 'yes']  # Include random routing imbalance in the load of the busiest device; no: loads in proportion to popularity (arXiv:2507.15465 eq. 13).
    context_cv: float | str  # Coefficient of variation of the contexts of requests in flight (decode, serving, disaggregated): data-parallel ranks that share experts wait in every layer for the one with most; 0: equal contexts. Azure's and Mooncake's traces: 0.6 to 1.3.
    context_skewness: float | str  # Skewness of these contexts; auto: that of a gamma distribution, twice workload.context_cv.
    dp_routing: Literal['equal_count', 'random', 'least_count', 'least_kv']  # How requests are given to data-parallel ranks: equal_count, as many to each; random; least_count, to the rank with the fewest requests; least_kv, to the one with the least context.
    requests_per_s: float | str  # 1/s: Requests that arrive per second at the whole system, at random (serving, disaggregated); none: each takes the place of one that ends, and there are no percentiles.
    arrival_cv: float | str  # Coefficient of variation of the times between arrivals; 1: Poisson. Above 1 in bursts: 1 to 13 in public traces.
    input_cv: float | str  # Coefficient of variation of workload.input over requests (lognormal); 0: all alike. Azure's and Mooncake's traces: 0.96 to 1.3.
    output_cv: float | str  # Coefficient of variation of workload.output over requests (lognormal); longer answers are in flight for longer, which raises the mean context. Azure's and Mooncake's traces: 0.73 to 2.2.
    prefix_cv: float | str  # Coefficient of variation of workload.prefix over requests.
    prefix_correlation: float | str  # Correlation of workload.prefix and workload.input over requests.
    ttft_percentile: float | str  # Percentile of requests, with workload.requests_per_s, at which workload.ttft_s is meant; none: it is a limit of a single request, without traffic.
    tpot_percentile: float | str  # Percentile of requests, with workload.requests_per_s, at which workload.tpot_s is meant; none: it is a limit of a step of the largest batch.

class Parameters(TypedDict, total=False):
    model: str | ModelSection  # The language model.
    chip: str | ChipSection  # The accelerator.
    engine: str | EngineSection  # The attention engine.
    pools: PoolsSection
    plan: PlanSection
    workload: WorkloadSection
    precision: PrecisionSection
    timing: Literal['ideal', 'simulator', 'calibrated', 'measured']  # How operators are timed: ideal, at the peaks of the data sheet; simulator, at the same peaks, with the operators and the memory of arXiv:2507.15465's simulator; calibrated, by constants fitted to measured kernels of the chip's generation; measured, as workload.measured_tpot_s says.
    model__attention: Literal['gqa', 'mla', 'gdn', 'kda', 'mamba1', 'mamba2', 'lightning', 'compressed', 'block_sparse', 'mfa', 'cross', 'mha', 'mqa']
    model__layers: float | str
    model__hidden: float | str
    model__residual_streams: float | str
    model__heads: float | str
    model__kv_heads: float | str
    model__head_dim: float | str
    model__window: float | str
    model__full_every: float | str
    model__chunked: bool | Literal['no', 'yes']
    model__kv_lora_rank: float | str
    model__q_lora_rank: float | str
    model__qk_rope_dim: float | str
    model__qk_nope_dim: float | str
    model__v_dim: float | str
    model__index_heads: float | str
    model__index_head_dim: float | str
    model__index_topk: float | str
    model__index_byte: float | str
    model__absorb: float | str
    model__latent_reads: float | str
    model__ffn: float | str
    model__gated_ffn: bool | Literal['no', 'yes']
    model__experts: float | str
    model__top_k: float | str
    model__moe_ffn: float | str
    model__shared_ffn: float | str
    model__first_dense_layers: float | str
    model__moe_every: float | str
    model__vocab: float | str
    model__tied_embeddings: bool | Literal['no', 'yes']
    model__layer_embedding: float | str
    model__layer_vocab: float | str
    model__draft_layers: float | str
    model__expert_weight_byte: float | str
    model__ffn_weight_byte: float | str
    model__attention_weight_byte: float | str
    model__state_layer_weight_byte: float | str
    model__router_weight_byte: float | str
    model__head_weight_byte: float | str
    model__draft_weight_byte: float | str
    model__cache_byte: float | str
    model__state_byte: float | str
    chip__compute_units: float | str
    chip__unit_flop_per_s: float | str
    chip__fp8_ratio: float | str
    chip__fp4_ratio: float | str
    chip__memory_byte: float | str
    chip__memory_byte_per_s: float | str
    chip__hbm: Literal['hbm2', 'hbm2e', 'hbm3', 'hbm3e', 'hbm3e-12h', 'hbm4', 'hbm3e-12h-fast', 'hbm4-fast', 'hbm4e', 'gddr6', 'gddr7', 'lpddr5x', '3d-dram', 'sram', 'hbf']
    chip__memory2_byte: float | str
    chip__memory2_byte_per_s: float | str
    chip__memory2_kind: Literal['none', 'lpddr5x', 'ddr5', 'cxl', 'host', 'hbf']
    chip__memory2_overlap: float | str
    chip__memory2_least_life_year: float | str
    chip__memory2_page_byte: float | str
    chip__link_byte_per_s: float | str
    chip__link_latency_s: float | str
    chip__link_latency: float | str
    chip__link_domain: float | str
    chip__network_byte_per_s: float | str
    chip__network_latency_s: float | str
    chip__network_latency: float | str
    chip__kernel_start_s: float | str
    chip__kernel_start: float | str
    chip__node_nm: float | str
    chip__tdp_w: float | str
    chip__floor_ratio: float | str
    chip__move_j_per_byte: float | str
    chip__j_per_flop: float | str
    chip__rated_w: float | str
    chip__rated_flop_per_s: float | str
    chip__rated_memory_byte_per_s: float | str
    chip__clock_hz: float | str
    chip__fp64_flop_per_s: float | str
    chip__unit_sram_byte: float | str
    chip__unit_register_byte: float | str
    chip__cache_byte: float | str
    chip__spare_unit_ratio: float | str
    chip__compute_flop_per_s_per_mm2: float | str
    chip__uncore_mm2: float | str
    chip__die_limit_mm2: float | str
    chip__package_limit_mm2: float | str
    engine__kind: Literal['bank', 'logic_die', 'on_die', 'pool']
    engine__bandwidth_ratio: float | str
    engine__ridge_flop_per_byte: float | str
    engine__capacity_ratio: float | str
    engine__link_byte_per_s: float | str
    engine__overlap: float | str
    engine__runs: Literal['attention', 'experts', 'both', 'state', 'core', 'index', 'attention+state', 'state+experts', 'attention+state+experts', 'core+experts', 'core+state', 'core+state+experts', 'index+experts', 'index+state', 'index+state+experts']
    engine__dram_area_ratio: float | str
    engine__logic_mm2_per_stack: float | str
    engine__added_stack_ratio: float | str
    engine__power_ratio: float | str
    engine__j_per_flop: float | str
    engine__power_budget: float | str
    engine__power_w_per_stack: float | str
    engine__node_nm: float | str
    engine__limits: Literal['physical', 'none']
    engine__co_processing: float | str
    engine__status: Literal['built', 'published', 'hypothetical']
    engine__bandwidth_low_ratio: float | str
    engine__bandwidth_high_ratio: float | str
    engine__ridge_low_ratio: float | str
    engine__ridge_high_ratio: float | str
    engine__efficiency_low_ratio: float | str
    engine__energy_low_ratio: float | str
    engine__energy_high_ratio: float | str
    engine__memory: Literal['hbm', 'gddr6', 'lpddr5x', '3d_dram', 'sram']
    pools__ffn__chip: str
    pools__ffn__engine: str
    pools__prefill__chip: str
    pools__draft__chip: str
    pools__draft__model: str
    plan__devices: float | str
    plan__tp: float | str
    plan__dp: float | str
    plan__ep: float | str
    plan__pp: float | str
    plan__cp: float | str
    plan__shared_over: Literal['ep', 'tp']
    plan__redundant_experts: float | str
    plan__overlap: Literal['none', 'two_batch', 'ideal']
    plan__all_reduce: Literal['ring', 'best']
    plan__all_to_all: Literal['flat', 'hierarchical']
    plan__micro_batches: float | str
    plan__weight_share2: float | str
    plan__kv_share2: float | str
    plan__kv_place: Literal['auto', 'chip', 'engine']
    plan__expert_place: Literal['auto', 'chip', 'engine']
    pools__prefill__engine: Literal['none', 'same']
    pools__prefill__tp: float | str
    pools__prefill__ep: float | str
    pools__prefill__pp: float | str
    pools__prefill__cp: float | str
    pools__prefill__devices: float | str
    pools__prefill__group: float | str
    pools__prefill__link_byte_per_s: float | str
    pools__prefill__link_latency_s: float | str
    pools__prefill__link_latency: float | str
    pools__prefill__transfer: Literal['after', 'layers']
    pools__ffn__runs: Literal['experts', 'ffn', 'ffn_and_head', 'all_but_attention']
    pools__ffn__devices: float | str
    pools__ffn__tp: float | str
    pools__ffn__ep: float | str
    pools__ffn__link_byte_per_s: float | str
    pools__ffn__link_latency_s: float | str
    pools__ffn__link_latency: float | str
    pools__ffn__copies: Literal['domains', 'devices', 'experts']
    pools__ffn__sends: Literal['beside', 'within']
    pools__ffn__weight_share2: float | str
    pools__draft__devices: float | str
    pools__draft__tp: float | str
    pools__draft__link_byte_per_s: float | str
    pools__draft__link_latency_s: float | str
    pools__draft__link_latency: float | str
    workload__phase: Literal['decode', 'prefill', 'serving', 'disaggregated']
    workload__context: float | str
    workload__query_tokens: float | str
    workload__accepted_tokens: float | str
    workload__acceptance: float | str
    workload__batch: float | str
    workload__tpot_s: float | str
    workload__tpot: float | str
    workload__ttft_s: float | str
    workload__ttft: float | str
    workload__measured_tpot_s: float | str
    workload__measured_tpot: float | str
    workload__input: float | str
    workload__output: float | str
    workload__prefix: float | str
    workload__kv_room: Literal['whole', 'mean']
    workload__window_cache: Literal['window', 'whole']
    workload__state_slots: float | str
    workload__skew: float | str
    workload__placement: Literal['random', 'round_robin', 'contiguous', 'replicated', 'packed']
    workload__chance: bool | Literal['no', 'yes']
    workload__context_cv: float | str
    workload__context_skewness: float | str
    workload__dp_routing: Literal['equal_count', 'random', 'least_count', 'least_kv']
    workload__requests_per_s: float | str
    workload__arrival_cv: float | str
    workload__input_cv: float | str
    workload__output_cv: float | str
    workload__prefix_cv: float | str
    workload__prefix_correlation: float | str
    workload__ttft_percentile: float | str
    workload__tpot_percentile: float | str
    precision__weight: float | str
    precision__kv: float | str
    precision__math: float | str
    precision__activation: float | str
    precision__dispatch: float | str
    precision__combine: float | str
    precision__rope: float | str
    precision__state: float | str
    precision__expert: float | str
    precision__ffn: float | str
    precision__attention: float | str
    precision__state_layer: float | str
    precision__router: float | str
    precision__head: float | str
    precision__draft: float | str

class Metrics:
    batch: float | None  # requests: Requests in flight over all devices.
    batch_cap: float | None  # requests: Largest batch that fits in memory.
    batch_slo: float | None  # requests: Largest batch that meets the latency limit; inf without one.
    tpot_s: float | None  # s: Time per output token: one decode step over the tokens accepted per request.
    ttft_s: float | None  # s: Time to first token: one prefill; serving: the prefill of one prompt and a step; disaggregated: a prefill and the part of its transfer that pools.prefill.transfer does not hide.
    load_ratio: float | None  # Requests that arrive over the most that are served; at 1 and above waits grow without end.
    requests_in_flight: float | None  # requests: Requests in flight at this traffic, mean over time; batch is the largest number.
    goodput_per_s: float | None  # 1/s: Requests per second that meet workload.ttft_s and workload.tpot_s.
    most_requests_per_s: float | None  # 1/s: Largest workload.requests_per_s that is served and meets the limits at workload.ttft_percentile and workload.tpot_percentile.
    ttft_mean_s: float | None  # s: Time to first token at this traffic, mean over requests.
    ttft_p50_s: float | None  # s: Time to first token at this traffic: 50 % of requests take at most as long.
    ttft_p90_s: float | None  # s: Time to first token at this traffic: 90 % of requests take at most as long.
    ttft_p99_s: float | None  # s: Time to first token at this traffic: 99 % of requests take at most as long.
    tpot_mean_s: float | None  # s: Time per output token of a request at this traffic, mean over requests.
    tpot_p50_s: float | None  # s: Time per output token of a request at this traffic: 50 % of requests take at most as long.
    tpot_p90_s: float | None  # s: Time per output token of a request at this traffic: 90 % of requests take at most as long.
    tpot_p99_s: float | None  # s: Time per output token of a request at this traffic: 99 % of requests take at most as long.
    prefill_devices: float | None  # devices: Devices of the prefill pool, in addition to plan.devices; 0 unless disaggregated.
    kv_transfer_s: float | None  # s: Time to send the KV cache of one prompt from the prefill pool to the decode pool, hidden or not.
    prefill_tp: float | None  # devices: Tensor parallelism of the prefill pool.
    prefill_dp: float | None  # devices: Data parallelism of the prefill pool, in a group of it.
    prefill_ep: float | None  # devices: Expert parallelism of the prefill pool.
    prefill_pp: float | None  # devices: Pipeline parallelism of the prefill pool.
    prefill_cp: float | None  # devices: Context parallelism of the prefill pool.
    system_paced_by: str | None  # What sets the pace of a disaggregated system: decode, prefill (pools.prefill.devices is too small), or the link that carries the KV cache.
    decode_busy_ratio: float | None  # Share of the time in which the devices that decode compute: below 1 if prefill or the link sets the pace. TPOT and batch are those while they do.
    prefill_busy_ratio: float | None  # Share of the time in which the devices that prefill compute.
    kv_link_ratio: float | None  # Bytes per second of KV cache sent, over what the links of the smaller side carry.
    prefill_s: float | None  # s: One prefill in the prefill pool, without the transfer.
    prefill_memory_used_byte: float | None  # B: Memory in use on one device of the prefill pool.
    prefill_device_power_w: float | None  # W: Board power of one device of the prefill pool, on average.
    prefill_throttle_ratio: float | None  # Clock that a device of the prefill pool can hold within its power limit over the nominal one.
    prefill_cost_usd: float | None  # USD: Share of system_cost_usd that the devices of the prefill pool take.
    engine_devices: float | None  # devices: Devices that carry the engine: plan.devices, and those of the prefill pool if pools.prefill.engine is same.
    system_devices: float | None  # devices: Devices of the system: plan.devices and those of all pools.
    ffn_devices: float | None  # devices: Devices of pools.ffn, in addition to plan.devices.
    ffn_tp: float | None  # devices: Tensor parallelism of pools.ffn.
    ffn_ep: float | None  # devices: Parts of whole experts that the devices of pools.ffn hold.
    micro_batches: float | None  # Parts of the batch that the main devices and pools.ffn work on in turn.
    paced_by: str | None  # What sets the pace of a step: the main devices, the devices of pools.ffn, the link between them, or the loop of all three, with too few micro-batches to hide each other.
    main_busy_ratio: float | None  # Share of a step in which the main devices compute.
    ffn_busy_ratio: float | None  # Share of a step in which the devices of pools.ffn compute.
    ffn_transfer_s: float | None  # s: Transfers of one micro-batch and layer, to pools.ffn and back, hidden or not.
    ffn_transfer_byte_per_token: float | None  # B: Bytes between the main devices and pools.ffn per new token, all layers, both ways.
    ffn_memory_used_byte: float | None  # B: Memory in use on one device of pools.ffn: weights and activations.
    ffn_weight_byte: float | None  # B: Weights on one device of pools.ffn.
    ffn_device_power_w: float | None  # W: Board power of one device of pools.ffn, on average over a step.
    ffn_throttle_ratio: float | None  # Clock that a device of pools.ffn can hold within its power limit over the nominal one.
    ffn_cost_usd: float | None  # USD: Share of system_cost_usd that the devices of pools.ffn take.
    ffn_weight_share2: float | None  # Share of the weights of pools.ffn in the second tier of memory of its chip, as given or chosen.
    ffn_memory2_used_byte: float | None  # B: Second tier of memory in use on one device of pools.ffn; ffn_memory_used_byte is the first.
    ffn_engine_effective_bandwidth_ratio: float | None  # m of the engine of pools.ffn in effect: what its place can feed and cool.
    ffn_engine_effective_ridge_flop_per_byte: float | None  # FLOP/B: r of the engine of pools.ffn in effect.
    ffn_engine_limited_by: str | None  # What lowers m, or else r, of the engine of pools.ffn: power, temperature, area, tsv, banks or memory.
    ffn_engine_power_w: float | None  # W: Power of the engine of one device of pools.ffn, on average over a step.
    ffn_expert_byte: float | None  # B: Weights of routed experts on one device of pools.ffn, which an engine of kind pool holds in the memory it adds.
    draft_devices: float | None  # devices: Devices of pools.draft, in addition to plan.devices.
    draft_tp: float | None  # devices: Tensor parallelism of pools.draft.
    draft_s: float | None  # s: Time of a step in which pools.draft drafts and the main devices wait.
    draft_transfer_s: float | None  # s: Time of a step in which tokens are on the way to pools.draft and back.
    draft_busy_ratio: float | None  # Share of a step in which the devices of pools.draft compute.
    draft_memory_used_byte: float | None  # B: Memory in use on one device of pools.draft: weights, KV cache and activations of the draft model.
    draft_weight_byte: float | None  # B: Weights on one device of pools.draft.
    draft_device_power_w: float | None  # W: Board power of one device of pools.draft, on average over a step.
    draft_throttle_ratio: float | None  # Clock that a device of pools.draft can hold within its power limit over the nominal one.
    draft_cost_usd: float | None  # USD: Share of system_cost_usd that the devices of pools.draft take.
    tokens_per_s: float | None  # 1/s: Output tokens per second of the system; phase prefill: prompt tokens.
    tokens_per_s_per_device: float | None  # 1/s: Output tokens per second of one device.
    tokens_per_s_per_user: float | None  # 1/s: Output tokens per second of one request.
    memory_used_byte: float | None  # B: Memory in use on one device: weights, KV cache and states, activations.
    weight_byte: float | None  # B: Weights on one device.
    kv_byte: float | None  # B: KV cache and recurrent states on one device.
    kv_byte_per_token: float | None  # B: KV cache of one token over all layers, before any split over devices.
    state_byte_per_request: float | None  # B: What a request keeps at any context, over all layers: recurrent states, inputs of convolutions, windows beside a compressed cache.
    params: float | None  # Parameters of the model; without MTP modules, norms and biases.
    active_params: float | None  # Parameters that one token uses, the head with them, the embedding not.
    attention_intensity_flop_per_byte: float | None  # FLOP/B: Arithmetic intensity of core attention as mapped; of a model without attention: of the updates of its states.
    expert_intensity_flop_per_byte: float | None  # FLOP/B: Arithmetic intensity of the routed experts; empty for models without experts.
    ridge_flop_per_byte: float | None  # FLOP/B: Ridge point of the chip in the arithmetic format in use.
    attention_s: float | None  # s: Core attention: scores, softmax, weighted values; also a sparse indexer.
    projection_s: float | None  # s: Projections around attention.
    ffn_s: float | None  # s: Dense feed-forward layers and shared experts.
    expert_s: float | None  # s: Routed experts and their router.
    communication_s: float | None  # s: All-reduce and all-to-all.
    other_s: float | None  # s: Norms, residuals, rotary embedding, embedding, head.
    state_s: float | None  # s: Updates of recurrent states (linear attention, state-space layers).
    context_wait_s: float | None  # s: The part of attention_s for which data-parallel ranks wait for the one with most context.
    attention_share: float | None  # Core attention as a share of the step; of a model without attention: the updates of its states.
    engine_speedup: float | None  # S: time of core attention on the chip over its time on the engine; below 1 the engine is not used, unless it is a pool that holds the cache (kv_place). Of a model without attention: of the updates of its states.
    limit: str | None  # What binds the throughput: memory capacity, the latency limit, compute, memory bandwidth or the link.
    device_power_w: float | None  # W: Board power of one device at this activity, as a meter reads it, without an engine's pool.
    throttle_ratio: float | None  # Clock that the device can hold within its power limit over the nominal one, less idle time below the lowest clock; times include it.
    power_limit_ratio: float | None  # Power of one device that its limit covers, over the limit; at most 0.98, the highest average measured, unless the verdict is power.
    die_area_mm2: float | None  # mm2: Silicon area of the compute dies of one device, without the engine.
    die_area_mm2_low: float | None  # mm2: Silicon area of the compute dies of one device, without the engine. With every constant at its low end.
    die_area_mm2_high: float | None  # mm2: Silicon area of the compute dies of one device, without the engine. With every constant at its high end.
    engine_area_mm2: float | None  # mm2: Silicon area that the engine adds to one device: on its dies, in its stacks or in a pool.
    engine_area_mm2_low: float | None  # mm2: Silicon area that the engine adds to one device: on its dies, in its stacks or in a pool. With every constant at its low end.
    engine_area_mm2_high: float | None  # mm2: Silicon area that the engine adds to one device: on its dies, in its stacks or in a pool. With every constant at its high end.
    system_area_mm2: float | None  # mm2: Silicon area of all devices: compute dies and engines of the main devices and of every pool.
    device_cost_usd: float | None  # USD: Cost to make one device: dies, memory, package, test, engine.
    device_cost_usd_low: float | None  # USD: Cost to make one device: dies, memory, package, test, engine. With every constant at its low end.
    device_cost_usd_high: float | None  # USD: Cost to make one device: dies, memory, package, test, engine. With every constant at its high end.
    system_cost_usd: float | None  # USD: Price of the system: devices with margin, servers, links, network.
    system_cost_usd_low: float | None  # USD: Price of the system: devices with margin, servers, links, network. With every constant at its low end.
    system_cost_usd_high: float | None  # USD: Price of the system: devices with margin, servers, links, network. With every constant at its high end.
    power_w: float | None  # W: Power of the system at the meter, at this activity.
    power_w_low: float | None  # W: Power of the system at the meter, at this activity. With every constant at its low end.
    power_w_high: float | None  # W: Power of the system at the meter, at this activity. With every constant at its high end.
    energy_j_per_token: float | None  # J: Energy at the meter per output token.
    energy_j_per_token_low: float | None  # J: Energy at the meter per output token. With every constant at its low end.
    energy_j_per_token_high: float | None  # J: Energy at the meter per output token. With every constant at its high end.
    usd_per_mtok: float | None  # USD: Capital and energy per million output tokens.
    usd_per_mtok_low: float | None  # USD: Capital and energy per million output tokens. With every constant at its low end.
    usd_per_mtok_high: float | None  # USD: Capital and energy per million output tokens. With every constant at its high end.
    engine_cost_usd: float | None  # USD: The engine's part of device_cost_usd.
    engine_cost_usd_low: float | None  # USD: The engine's part of device_cost_usd. With every constant at its low end.
    engine_cost_usd_high: float | None  # USD: The engine's part of device_cost_usd. With every constant at its high end.
    engine_power_w: float | None  # W: The engine's part of power_w: its memory accesses, and the idle power of a pool.
    engine_power_w_low: float | None  # W: The engine's part of power_w: its memory accesses, and the idle power of a pool. With every constant at its low end.
    engine_power_w_high: float | None  # W: The engine's part of power_w: its memory accesses, and the idle power of a pool. With every constant at its high end.
    usd_per_hour: float | None  # USD: Capital and energy per hour of operation of the system.
    usd_per_hour_low: float | None  # USD: Capital and energy per hour of operation of the system. With every constant at its low end.
    usd_per_hour_high: float | None  # USD: Capital and energy per hour of operation of the system. With every constant at its high end.
    tokens_per_s_per_usd: float | None  # 1/s: Output tokens per second per USD of system cost.
    engine_effective_bandwidth_ratio: float | None  # m of the engine in effect: what its place can feed and cool; empty without an engine.
    engine_effective_ridge_flop_per_byte: float | None  # FLOP/B: r of the engine in effect; empty without an engine.
    engine_limited_by: str | None  # What lowers the engine's m, or else r, or else the rate of a kernel that uses both in full: power, temperature, area, tsv, banks or memory.
    engine_stack_power_w: float | None  # W: Power of one of the engine's memory stacks, with its logic, at m and r in effect.
    engine_stack_area_mm2: float | None  # mm2: Logic of the engine on the base die of one stack.
    engine_maturity: str | None  # Whether the engine exists: built, published as a design, or hypothetical.
    kv_place: str | None  # Memory of KV caches and recurrent states beside an engine of kind pool that has its own: chip or engine, as given or chosen.
    expert_place: str | None  # The same of the weights of routed experts.
    expert_byte: float | None  # B: Weights of routed experts on one device, in the memory that expert_place says.
    memory_ratio: float | None  # Beside such an engine: memory needed over what there is, of the memory that lacks most: that of the chip for what it reads, that of the engine for experts, both together.
    dies: float | None  # Compute dies of one device: the fewest that fit the reticle and hold the interfaces at their edges.
    package_limit_ratio: float | None  # Interposer area of one device, or of one in a pool, over the largest available, or the engine on a base die over its free area; above 1 it cannot be made; infinite: its memory has no place for the engine, or no stack holds what the engine adds.
    weight_share2: float | None  # Share of the weights in the second tier of memory, as given or chosen.
    kv_share2: float | None  # Share of KV caches and recurrent states in the second tier of memory, as given or chosen.
    memory2_used_byte: float | None  # B: Second tier of memory in use on one device; memory_used_byte is the first.
    memory2_s: float | None  # s: Time per output token, or of a prefill, that the second tier of memory adds to the operators: what does not hide behind the first tier and arithmetic.
    memory2_life_year: float | None  # Years until a second tier of flash wears out, at the rate at which caches and states are written to it; inf: never.
    memory2_prefetch_byte: float | None  # B: Bytes that one device must have under way from the second tier to hide its latency.
    start_s: float | None  # s: Time per output token, or of a prefill, of the calls' start-up times (chip.kernel_start_s) on the main devices.
    calibrated_on: str | None  # Measurements behind calibrated timing: of this chip (own), or of other chips of its generation.
    timing_error: float | None  # Standard deviation of the log of calibrated over measured time.
    tpot_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    tpot_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    ttft_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    ttft_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    tokens_per_s_low: float | None  # 1/s: Calibrated timing: one measurement in ten is expected below.
    tokens_per_s_high: float | None  # 1/s: Calibrated timing: one measurement in ten is expected above.
    tokens_per_s_per_device_low: float | None  # 1/s: Calibrated timing: one measurement in ten is expected below.
    tokens_per_s_per_device_high: float | None  # 1/s: Calibrated timing: one measurement in ten is expected above.
    tokens_per_s_per_user_low: float | None  # 1/s: Calibrated timing: one measurement in ten is expected below.
    tokens_per_s_per_user_high: float | None  # 1/s: Calibrated timing: one measurement in ten is expected above.
    attention_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    attention_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    projection_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    projection_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    ffn_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    ffn_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    expert_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    expert_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    communication_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    communication_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    other_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    other_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
    state_s_low: float | None  # s: Calibrated timing: one measurement in ten is expected below.
    state_s_high: float | None  # s: Calibrated timing: one measurement in ten is expected above.
