import type { AdjustmentMemory, Adjustments } from "./adjustments.ts";
import type { Ending } from "./ending.ts";
import {
  abortError,
  adjustedError,
  badCallError,
  contentFilteredError,
  cutStreamError,
  failedEndingError,
  LlmError,
  networkError,
} from "./errors.ts";
import { createOutputLimit, type OutputLimit } from "./output-limit.ts";
import type { PromptRequest, ReplyEvent, TokenUsage, ToolCall } from "./provider.ts";
import { namesTools, toLlmError } from "./provider-failure.ts";
import { readFailure } from "./sdk-failure.ts";
import { createTextCleaner } from "./text-cleaner.ts";
import { estimateCallTokens, estimatePromptTokens, estimateTokens } from "./token-count.ts";

/** What an SDK's stream chunk tells us, in neither provider's vocabulary. Empty for chunks of no interest. */
export interface StreamStep {
  readonly text?: string | undefined;
  readonly end?: Ending | "tools" | undefined;
  /** With the end `tools`. */
  readonly calls?: readonly ToolCall[] | undefined;
  /** What must come back unchanged with the results. */
  readonly memo?: unknown;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

interface StreamSource {
  readonly request: PromptRequest;
  readonly signal: AbortSignal;
  /** Who is asked, and where: host and port. */
  readonly server: { readonly provider: string; readonly address: string };
  /** What its models have refused. */
  readonly memory: AdjustmentMemory;
  /** Sends the request as the model wants it; steps arrive as the provider streams. */
  readonly open: (request: PromptRequest, adjustments: Adjustments) => Promise<AsyncIterable<StreamStep>>;
}

/**
 * Runs one SDK stream as a stream of reply events: cleans the text, tells complete answers from broken ones,
 * fills in usage, and translates every failure.
 */
export async function* streamReply(source: StreamSource): AsyncGenerator<ReplyEvent> {
  const answer = new Answer(source);
  const request = withOwnMemos(source);
  const adjustments = source.memory.of(source.request.model);
  try {
    if (source.signal.aborted) throw abortError(source.signal);
    for await (const step of await source.open(request, adjustments)) {
      const text = answer.take(step);
      if (text !== "") yield { type: "delta", text };
      if (answer.isTooLong) break;
    }
  } catch (error) {
    if (error instanceof LlmError && error.code === "output_limit_reached") answer.end();
    // After the end mark only the usage is missing, and that can be estimated: the text is complete.
    if (!answer.isEnded || source.signal.aborted) throw translate(error, source, adjustments);
  }
  // The SDKs end an aborted stream silently, as if it were complete.
  if (source.signal.aborted) throw abortError(source.signal);
  yield answer.finish();
}

/** A fallback goes on with the rounds of another provider, whose signatures it would refuse. */
function withOwnMemos({ request, server }: StreamSource): PromptRequest {
  const rounds = request.rounds?.map((round) =>
    round.memo?.provider === server.provider ? round : { ...round, memo: undefined },
  );
  return { ...request, rounds };
}

function translate(
  error: unknown,
  { request, signal, server, memory }: StreamSource,
  adjustments: Adjustments,
): unknown {
  if (signal.aborted) return abortError(signal);
  if (error instanceof LlmError) return error;
  const failure = readFailure(error);
  if (failure.networkCode !== undefined) return networkError(server, failure.networkCode);
  if (!memory.learn(request, adjustments, failure)) return toLlmError(failure, Date.now());
  return adjustedError({ status: failure.status, refusesTools: namesTools(failure) });
}

const maxTokenCount = 100_000_000;

/** A count that no model can have reached is as good as none. */
function usableCount(count: number | undefined): number | undefined {
  return Number.isInteger(count) && Number(count) >= 0 && Number(count) <= maxTokenCount ? count : undefined;
}

class Answer {
  readonly #request: PromptRequest;
  readonly #provider: string;
  readonly #clean = createTextCleaner();
  readonly #limit: OutputLimit;
  /** Blanks before the text; an answer of nothing else is none. */
  #blanks = "";
  #text = "";
  #end: StreamStep["end"];
  #inputTokens: number | undefined;
  #outputTokens: number | undefined;
  #calls: readonly ToolCall[] = [];
  #memo: unknown;

  constructor({ request, server }: StreamSource) {
    this.#request = request;
    this.#provider = server.provider;
    this.#limit = createOutputLimit(request.maxOutputTokens);
  }

  /** It has more than was asked for; what comes after it is not read. */
  get isTooLong(): boolean {
    return this.#limit.isReached;
  }

  /** Ends it as one that has reached its length. */
  end(): void {
    this.#end = "length";
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  take(step: StreamStep): string {
    this.#end = step.end ?? this.#end;
    this.#calls = step.calls ?? this.#calls;
    this.#memo = step.memo ?? this.#memo;
    this.#inputTokens = usableCount(step.inputTokens) ?? this.#inputTokens;
    this.#outputTokens = usableCount(step.outputTokens) ?? this.#outputTokens;
    const text = this.#takeText(this.#clean(this.#limit.take(step.text ?? "")));
    const written = this.#calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
    if (this.isTooLong || written > this.#limit.longest) this.end();
    return text;
  }

  #takeText(cleaned: string): string {
    const text = this.#blanks + cleaned;
    const isBlank = this.#text === "" && text.trim() === "";
    this.#blanks = isBlank ? text : "";
    if (isBlank) return "";
    this.#text += text;
    return text;
  }

  finish(): ReplyEvent {
    if (this.#end === undefined) throw cutStreamError();
    if (this.#end === "filtered") throw contentFilteredError();
    if (this.#end === "bad_call") throw badCallError();
    if (this.#end === "failed") throw failedEndingError(this.#text === "");
    if (this.#end !== "tools") return { type: "finish", reason: this.#end, usage: this.#usage() };
    // A model that calls although it must answer has nothing more to give: its text is the answer.
    if (this.#request.tools?.choice !== "auto")
      return { type: "finish", reason: "stop", usage: this.#usage() };
    const memo = this.#memo === undefined ? undefined : { provider: this.#provider, content: this.#memo };
    return { type: "tool_calls", calls: this.#calls, memo, usage: this.#usage() };
  }

  #usage(): TokenUsage {
    return {
      inputTokens: this.#inputTokens ?? estimatePromptTokens(this.#request),
      outputTokens: this.#outputTokens ?? estimateTokens(this.#text) + estimateCallTokens(this.#calls),
    };
  }
}
