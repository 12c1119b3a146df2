// LangGraph's development server, with a graph called `chat` (docs/performance.md, "Beside other servers").
import { setTimeout as pause } from "node:timers/promises";
import { jsonOverHttp } from "../json-over-http.ts";
import { expectJson, nextPause, pausesMillis } from "../polling.ts";
import type { Asker, Connect } from "../target.ts";

interface Run {
  run_id: string;
  status: string;
}

async function asker(url: string): Promise<Asker> {
  const send = jsonOverHttp(url);
  const { thread_id: thread } = expectJson<{ thread_id: string }>(await send("POST", "/threads", {}), 200);
  const runs = `/threads/${thread}/runs`;
  const readState = async () => expectJson(await send("GET", `/threads/${thread}/state`), 200);
  return {
    ask: async (content) => {
      const input = { messages: [{ role: "user", content }] };
      const run = expectJson<Run>(await send("POST", runs, { assistant_id: "chat", input }), 200);
      for (let millis = pausesMillis.first; ; millis = nextPause(millis)) {
        await pause(millis);
        const { status } = expectJson<Run>(await send("GET", `${runs}/${run.run_id}`), 200);
        if (status === "success") break;
        if (status !== "pending" && status !== "running") throw new Error(`A run is ${status}.`);
      }
      // A run says only that it ended; the answer is in the thread's state.
      await readState();
    },
    readPage: async () => {
      await readState();
    },
  };
}

export const connect: Connect = async (url, count) => ({
  name: "langgraph",
  askers: await Promise.all(Array.from({ length: count }, () => asker(url))),
});
