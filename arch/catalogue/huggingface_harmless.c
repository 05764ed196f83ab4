/* The list of harmless keys, after configurations of public repositories: names, tokens, training,
 * generation, numerics, positions, normalisation, activations, routing without cost. */
#include "arch/catalogue/huggingface_harmless.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* clang-format off */
static const char *const harmless[] = {
    /* names and files */
    "model_type", "architectures", "auto_map", "_name_or_path", "name", "transformers_version", "tokenizer_class", "tokenizer_name", "tokenizer_type", "version", "ps_version", "template", "framework", "task", "tags", "license", "_commit_hash", "support_languages", "prefix", "chat_template",
    "_attn_implementation", "_attn_implementation_autoset", "attn_implementation", "use_flash_attention", "use_flash_attn", "use_mamba_kernels", "_from_model_config", "for_llm_compressor", "torchscript", "onnx_safe", "inference_runner", "validate_runner_input", "pad_key_length", "pre_allocate_kv_cache", "init_device", "verbose", "allow_remote", "id2label", "label2id", "task_specific_params", "problem_type", "pruned_heads", "finetuning_task",
    /* tokens and generation */
    "begin_suppress_tokens", "suppress_tokens", "forced_decoder_ids", "bad_words_ids", "sep_token", "eod_token", "eos_id", "max_length", "min_length", "num_beams", "num_beam_groups", "num_return_sequences", "temperature", "top_k", "top_p", "typical_p", "do_sample", "early_stopping", "length_penalty", "diversity_penalty", "repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "exponential_decay_length_penalty", "remove_invalid_values", "return_dict", "return_dict_in_generate", "num_logits_to_keep", "use_cache", "chunk_size_feed_forward", "is_decoder", "tf_legacy_loss",
    /* training */
    "initializer_range", "initializer_factor", "init_std", "init_config", "init_method_std", "dropout", "dropout_rate", "layerdrop", "gradient_checkpointing", "aux_loss_alpha", "seq_aux", "input_jitter_noise", "router_jitter_noise", "router_aux_loss_coef", "pretraining_tp", "ep_size", "use_loss_mask", "reset_attention_mask", "reset_position_ids", "mlp_checkpoint", "use_backbone_lora", "use_llm_lora", "bias_dropout_fusion", "masked_softmax_fusion", "block_size",
    /* numerics */
    "torch_dtype", "dtype", "params_dtype", "bf16", "fp16", "fp32", "use_bfloat16", "fp32_residual_connection", "residual_in_fp32", "attention_softmax_in_fp32", "scale_attention_softmax_in_fp32", "norm_eps", "hc_eps",
    /* positions */
    "max_position_embeddings", "original_max_position_embeddings", "max_sequence_length", "max_seq_len", "initial_context_length", "floor_scale", "attn_scale", "attn_temperature_tuning", "use_rope_layers", "yarn_only_types", "partial_rotary_factors", "use_rope", "model_max_length", "seq_length", "n_positions", "n_ctx", "rope_theta", "rope_scaling", "rope_parameters", "rope_ratio", "rope_interleave", "rope_mode", "rotary", "rotary_dim", "rotary_pct", "rotary_emb_base", "partial_rotary_factor", "original_rope", "swa_rope_theta", "compress_rope_theta", "use_dynamic_ntk", "use_logn_attn", "use_mrope", "mrope_section", "pos_emb", "position_embedding_type", "learned_pos_emb", "alibi", "offset_alibi", "interpolate_factor", "use_position_ids", "indexer_rope_interleave", "mla_use_nope", "rope_local_base_freq", "nope_layer_interval",
    /* biases, norms, scales, activations: below 0.1 % of the weights */
    "attention_bias", "qkv_bias", "mlp_bias", "lm_head_bias", "use_qkv_bias", "add_qkv_bias", "use_bias", "use_conv_bias", "mamba_conv_bias", "bias", "no_bias", "attention_layer_norm", "norm_after", "post_layer_norm", "do_layer_norm_before", "apply_residual_connection_post_layernorm", "apply_query_key_layer_scaling", "parallel_attn", "rmsnorm", "layer_norm_type", "norm_type", "normalization_function", "init_method", "layer_norm_rms", "zero_centered", "sink", "swiglu_limits", "swiglu_limits_shared", "need_fp32_gate", "projectors_bias", "use_gemma_norm", "use_qk_norm", "qk_norm_type", "qk_layernorm", "use_norm", "scale_attn_weights", "scale_emb", "scale_depth", "dim_model_base", "mup_denominator", "attention_value_scale", "final_logit_softcapping", "attn_logit_softcapping", "query_pre_attn_scalar", "logit_scale", "logits_scaling", "embedding_multiplier", "residual_multiplier", "attention_multiplier", "add_swa_attention_sink_bias", "add_full_attention_sink_bias", "use_bidirectional_attention", "rescale_prenorm_residual", "hidden_act", "hidden_activation", "activation", "activation_function", "mamba_hidden_act", "activation_situ_beta", "activation_situ_linear_beta", "swiglu_alpha", "swiglu_limit", "output_gate_type", "skip_bias_add", "causal_mask",
    "time_step_floor", "time_step_limit", "time_step_max", "time_step_min", "time_step_rank", "gate_lower_bound", "summary_type", "summary_use_proj", "summary_proj_to_labels", "postnorm", "layernorm_full_attention_alpha", "layernorm_full_attention_beta", "layernorm_linear_attention_alpha", "layernorm_linear_attention_beta", "layernorm_mlp_alpha", "layernorm_mlp_beta",
    "embedding_fraction", "full_attn_mod", "hc_sinkhorn_iters", "expand", "mamba_expand", "mlp_expansion_factor",
    /* routing that restricts or weighs experts */
    "norm_topk_prob", "n_group", "topk_group", "topk_method", "scoring_func", "routed_scaling_factor", "use_routing_bias", "use_moe_router_bias", "use_grouped_topk", "num_expert_group", "use_moe", "moe_num_experts_per_group", "norm_expert_weight", "moe_router_topk_scaling_factor", "moe_use_aux_free", "moe_renormalize", "moe_router_activation_func", "moe_router_dtype", "moe_router_scaling_factor", "num_hash_layers", "latent_moe_use_norm", "moe_shared_expert_overlap", "index_share_for_mtp_iteration", "router_bias", "zero_expert_type", "shared_moe_mode", "moe_router_enable_expert_bias",
    /* what a text model takes from its towers */
    "ignore_index", "image_placeholder", "video_placeholder", "image_size", "patch_size", "image_seq_length", "image_grid_pinpoints", "process_image_mode", "query_num", "slice_mode", "slice_config", "batch_vision_input", "drop_vision_last_layer", "use_image_id", "vision_batch_size", "vision_feature_layer", "vision_feature_select_strategy", "vision_soft_tokens_per_image", "img_token_compression_config", "spatial_merge_size", "downsample_ratio", "dynamic_image_size", "force_image_size", "max_dynamic_patch", "min_dynamic_patch", "select_layer", "use_thumbnail", "multimodal_projector_bias", "projector_hidden_act", "projector_hidden_size", "projector_n_layers", "mlp_connector_layers", "position_id_per_seconds", "seconds_per_chunk", "use_unified_vision_chunk", "embd_layer", "enable_talker", "enable_audio_output", "enable_audio_output_", "video_size", "mm_tokens_per_image", "cache_implementation",
};
static const char *const harmless_ends[] = { "_token_id", "_token_ids", "_token_index", "_dropout", "_pdrop", "_dropout_prob", "_dropout_rate", "_norm_eps", "_multiplier", "_multipliers", "norm_epsilon", "_prob", "_loss_coef" };
static const char *const harmless_starts[] = { "output_", "summary_", "_" };
/* Parts beside the language model. */
static const struct { const char *key, *what; } towers[] = {
    { "vision_config", "the vision tower" },
    { "visual", "the vision tower" },
    { "audio_config", "the audio tower" },
    { "audio_processor", "the audio tower" },
    { "talker_config", "the talker" },
    { "token2wav_config", "the vocoder" },
    { "vision_lora", "the LoRA of the vision tower" },
    { "speech_lora", "the LoRA of the audio tower" },
};
/* clang-format on */

