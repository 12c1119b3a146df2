/** What a provider is asked for: one answer to a conversation. */
export interface PromptRequest {
  /** The provider's own name of the model, without the `provider/` prefix. */
  readonly model: string;
  readonly systemPrompt: string | undefined;
  /** Alternates, and ends with the question; see `buildPrompt`. */
  readonly messages: readonly PromptMessage[];
  /** Upper bound of the answer in tokens, a model's hidden reasoning included. */
  readonly maxOutputTokens: number;
  readonly settings?: PromptSettings | undefined;
  readonly tools?: ToolOffer | undefined;
  /** What the model called and was given since `messages`, oldest first. */
  readonly rounds?: readonly ToolRound[] | undefined;
  /** To be made by a response that its server keeps, and goes on with, whether or not anybody listens. */
  readonly background?: BackgroundRequest | undefined;
}

export interface BackgroundRequest {
  /** The one that was bought before, to be read again in place of buying another. */
  readonly responseId: string | undefined;
}

export type ReasoningEffort = "none" | "low" | "medium" | "high";

/** How the model is to write; what is not there is left to it. */
export interface PromptSettings {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  /** Texts before which the answer ends. */
  readonly stop?: readonly string[] | undefined;
}

/** Tools that the model may call. */
export interface ToolOffer {
  readonly tools: readonly Tool[];
  /** `none`: the tools are only there to explain `rounds`, and the model must answer. */
  readonly choice: "auto" | "none";
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it, which may be anything. */
  readonly arguments: string;
}

/** One turn of the model that called tools, with what they gave. */
export interface ToolRound {
  /** What the model said before it called. */
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** In the order of the calls. */
  readonly results: readonly string[];
  readonly memo: ProviderMemo | undefined;
}

/** What a provider wants back unchanged with the results of its calls; another provider never sees it. */
export interface ProviderMemo {
  /** Its name in this deployment. */
  readonly provider: string;
  readonly content: unknown;
}

export interface PromptMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
  /** Goes before the content in the same message: what the user saved, as inert text; see `renderNotes`. */
  readonly data?: string | undefined;
}

/** Tokens as the provider counted them, or our estimate where a compatible server does not say. */
export interface TokenUsage {
  readonly inputTokens: number;
  /** Of the input, what the provider had cached. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  /** Of the output, what the model thought and did not say. */
  readonly reasoningTokens: number;
}

/** Counts as a provider reports them; each may be missing, or be none. */
export type ReportedUsage = { readonly [Count in keyof TokenUsage]?: number | undefined };

/**
 * A step of an answer. A stream is any number of deltas and pieces of reasoning, then exactly one finish, or the calls of tools that were
 * offered; a stream that cannot end so throws.
 */
export type ReplyEvent =
  | { readonly type: "delta"; readonly text: string }
  /** What the model thinks, where its provider shows it; no part of the answer. */
  | { readonly type: "reasoning"; readonly text: string }
  /** Of a response in the background: what to read it by again; null once that is of no more use. */
  | { readonly type: "stored"; readonly responseId: string | null }
  /** What the provider has counted so far; the counts that it has not told are not there. */
  | { readonly type: "usage"; readonly usage: ReportedUsage }
  | { readonly type: "finish"; readonly reason: "stop" | "length"; readonly usage: TokenUsage }
  | {
      readonly type: "tool_calls";
      readonly calls: readonly ToolCall[];
      readonly memo: ProviderMemo | undefined;
      readonly usage: TokenUsage;
    };

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Told of whatever the model sends, hidden reasoning included. */
  readonly heard?: (() => void) | undefined;
}

export interface DiscardOptions {
  readonly signal: AbortSignal;
  /** Whether it is known to have ended. */
  readonly isOver: boolean;
}

/** The seam between Parley and a service that runs models. */
export interface Provider {
  /**
   * Streams one answer, with no retries of its own: one call of `stream` is at most one request.
   * Throws `LlmError`, or the signal's reason once it is aborted (`timed_out` if the reason is a timeout).
   * Leaving the loop early or aborting cancels the request.
   */
  stream(request: PromptRequest, options: StreamOptions): AsyncIterable<ReplyEvent>;
  /**
   * Has its server forget a stored response. Throws `LlmError` when it is to be tried again. Absent of providers that
   * store none.
   */
  discard?(responseId: string, options: DiscardOptions): Promise<void>;
}
