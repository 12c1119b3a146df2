/** What a provider is asked for: one answer to a conversation. Further optional fields (tools) can be added. */
export interface PromptRequest {
  /** The provider's own name of the model, without the `provider/` prefix. */
  readonly model: string;
  readonly systemPrompt: string | undefined;
  /** Starts with a user message and alternates; see `buildPrompt`. */
  readonly messages: readonly PromptMessage[];
  /** Upper bound of the answer in tokens, a model's hidden reasoning included. */
  readonly maxOutputTokens: number;
}

export interface PromptMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** Tokens as the provider counted them, or our estimate where a compatible server does not say. */
export interface TokenUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/**
 * A step of an answer. A stream is any number of deltas, then exactly one finish; a stream that cannot end so
 * throws. Consumers ignore types they do not know, so that new ones (tool calls) break nobody.
 */
export type ReplyEvent =
  | { readonly type: "delta"; readonly text: string }
  | { readonly type: "finish"; readonly reason: "stop" | "length"; readonly usage: TokenUsage };

/** The seam between Parley and whoever runs the model. */
export interface Provider {
  /**
   * Streams one answer, with no retries of its own: one call of `stream` is at most one request.
   * Throws `LlmError`, or the signal's reason once it is aborted (`timed_out` if the reason is a timeout).
   * Leaving the loop early or aborting cancels the request.
   */
  stream(request: PromptRequest, options: { signal: AbortSignal }): AsyncIterable<ReplyEvent>;
}
