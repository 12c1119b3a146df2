import { randomInt } from "node:crypto";
import type { Calls } from "./calls.ts";
import { type Envelope, open, seal } from "./envelope.ts";
import type { OnRead } from "./read-metrics.ts";

/** The rendered conversation, or the first page of its messages at the default limit and order. */
export type ConversationKind = "conversation" | "newest-messages";

/** Under what a value read from the database from now on may be cached. Opaque. */
export interface Generation {
  readonly number: string;
  readonly asOf: number;
}

export interface ConversationRead<T> {
  /** undefined: the cache is not there, so there is nothing to write either. */
  readonly generation: Generation | undefined;
  readonly value: T | undefined;
}

export interface ConversationReads {
  /**
   * Ask before the database: the generation must be older than the query whose result is written under it.
   */
  readConversation<T>(
    ownerId: string,
    conversationId: string,
    kind: ConversationKind,
  ): Promise<ConversationRead<T>>;
  /** Fills a miss. Resolves when it is stored or the time limit is over; need not be awaited. */
  writeConversation(
    ownerId: string,
    conversationId: string,
    kind: ConversationKind,
    generation: Generation | undefined,
    value: unknown,
  ): Promise<void>;
  /**
   * Call after every commit that changes what either read shows, but for endings of replies: what is read while one
   * is unfinished must not be written. If Momento cannot be told, readers may see the old state for up to 60 s.
   */
  conversationChanged(ownerId: string, conversationId: string): Promise<void>;
  /**
   * Leaves nothing of a conversation that is gone for good. What Momento does not hear of ends by itself, the text
   * within 60 s.
   */
  forgetConversation(ownerId: string, conversationId: string): Promise<void>;
}

interface ConversationEnvelope<T> extends Envelope<T> {
  readonly generation: string;
}

const kinds: readonly ConversationKind[] = ["conversation", "newest-messages"];
const valueSeconds = 60;
// Longer than any value lives; when it ends, the next reader starts a new count.
const generationSeconds = 3_600;
const largestStep = 2 ** 32;
const largestStart = 2 ** 40;

const generationKey = (ownerId: string, conversationId: string) => `gen:${ownerId}:${conversationId}`;
const valueKey = (ownerId: string, conversationId: string, kind: ConversationKind) =>
  `${kind}:${ownerId}:${conversationId}`;

/**
 * Reads of a conversation, each stamped with the generation it was read under and served under that one only:
 * a late writer leaves a value that nobody accepts. The stamp is in the value, not in its key, so that one
 * round trip brings both.
 *
 * Generations start at random and move by random steps, so that a generation which Momento evicted is never
 * counted up to again while a value of its first life is still there.
 */
export function conversationReads(calls: Calls, onRead: OnRead): ConversationReads {
  return {
    async readConversation<T>(ownerId: string, conversationId: string, kind: ConversationKind) {
      const asOf = Date.now();
      const start = performance.now();
      const key = generationKey(ownerId, conversationId);
      const found = await calls.read((store, signal) =>
        store.getMany([key, valueKey(ownerId, conversationId, kind)], signal),
      );
      if (found === undefined) return { generation: undefined, value: undefined };
      const [number, text] = found;
      if (number === undefined) {
        onRead(false, performance.now() - start);
        const first = String(randomInt(1, largestStart));
        // Not awaited: if a change arrives first, it has made the key and this one is never read.
        void calls.write((store) => store.setIfAbsent(key, first, generationSeconds));
        return { generation: { number: first, asOf }, value: undefined };
      }
      const envelope = open<ConversationEnvelope<T>>(text, ownerId, valueSeconds * 1_000);
      const value = envelope?.generation === number ? envelope.value : undefined;
      onRead(value !== undefined, performance.now() - start);
      return { generation: { number, asOf }, value };
    },

    async writeConversation(ownerId, conversationId, kind, generation, value) {
      if (generation === undefined) return;
      const { number, asOf } = generation;
      const ttlSeconds = valueSeconds - Math.ceil((Date.now() - asOf) / 1_000);
      const envelope: ConversationEnvelope<unknown> = { ownerId, asOf, generation: number, value };
      const text = seal(envelope);
      if (text === undefined || ttlSeconds < 1) return;
      const key = valueKey(ownerId, conversationId, kind);
      await calls.atMost(calls.write((store) => store.set(key, text, ttlSeconds)));
    },

    async conversationChanged(ownerId, conversationId) {
      const key = generationKey(ownerId, conversationId);
      const step = randomInt(1, largestStep);
      await calls.atMost(calls.insist((store) => store.increment(key, step, generationSeconds)));
    },

    async forgetConversation(ownerId, conversationId) {
      const keys = [
        generationKey(ownerId, conversationId),
        ...kinds.map((kind) => valueKey(ownerId, conversationId, kind)),
      ];
      await Promise.all(keys.map((key) => calls.atMost(calls.insist((store) => store.remove(key)))));
    },
  };
}
