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
import { longestAnswer } from "./output-limit.ts";
import { createPassage, type Passage } from "./passage.ts";
import type { PromptRequest, ReplyEvent, ReportedUsage, ToolCall } from "./provider.ts";
import { namesTools, toLlmError } from "./provider-failure.ts";
import { withoutEcho } from "./request-echo.ts";
import { readFailure } from "./sdk-failure.ts";
import { createThoughtSplitter, type Piece } from "./thought-splitter.ts";
import { createUsageCount } from "./usage-count.ts";

/** What an SDK's stream chunk tells us, in neither provider's vocabulary. Empty for chunks of no interest. */
export interface StreamStep extends ReportedUsage {
  readonly text?: string | undefined;
  /** What the model thinks, where that is no text of its answer. */
  readonly reasoning?: string | undefined;
  readonly end?: Ending | "tools" | undefined;
  /** Of an event of the same name. */
  readonly stored?: string | null | undefined;
  /** With the end `tools`. */
  readonly calls?: readonly ToolCall[] | undefined;
  /** What must come back unchanged with the results. */
  readonly memo?: unknown;
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
  let hasBegun = false;
  // Of what was bought before nothing is sent again.
  const isBought = source.request.background?.responseId !== undefined;
  try {
    if (source.signal.aborted) throw abortError(source.signal);
    const steps = await source.open(request, adjustments);
    hasBegun = !isBought;
    for await (const step of steps) {
      if (step.stored !== undefined) yield { type: "stored", responseId: step.stored };
      yield* answer.take(step);
      if (answer.isTooLong) break;
    }
  } catch (error) {
    if (error instanceof LlmError && error.code === "output_limit_reached") answer.end();
    // After the end mark only the usage is missing, and that can be estimated: the text is complete.
    if (!answer.isEnded || source.signal.aborted) throw translate(error, source, { adjustments, hasBegun });
  }
  // The SDKs end an aborted stream silently, as if it were complete.
  if (source.signal.aborted) throw abortError(source.signal);
  yield* answer.rest();
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
  { adjustments, hasBegun }: { adjustments: Adjustments; hasBegun: boolean },
): unknown {
  if (signal.aborted) return abortError(signal);
  if (error instanceof LlmError) return error;
  const failure = withoutEcho(readFailure(error), request);
  // What has begun was sent and may be on the bill; what has not never reached a model.
  if (failure.isOfNetwork)
    return hasBegun ? cutStreamError(failure.networkCode) : networkError(server, failure.networkCode);
  const learnt = memory.learn(request, adjustments, failure);
  if (learnt === undefined) return toLlmError(failure, Date.now());
  // A name of ours: which of a request's parts the server does not take.
  const reason = learnt.refused?.at(-1)?.split("=")[0] ?? Object.keys(learnt)[0];
  return adjustedError({ status: failure.status, refusesTools: namesTools(failure), reason });
}

class Answer {
  readonly #request: PromptRequest;
  readonly #provider: string;
  readonly #splitter = createThoughtSplitter();
  readonly #text: Passage;
  readonly #reasoning: Passage;
  readonly #usage = createUsageCount();
  #end: StreamStep["end"];
  #calls: readonly ToolCall[] = [];
  #memo: unknown;

  constructor({ request, server }: StreamSource) {
    this.#request = request;
    this.#provider = server.provider;
    this.#text = createPassage(request.maxOutputTokens);
    this.#reasoning = createPassage(request.maxOutputTokens);
  }

  /** It has more than was asked for; what comes after it is not read. */
  get isTooLong(): boolean {
    return this.#text.isTooLong || this.#reasoning.isTooLong;
  }

  /** Ends it as one that has reached its length. */
  end(): void {
    this.#end = "length";
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  *take(step: StreamStep): Generator<ReplyEvent> {
    this.#end = step.end ?? this.#end;
    this.#calls = step.calls ?? this.#calls;
    this.#memo = step.memo ?? this.#memo;
    const counted = this.#usage.add(step);
    if (step.reasoning) {
      this.#splitter.thoughtBefore();
      yield* this.#pieces([{ type: "reasoning", text: step.reasoning }]);
    }
    if (step.text) yield* this.#pieces(this.#splitter.take(step.text));
    if (counted !== undefined) yield { type: "usage", usage: counted };
    const written = this.#calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0);
    if (this.isTooLong || written > longestAnswer(this.#request.maxOutputTokens)) this.end();
  }

  /** What was held back until it was clear what it is. */
  *rest(): Generator<ReplyEvent> {
    yield* this.#pieces(this.#splitter.end(this.#end === "stop"));
  }

  *#pieces(pieces: readonly Piece[]): Generator<ReplyEvent> {
    for (const { type, text: given } of pieces) {
      const text = (type === "delta" ? this.#text : this.#reasoning).take(given);
      if (text !== "") yield { type, text };
    }
  }

  finish(): ReplyEvent {
    if (this.#end === undefined) throw cutStreamError();
    if (this.#end === "filtered") throw contentFilteredError();
    if (this.#end === "bad_call") throw badCallError();
    if (this.#end === "failed") throw failedEndingError(this.#text.text === "");
    const written = { text: this.#text.text, reasoning: this.#reasoning.text, calls: this.#calls };
    const usage = this.#usage.total(this.#request, written);
    if (this.#end !== "tools") return { type: "finish", reason: this.#end, usage };
    // A model that calls although it must answer has nothing more to give: its text is the answer.
    if (this.#request.tools?.choice !== "auto") return { type: "finish", reason: "stop", usage };
    const memo = this.#memo === undefined ? undefined : { provider: this.#provider, content: this.#memo };
    return { type: "tool_calls", calls: this.#calls, memo, usage };
  }
}
