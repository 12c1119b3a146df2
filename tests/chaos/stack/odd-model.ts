import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a compatible server does that OpenAI's does not: answers, refusals and endings of other shapes. */
export const oddFaults = [
  "absurd-usage",
  "unknown-ending",
  "spent-limit",
  "slow-steady",
  "odd-deltas",
  "whole-answer",
  "odd-calls",
  "refused-tools",
  "refused-round",
  "refused-parameter",
  "long-wait",
  "error-document",
] as const;

export type OddFault = (typeof oddFaults)[number];

export interface AskedModel {
  readonly messages: readonly { role: string; content: string }[];
  readonly tools?: unknown;
}

interface Call {
  readonly response: ServerResponse;
  readonly asked: AskedModel;
  /** What the answer begins and ends with. */
  readonly name: string;
}

const steadyWords = 40;
const steadyMillis = 250;
const longWait = { "retry-after": "3600" };

const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const say = (content: unknown) => event(chunk({ content }));
const end = (reason: string) => event(chunk({}, reason));
const whole = (name: string) => `${name}|word |${name}`;

function stream({ response }: Call, ...lines: string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(lines.join(""));
}

function json({ response }: Call, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

/** A word at a time, for longer than a call that hangs may take. */
async function speakSteadily({ response, name }: Call): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(say(`${name}|`));
  for (let word = 0; word < steadyWords && !response.destroyed; word++) {
    await sleep(steadyMillis);
    response.write(say(`word${word} `));
  }
  response.end(say(`|${name}`) + end("stop"));
}

/** Two calls under one index and without ids, with something of the server's own. */
function callOddly(call: Call): void {
  const calls = ["word", "canary"].map((query) => ({
    index: 0,
    function: { name: "search_notes", arguments: { query } },
    extra_content: { signature: call.name },
  }));
  stream(call, ...calls.map((each) => event(chunk({ content: null, tool_calls: [each] }))), end("stop"));
}

const answers: Readonly<Record<OddFault, (call: Call) => unknown>> = {
  "absurd-usage": (call) => {
    const usage = { prompt_tokens: 10.5, completion_tokens: 3e9 };
    stream(call, say(whole(call.name)), end("stop"), event({ choices: [], usage }));
  },
  "unknown-ending": (call) => stream(call, say(`${call.name}|word `), end("abort")),
  "spent-limit": (call) => stream(call, event(chunk({ reasoning_content: "Hm." })), say("\n"), end("length")),
  "slow-steady": speakSteadily,
  "odd-deltas": (call) => {
    const parts = [
      { type: "thinking", thinking: "Hm." },
      { type: "text", text: `${call.name}|` },
    ];
    const nothing = "data:\n\ndata: null\n\nevent: ping\n\nevent: ping\ndata: ping\n\n";
    stream(call, nothing, say(parts), nothing, say(["word "]), say({ text: `|${call.name}` }), end("eos"));
  },
  "whole-answer": (call) =>
    json(call, 200, { choices: [{ message: { content: whole(call.name) }, finish_reason: "stop" }] }),
  "odd-calls": callOddly,
  "refused-tools": (call) => json(call, 422, { detail: [{ loc: ["body", "tools"], msg: "Extra inputs" }] }),
  "refused-round": (call) => json(call, 500, { error: { message: "Jinja Exception: Unknown role: tool" } }),
  "refused-parameter": (call) =>
    json(call, 422, { detail: [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] }),
  "long-wait": (call) => json(call, 429, { error: { message: "Quota of the hour" } }, longWait),
  "error-document": (call) => json(call, 200, { error: { message: "Upstream failed", code: 502 } }),
};

/** Whether a fault can befall a call: what refuses tools needs some. */
export function befalls(fault: OddFault, { messages, tools }: AskedModel): boolean {
  const isRound = messages.some(({ role }) => role === "tool");
  if (fault === "refused-round") return isRound;
  if (fault === "odd-calls") return tools !== undefined && !isRound;
  return fault !== "refused-tools" || tools !== undefined;
}

export async function answerOddly(fault: OddFault, call: Call): Promise<void> {
  await answers[fault](call);
}
