// A Mastra server on Postgres, with an agent called `chat` (docs/performance.md, "Beside other servers").
import { randomUUID } from "node:crypto";
import { jsonOverHttp } from "../json-over-http.ts";
import { expectJson } from "../polling.ts";
import type { Asker, Connect } from "../target.ts";

function asker(url: string, index: number): Asker {
  const send = jsonOverHttp(url);
  const thread = randomUUID();
  const memory = { thread, resource: `user-${index}` };
  return {
    // Mastra answers when the reply is there and stored: there is nothing to poll.
    ask: async (content) => {
      const body = { messages: [{ role: "user", content }], memory };
      const { text } = expectJson<{ text: string }>(
        await send("POST", "/api/agents/chat/generate", body),
        200,
      );
      if (text === "") throw new Error("A reply is empty.");
    },
    readPage: async () => {
      expectJson(await send("GET", `/api/memory/threads/${thread}/messages?agentId=chat&perPage=20`), 200);
    },
  };
}

export const connect: Connect = async (url, count) => ({
  name: "mastra",
  askers: Array.from({ length: count }, (_, index) => asker(url, index)),
});
