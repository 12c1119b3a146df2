import { setTimeout as pause } from "node:timers/promises";
import { type JsonAnswer, jsonOverHttp } from "./json-over-http.ts";
import type { Asker } from "./target.ts";

// How a client polls: soon at first, then patiently. The same for every server that is measured.
const firstPauseMillis = 4;
const longestPauseMillis = 100;
const patienceMillis = 20_000;

export interface ParleyAsker extends Asker {
  readonly conversationId: string;
}

interface Accepted {
  reply: { id: string };
}

function must<T>(answer: JsonAnswer, status: number): T {
  if (answer.status === status) return answer.body as T;
  throw new Error(`The answer was ${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`);
}

/** A user of a Parley API, or of whatever speaks the same routes. */
export async function parleyAsker(url: string, token: string, waitSeconds: number): Promise<ParleyAsker> {
  const send = jsonOverHttp(url, token);
  const { id } = must<{ id: string }>(await send("POST", "/v1/conversations", {}), 201);
  const messages = `/v1/conversations/${id}/messages`;
  const query = waitSeconds > 0 ? `?waitSeconds=${waitSeconds}` : "";

  async function seen(replyId: string): Promise<void> {
    const until = Date.now() + patienceMillis;
    for (
      let millis = firstPauseMillis;
      Date.now() < until;
      millis = Math.min(millis * 1.5, longestPauseMillis)
    ) {
      if (waitSeconds === 0) await pause(millis);
      const { status } = must<{ status: string }>(await send("GET", `/v1/replies/${replyId}${query}`), 200);
      if (status === "completed") return;
      if (status !== "queued" && status !== "in_progress") throw new Error(`A reply is ${status}.`);
    }
    throw new Error(`Reply ${replyId} was not there after ${patienceMillis / 1000} s.`);
  }

  return {
    conversationId: id,
    ask: async (text) => seen(must<Accepted>(await send("POST", messages, { content: text }), 202).reply.id),
    readPage: async () => {
      must(await send("GET", messages), 200);
    },
  };
}
