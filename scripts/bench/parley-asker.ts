import { setTimeout as pause } from "node:timers/promises";
import { jsonOverHttp } from "./json-over-http.ts";
import { expectJson, nextPause, pausesMillis } from "./polling.ts";
import type { Asker } from "./target.ts";

const patienceMillis = 20_000;

export interface ParleyAsker extends Asker {
  readonly conversationId: string;
}

interface Accepted {
  reply: { id: string };
}

/** A user of a Parley API, or of whatever speaks the same routes. */
export async function parleyAsker(url: string, token: string, waitSeconds: number): Promise<ParleyAsker> {
  const send = jsonOverHttp(url, token);
  const { id } = expectJson<{ id: string }>(await send("POST", "/v1/conversations", {}), 201);
  const messages = `/v1/conversations/${id}/messages`;
  const query = waitSeconds > 0 ? `?waitSeconds=${waitSeconds}` : "";

  async function seen(replyId: string): Promise<void> {
    const until = Date.now() + patienceMillis;
    for (let millis = pausesMillis.first; Date.now() < until; millis = nextPause(millis)) {
      if (waitSeconds === 0) await pause(millis);
      const { status } = expectJson<{ status: string }>(
        await send("GET", `/v1/replies/${replyId}${query}`),
        200,
      );
      if (status === "completed") return;
      if (status !== "queued" && status !== "in_progress") throw new Error(`A reply is ${status}.`);
    }
    throw new Error(`Reply ${replyId} was not there after ${patienceMillis / 1000} s.`);
  }

  return {
    conversationId: id,
    ask: async (text) =>
      seen(expectJson<Accepted>(await send("POST", messages, { content: text }), 202).reply.id),
    readPage: async () => {
      expectJson(await send("GET", messages), 200);
    },
  };
}
