import { fitNotes } from "./fit-notes.ts";
import { type PromptNote, renderNotes } from "./notes-block.ts";
import { type HistoryMessage, type Turn, toTurns } from "./prompt-turns.ts";
import type { PromptMessage, ToolOffer, ToolRound } from "./provider.ts";
import { contextTooLongError } from "./provider-failure.ts";
import { estimatePromptTokens } from "./token-count.ts";
import { estimatingCounter, type TokenCounter } from "./token-counter.ts";

export interface PromptInput {
  readonly systemPrompt: string | undefined;
  /** The active messages up to the asked one, oldest first; the last is the user message to answer. */
  readonly history: readonly HistoryMessage[];
  /** False where the provider refuses a conversation that the assistant begins. */
  readonly takesGreeting?: boolean | undefined;
  /** Those every prompt of the conversation holds, the most important first. */
  readonly pinnedNotes?: readonly PromptNote[];
  /** What searches gave, where it is no round that gives it; before the pinned ones. */
  readonly foundNotes?: readonly PromptNote[];
  readonly tools?: ToolOffer | undefined;
  readonly rounds?: readonly ToolRound[];
  /** The model's limits, in tokens. */
  readonly contextTokens: number;
  readonly maxOutputTokens: number;
  /** Tokens that notes and earlier turns may fill the prompt up to; by default the whole context. */
  readonly inputLimit?: number | undefined;
  /** The model's; by default an estimate that fits any. */
  readonly counter?: TokenCounter | undefined;
}

export interface Prompt {
  /** Tokens that the system prompt, the question and the tools leave for notes and earlier turns. */
  readonly roomTokens: number;
  /** Alternates, and ends with the asked one; it starts with a user message or with a greeting. */
  readonly messages: readonly PromptMessage[];
  /** What is offered with it. */
  readonly tools: ToolOffer | undefined;
  /** What was sent and what was not, oldest first; kept with the reply. */
  readonly manifest: {
    readonly sentPositions: readonly number[];
    readonly droppedPositions: readonly number[];
    /** As they were sent: cut, where there was not enough room. */
    readonly pinnedNotes: readonly PromptNote[];
    /** Our count; the provider's own comes with the answer. */
    readonly inputTokens: number;
  };
}

/** Tokens of pinned notes in one prompt; at most half of what the question leaves. */
const MAX_NOTE_TOKENS = 4_000;

/**
 * Chooses what the model sees: the asked message and what its tools gave always, the pinned notes as far as they
 * fit, and before it as many whole turns as fit, newest first. Pure. Throws `LlmError` (`context_too_long`) if the
 * asked message and the system prompt alone do not fit, and RangeError if the history does not end in a user
 * message.
 */
export function buildPrompt(input: PromptInput): Prompt {
  const { systemPrompt, history, takesGreeting, pinnedNotes = [], foundNotes = [], tools, rounds } = input;
  const { contextTokens, maxOutputTokens, inputLimit = contextTokens, counter = estimatingCounter } = input;
  const asked = history.at(-1);
  if (asked?.role !== "user") throw new RangeError("The history must end in the user message to answer.");

  const largest = Math.floor(contextTokens * (1 - counter.marginShare)) - maxOutputTokens;
  const bareTokens = estimatePromptTokens({ systemPrompt, messages: [asked], tools, rounds }, counter.count);
  if (bareTokens > largest) throw contextTooLongError();
  // What must be sent is sent, be it longer than the limit.
  const budget = Math.max(bareTokens, Math.min(largest, inputLimit));

  const noteTokens = Math.min(MAX_NOTE_TOKENS, Math.floor((budget - bareTokens) / 2));
  const found = placeNotes(foundNotes, noteTokens, counter);
  const isFound = ({ id }: PromptNote) => foundNotes.some((each) => each.id === id);
  const others = pinnedNotes.filter((note) => !isFound(note));
  const pinned = placeNotes(others, noteTokens - found.tokens, counter);
  const askedTokens = bareTokens + found.tokens + pinned.tokens;
  const chosen = chooseTurns(toTurns(history.slice(0, -1), takesGreeting), budget - askedTokens, counter);
  const sent = [...chosen.turns.flat(), asked];
  const sentPositions = new Set(sent.map(({ position }) => position));
  return {
    roomTokens: budget - bareTokens,
    messages: addData(mergeRoles(sent), pinned.data, found.data),
    tools,
    manifest: {
      sentPositions: [...sentPositions],
      droppedPositions: history.map(({ position }) => position).filter((each) => !sentPositions.has(each)),
      pinnedNotes: pinned.notes,
      inputTokens: askedTokens + chosen.tokens,
    },
  };
}

interface PlacedNotes {
  readonly notes: readonly PromptNote[];
  readonly data: string | undefined;
  readonly tokens: number;
}

function placeNotes(notes: readonly PromptNote[], room: number, counter: TokenCounter): PlacedNotes {
  const fitting = fitNotes(notes, room);
  if (fitting.length === 0) return { notes: [], data: undefined, tokens: 0 };
  const data = renderNotes(fitting);
  return { notes: fitting, data, tokens: counter.count(data) };
}

/**
 * Pinned notes go with the first question and found ones with the asked one, so that a prompt begins as the prompt of the
 * turn before did, to the byte: that beginning is what providers cache.
 */
function addData(
  messages: readonly PromptMessage[],
  pinned: string | undefined,
  found: string | undefined,
): PromptMessage[] {
  const first = messages.findIndex(({ role }) => role === "user");
  return messages.map((message, index) => {
    const given = [index === first ? pinned : undefined, index === messages.length - 1 ? found : undefined];
    const data = given.filter((each) => each !== undefined).join("\n\n");
    return data === "" ? message : { ...message, data };
  });
}

/** The newest turns that fit. Stops at the first that does not: a gap would make later turns puzzling. */
function chooseTurns(
  turns: readonly Turn[],
  budget: number,
  counter: TokenCounter,
): { turns: Turn[]; tokens: number } {
  const chosen: Turn[] = [];
  let tokens = 0;
  for (const turn of turns.toReversed()) {
    const turnTokens = estimatePromptTokens({ systemPrompt: undefined, messages: turn }, counter.count);
    if (tokens + turnTokens > budget) break;
    tokens += turnTokens;
    chosen.push(turn);
  }
  return { turns: chosen.reverse(), tokens };
}

/** Joins neighbours of one role with a blank line, since providers refuse two messages of a role in a row. */
function mergeRoles(messages: readonly HistoryMessage[]): PromptMessage[] {
  const merged: PromptMessage[] = [];
  for (const { role, content } of messages) {
    const previous = merged.at(-1);
    if (previous?.role === role) merged.splice(-1, 1, { role, content: `${previous.content}\n\n${content}` });
    else merged.push({ role, content });
  }
  return merged;
}