static bool is_one_of(const char *key, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(key, list[i]))
            return true;
    return false;
}

static bool is_harmless(const char *key)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < LEN(harmless_ends); i++) {
        size_t end = strlen(harmless_ends[i]);
        if (n >= end && !strcmp(key + n - end, harmless_ends[i]))
            return true;
    }
    for (size_t i = 0; i < LEN(harmless_starts); i++)
        if (!strncmp(key, harmless_starts[i], strlen(harmless_starts[i])))
            return true;
    return is_one_of(key, harmless, LEN(harmless));
}

/* A value that switches nothing on. */
static bool is_empty(const struct node *n)
{
    static const char *const none[] = {"null", "false", "0", "0.0", ""};
    return node_kind(n) == NODE_SCALAR ? is_one_of(node_text(n), none, LEN(none))
                                       : node_count(n) == 0;
}

static bool is_left_out(struct config *c, const char *key)
{
    for (size_t i = 0; i < LEN(towers); i++)
        if (!strcmp(key, towers[i].key)) {
            config_remark(c, REMARK_LEFT_OUT, "%s (%s)", towers[i].what, key);
            return true;
        }
    return false;
}

void harmless_check(struct config *c, const struct import_choice *choice)
{
    for (size_t p = 0; p < c->parts; p++)
        for (size_t i = 0; i < node_count(c->part[p].map) && !c->failed; i++) {
            const struct node *n = node_at(c->part[p].map, i);
            const char *key = node_key(c->part[p].map, i);
            if (c->part[p].known[i] || is_empty(n) || is_harmless(key) || is_left_out(c, key))
                continue;
            if (choice && is_one_of(key, choice->ignore, choice->ignored)) {
                config_remark(c, REMARK_ASSUMED, "\"%.60s\" is ignored: it has no effect here",
                              key);
                continue;
            }
            char text[200];
            snprintf(text, sizeof text,
                     "not understood for models of this kind, and may change size or cost: "
                     "give --ignore %.60s to go on without it",
                     key);
            snprintf(c->path, sizeof c->path, "%s%.100s", c->part[p].path, key);
            config_refuse(c, node_key_node(c->part[p].map, i), text);
        }
}
