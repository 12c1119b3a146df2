import { createLessonBook, type LessonBook, mergeAdjustments } from "./lessons.ts";
import type { PromptRequest } from "./provider.ts";
import type { ProviderFailure } from "./provider-failure.ts";
import { withRefused } from "./refused-settings.ts";
import { estimatePromptTokens } from "./token-count.ts";

/** What a server wants otherwise than it is asked by default, for one model. */
export interface Adjustments {
  readonly withoutUsage?: true;
  /** `max_tokens` where `max_completion_tokens` is the default, or the reverse. */
  readonly otherLimitName?: true;
  /** The system prompt goes before the first question, and nothing before that. */
  readonly withoutSystemRole?: true;
  /** No marks of what is to be cached. */
  readonly withoutCacheMarks?: true;
  /** Settings that it does not take, with their values. */
  readonly refused?: readonly string[];
  /** No tools to call. */
  readonly withoutTools?: true;
  /** Nothing in the background: by a chat completion. */
  readonly withoutBackground?: true;
  readonly maxOutputTokens?: number;
  /** What the server has room for, answer included. */
  readonly contextTokens?: number;
}

/** What a provider's server has refused so far, model by model. */
export interface AdjustmentMemory {
  of(model: string): Adjustments;
  /** Learns from a refusal of a request that was made with `applied`; says what to ask otherwise from now on. */
  learn(request: PromptRequest, applied: Adjustments, failure: ProviderFailure): Adjustments | undefined;
}

/**
 * The part of a book that is about one provider.
 * @param before what is known of its server, whatever the model
 */
export function createAdjustmentMemory(
  provider: string,
  book: LessonBook = createLessonBook(),
  before: Adjustments = {},
): AdjustmentMemory {
  return {
    of: (model) => mergeAdjustments(before, book.of(`${provider}/${model}`)),
    learn(request, applied, failure) {
      const learnt = readRefusal(failure, request, applied);
      if (learnt !== undefined) book.add(`${provider}/${request.model}`, learnt);
      return learnt;
    },
  };
}

const MIN_OUTPUT_TOKENS = 256;
const ESTIMATE_MARGIN = 1.1;

/** What to ask an answer to be no longer than. */
export function adjustedMaxOutputTokens(request: PromptRequest, adjustments: Adjustments): number {
  const { maxOutputTokens = request.maxOutputTokens, contextTokens } = adjustments;
  const wanted = Math.min(request.maxOutputTokens, maxOutputTokens);
  if (contextTokens === undefined) return wanted;
  const room = contextTokens - Math.ceil(estimatePromptTokens(request) * ESTIMATE_MARGIN);
  return Math.min(wanted, Math.max(room, MIN_OUTPUT_TOKENS));
}

// Some servers call a template that raises an error a fault of their own.
const REFUSALS = new Set<number | undefined>([undefined, 400, 413, 422, 500, 501]);

function readRefusal(
  failure: ProviderFailure,
  request: PromptRequest,
  applied: Adjustments,
): Adjustments | undefined {
  if (!REFUSALS.has(failure.status)) return undefined;
  const said = [failure.message, ...(failure.parameters ?? [])].join("\n");
  const context = contextOf(said);
  if (context !== undefined) return readContext(said, context, applied);
  const limit = applied.maxOutputTokens ?? readLimit(said, request.maxOutputTokens);
  const refused = withRefused(said, request, applied.refused);
  const learnt: Adjustments = {
    ...(refused !== undefined && { refused }),
    ...(limit !== undefined && limit !== applied.maxOutputTokens && { maxOutputTokens: limit }),
    ...(limit === undefined && !applied.otherLimitName && namesLimit(said) && { otherLimitName: true }),
    ...(!applied.withoutUsage && /stream_options|include_usage/i.test(said) && { withoutUsage: true }),
    ...(!applied.withoutCacheMarks && CACHE_MARKS.test(said) && { withoutCacheMarks: true }),
    ...(request.background && /\bbackground\b/i.test(said) && { withoutBackground: true }),
    ...(!applied.withoutSystemRole &&
      (request.systemPrompt || request.messages[0]?.role === "assistant") &&
      refusesSystemRole(said) && { withoutSystemRole: true }),
  };
  return Object.keys(learnt).length > 0 ? learnt : undefined;
}

const CACHE_MARKS = /cache_control|cache ?point|prompt caching/i;

function contextOf(said: string): number | undefined {
  const found = /(?:context|sequence) (?:length|size|window) is \D{0,20}(\d[\d,]*)/i.exec(said)?.[1];
  return found === undefined ? undefined : toNumber(found);
}

const INPUT_TOKENS =
  /(?:has|passed|resulted in|contains at least|\()\s*(\d[\d,]*) (?:input tokens|tokens|in (?:the|your) (?:messages|prompt))/i;

/** Asking for less only helps where it is not the prompt that is too long. */
function readContext(said: string, contextTokens: number, applied: Adjustments): Adjustments | undefined {
  const counted = INPUT_TOKENS.exec(said)?.[1];
  const hasRoom = counted !== undefined && toNumber(counted) + MIN_OUTPUT_TOKENS <= contextTokens;
  return hasRoom && applied.contextTokens === undefined ? { contextTokens } : undefined;
}

const LIMIT_NAME = /max_?(completion_|output_|new_)?tokens|(completion|output) tokens/i;
const TOO_LARGE = /too (large|high|big|many)|exceed|at most|less than|greater|maximum|range|above|[<>≤]/i;

/** The largest number below what was asked for is the limit; the model's name or version may be another. */
function readLimit(said: string, asked: number): number | undefined {
  if (!LIMIT_NAME.test(said) || !TOO_LARGE.test(said)) return undefined;
  const numbers = [...said.matchAll(/(?<![\w.-])\d[\d,_]*(?![\w-])/g)].map(([written]) => toNumber(written));
  const limit = Math.max(...numbers.filter((number) => number < asked));
  return limit >= MIN_OUTPUT_TOKENS ? limit : undefined;
}

function toNumber(written: string): number {
  return Number(written.replace(/[,_]/g, ""));
}

const UNKNOWN = /unsupported|not supported|unknown|unrecognized|unexpected|extra|not permitted|not allowed/i;

function namesLimit(said: string): boolean {
  if (!/max_(completion_)?tokens/.test(said)) return false;
  return UNKNOWN.test(said) || /\buse\W+max_/i.test(said) || /max_\w+\W+instead/i.test(said);
}

function refusesSystemRole(said: string): boolean {
  return (
    /\bsystem\W+(role|message|prompt|instruction)s?\b.{0,40}\b(not|unsupported)\b/i.test(said) ||
    /(not|n['’]t) support\W+(the )?\W*(role )?\W*system\b/i.test(said) ||
    /developer instruction is not enabled|roles must alternate/i.test(said)
  );
}
