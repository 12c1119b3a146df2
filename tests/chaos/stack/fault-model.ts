import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";
import { markerOf, nextCallNumber } from "../world/told-model.ts";
import { type AskedModel, answerOddly, befalls, type OddFault, oddFaults } from "./odd-model.ts";
import { createStoredAnswers } from "./stored-answers.ts";

/** How a call of the model goes wrong. */
export const modelFaults = [
  "429-retry-after",
  "429",
  "500",
  "529",
  "hang",
  "cut",
  "error-event",
  "content-filter",
  "context-overflow",
  ...oddFaults,
] as const;

export type ModelFault = (typeof modelFaults)[number];

/** An OpenAI-compatible server whose next calls can be made to fail. */
export interface FaultModel {
  readonly baseUrl: string;
  /** Of the calls to come, the next ones; without any they answer. */
  readonly faults: ModelFault[];
  close(): Promise<void>;
}

interface Refused {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly error: object;
}

const refused: Partial<Record<ModelFault, Refused>> = {
  "429-retry-after": {
    status: 429,
    headers: { "retry-after": "1" },
    error: { message: "Rate limit reached", type: "requests", code: "rate_limit_exceeded" },
  },
  "429": { status: 429, error: { message: "Rate limit", type: "requests", code: "rate_limit_exceeded" } },
  "500": { status: 500, error: { message: "The server had an error", type: "server_error" } },
  "529": { status: 529, error: { message: "Overloaded", type: "overloaded_error" } },
  "content-filter": { status: 400, error: { message: "Filtered", code: "content_filter" } },
  "context-overflow": { status: 400, error: { message: "Too long", code: "context_length_exceeded" } },
};

function chunk(response: ServerResponse, choice: object): void {
  response.write(`data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [choice] })}\n\n`);
}

function say(response: ServerResponse, content: string): void {
  chunk(response, { index: 0, delta: { content } });
}

/** Answers word by word; the first and the last say which call it is. */
async function speak(response: ServerResponse, random: Random, fault: ModelFault | undefined): Promise<void> {
  const name = `c${nextCallNumber()}`;
  const words = random.between(2, 12);
  response.writeHead(200, { "content-type": "text/event-stream" });
  say(response, `${name}|`);
  for (let word = 0; word < words; word++) {
    await sleep(random.between(5, random.chance(0.15) ? 500 : 60));
    if (response.destroyed) return;
    if (fault !== undefined && word === 1) return breakOff(response, fault);
    say(response, `word${word} `);
  }
  const isCutShort = random.chance(0.05);
  if (!isCutShort) say(response, `|${name}`);
  chunk(response, { index: 0, delta: {}, finish_reason: isCutShort ? "length" : "stop" });
  response.end("data: [DONE]\n\n");
}

function breakOff(response: ServerResponse, fault: ModelFault): void {
  if (fault === "cut") return void response.destroy();
  if (fault === "hang") return;
  response.end(`data: ${JSON.stringify({ error: { message: "The server had an error" } })}\n\n`);
}

/** @throws when the caller went away before all of it had come. */
async function askedBy(request: IncomingMessage): Promise<AskedModel> {
  const chunks: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) chunks.push(part);
  return JSON.parse(Buffer.concat(chunks).toString()) as AskedModel;
}

function isOdd(fault: ModelFault | undefined): fault is OddFault {
  return oddFaults.some((each) => each === fault);
}

/** @param onCall told the marker of the question of each call. */
export async function startFaultModel(random: Random, onCall: (marker: string) => void): Promise<FaultModel> {
  const faults: ModelFault[] = [];
  const stored = createStoredAnswers(onCall);
  const server = createServer(async (request, response) => {
    if (request.url?.includes("/responses")) return stored.answer(request, response, faults.shift());
    // Counted when it comes, whatever becomes of it.
    const asked = await askedBy(request).catch(() => ({ messages: [] }));
    onCall(markerOf(asked.messages));
    const fault = faults.shift();
    if (isOdd(fault)) {
      if (!befalls(fault, asked)) return speak(response, random, undefined);
      return answerOddly(fault, { response, asked, name: `c${nextCallNumber()}` });
    }
    const refusal = fault && refused[fault];
    if (refusal === undefined) return speak(response, random, fault);
    response.writeHead(refusal.status, { "content-type": "application/json", ...refusal.headers });
    response.end(JSON.stringify({ error: refusal.error }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    faults,
    async close() {
      server.closeAllConnections();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
