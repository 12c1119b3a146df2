/** How an answer ended, in no provider's vocabulary. */
export type Ending = "stop" | "length" | "filtered" | "failed" | "bad_call";

// Compatible servers use each other's words, so there is one list for all of them.
const ENDINGS: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ...[
    "stop",
    "end_turn",
    "stop_sequence",
    "eos",
    "eos_token",
    "tool_calls",
    "tool_use",
    "function_call",
    "complete",
  ].map((word) => [word, "stop"] as const),
  ...[
    "length",
    "max_tokens",
    "max_length",
    "error_limit",
    "max_output_tokens",
    "model_length",
    "model_context_window_exceeded",
  ].map((word) => [word, "length"] as const),
  ...[
    "content_filter",
    "content_filtered",
    "guardrail_intervened",
    "error_toxic",
    "refusal",
    "safety",
    "sensitive",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
  ].map((word) => [word, "filtered"] as const),
]);

// Google's, in a longer word.
const BAD_CALL = /(malformed|unexpected)_(function|tool)_call/i;

/** An ending that nobody knows may leave half a text, so it is a failure. */
export function readEnding(reason: string | null | undefined): Ending | undefined {
  if (!reason || reason === "null") return undefined;
  if (BAD_CALL.test(reason)) return "bad_call";
  return ENDINGS.get(String(reason).toLowerCase()) ?? "failed";
}
