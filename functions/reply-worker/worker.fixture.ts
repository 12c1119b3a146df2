import { createCache } from "@parley/cache/create-cache";
import type { Database } from "@parley/data/database";
import { getReplyWithContext } from "@parley/data/replies";
import { createBreaker } from "@parley/llm/breaker";
import { createLessonBook } from "@parley/llm/lessons";
import { availableModels } from "@parley/llm/models";
import type { PromptRequest, ReplyEvent } from "@parley/llm/provider";
import { createRealtime } from "@parley/realtime/create-realtime";
import { logger } from "@parley/runtime/logger";
import { handleJob } from "./handle-job.ts";
import type { Worker } from "./worker.ts";

/** What a model does in one call. */
export type Turn = (request: PromptRequest) => AsyncIterable<ReplyEvent>;

/** A worker whose models, of whatever name, take these turns, call by call; it keeps what they were sent. */
export function workerOf(database: Database, turns: readonly Turn[]) {
  const requests: PromptRequest[] = [];
  const provider = {
    stream(request: PromptRequest) {
      const turn = turns[requests.length];
      requests.push(structuredClone(request));
      if (turn === undefined) throw new Error("the model was called more often than expected");
      return turn(request);
    },
  };
  const worker: Worker = {
    database,
    cache: createCache({ apiKey: undefined, cacheName: "none", logger }),
    queue: {
      checkDelaySeconds: 45,
      enqueueReply: async () => true,
      enqueueCheck: async () => {},
      returnIn: async () => {},
      warm: () => {},
    },
    embeddings: { enqueue: async () => false },
    realtime: createRealtime({ callbackUrl: undefined, removeConnections: async () => {} }),
    providers: { get: () => provider },
    models: availableModels({ includeScripted: true }),
    breaker: createBreaker({ now: Date.now }),
    lessons: createLessonBook(),
    fallbackModel: undefined,
    titleModel: undefined,
    background: new Set(),
    leaseSeconds: 30,
    maxRunning: 0,
    holdSeconds: 60,
  };
  return { worker, requests };
}

const usage = { inputTokens: 10, cachedInputTokens: 0, outputTokens: 5, reasoningTokens: 0 };

/** Calls `search_notes` once for each query, after having said `text`. */
export function searches(queries: readonly string[], text = ""): Turn {
  const calls = queries.map((query, index) => ({
    id: `call_${index}`,
    name: "search_notes",
    arguments: JSON.stringify({ query }),
  }));
  return async function* () {
    if (text !== "") yield { type: "delta", text };
    yield { type: "tool_calls", calls, memo: undefined, usage };
  };
}

export function says(text: string): Turn {
  return async function* () {
    if (text !== "") yield { type: "delta", text };
    yield { type: "finish", reason: "stop", usage };
  };
}

/** Runs the reply's job to its end and answers the stored reply. */
export async function answered(worker: Worker, ownerId: string, replyId: string, millis = 60_000) {
  await handleJob(worker, { ownerId, replyId, requestId: "r", kind: "run" }, Date.now() + millis);
  const row = await getReplyWithContext(worker.database, ownerId, replyId);
  if (row === undefined) throw new Error("the reply is gone");
  return row;
}
