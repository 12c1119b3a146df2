/** The words that providers, and the servers compatible with them, have for what would fail again. */

function anyOf(...patterns: RegExp[]): RegExp {
  return new RegExp(patterns.map(({ source }) => source).join("|"), "i");
}

export const FILTER_CODES = anyOf(
  /^content_?filter(ed|_blocked|_triggered)?$/,
  /^(content_policy_violation|invalid_prompt|moderation_blocked|prohibited_content|1301)$/,
  /^responsibleaipolicyviolation$/,
  // DashScope and Volcengine.
  /^data_?inspection_?failed/,
  /sensitive_?content/,
);

export const FILTER_MESSAGE = anyOf(
  /content[ _-](filter|management|polic|moderation)/,
  /\bmoderation\b/,
  /(input|prompt|request|content|message|text)s? (was |were |has been |have been )?flagged/,
  // xAI, with 403.
  /(content|input|prompt|request) violates .{0,40}(guideline|polic|practice)/,
  /\bsafety[ _](check|system|filter|polic|reasons)/,
  // Bedrock's guardrails, Anthropic, Google.
  /blocked by (the |our |your )?(guardrail|content|safety)/,
  /(prohibited|inappropriate|sensitive|unsafe) (content|words)/,
  /responsible ai/,
  // DeepSeek, Moonshot, MiniMax, Zhipu.
  /content exists risk/,
  /considered high risk/,
  /new_sensitive/,
  /敏感内容|违规信息/,
);

export const OVERFLOW_CODES = anyOf(
  /^(context_length_exceeded|exceed_context_size_error|request_too_large|string_above_max_length)$/,
  /^(model_)?context_window_exceeded$/,
  /^(input|prompt)_too_long$/,
  // Zhipu.
  /^1261$/,
);

export const OVERFLOW_MESSAGE = anyOf(
  /context (length|window|size|limit)|maximum context|exceed context|context_length_exceeded/,
  /(input|prompt|request|messages?)( is| are|'s)? too (long|large)/,
  /input length and `?max_tokens`? exceed/,
  /reduce the (length|size)/,
  // Bedrock and Cohere.
  /too many (input )?tokens/,
  /expected maxlength/,
  // Google, Copilot.
  /(input|prompt) token count/,
  /input tokens exceed/,
  // xAI, vLLM, Poolside, Zhipu.
  /maximum (allowed )?(prompt|input|model) length/,
  /prompt exceeds max length/,
  // Moonshot, DashScope, Together and Hugging Face, Mistral, Perplexity.
  /exceeded model token limit/,
  /range of input length/,
  /max_new_tokens`? must be <=/,
  /`?inputs`? must have less than/,
  /too large for model with/,
  /shorter (input|prompt)/,
  /超长|超过.{0,6}最大长度/,
);

// OpenAI: type insufficient_quota with several codes. Anthropic: a 400, a 402, or a 429 without retry-after.
export const SPENDING_CODES = anyOf(
  /^(insufficient_quota|exceeded_current_quota_error|arrearage|billing_\w+|credit_balance_exhausted)$/,
  /^\w*(spend|usage)_limit_(exceeded|reached)$/,
);
export const SPENDING_MESSAGE = anyOf(
  /credit balance|spend limit|insufficient balance/,
  /(specified|your) (workspace )?api usage limits/,
);
