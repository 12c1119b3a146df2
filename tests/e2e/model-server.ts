import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createResponseServer } from "@parley/llm/fixtures/response-server";
import { answerPieces, encodePiece } from "@parley/llm/providers/bedrock/fixtures/event-stream";
import { type AskedBody, oddAnswer, type WireAnswer } from "./odd-provider.ts";
import { thinkingCompletion, thinkingConverse } from "./thinking-server.ts";

export interface Asked {
  path: string;
  authorization: string | undefined;
  apiKey: string | string[] | undefined;
  body: AskedBody & Record<string, unknown>;
}

async function readBody(request: IncomingMessage): Promise<Asked["body"]> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

/** Answers with a recorded response, in its wire format. */
function recording(provider: string, name: string): WireAnswer {
  const file = new URL(`../../packages/llm/src/providers/${provider}/fixtures/${name}.http`, import.meta.url);
  const [head = "", ...rest] = readFileSync(file, "utf8").split("\n\n");
  const [status = "", ...headers] = head.split("\n");
  return {
    status: Number(status.split(" ")[1]),
    headers: Object.fromEntries(headers.map((line) => line.split(": ") as [string, string])),
    body: rest.join("\n\n"),
  };
}

/** Answers as a `fetch` would. */
async function pass(ask: typeof fetch, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = request.method === "POST" ? JSON.stringify(await readBody(request)) : null;
  const answer = await ask(`http://x${request.url}`, { method: request.method ?? "GET", body });
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  for await (const chunk of answer.body ?? []) response.write(chunk);
  response.end();
}

/** Whether the question asks for an answer that is thought about first. */
function isThought({ messages }: AskedBody): boolean {
  return JSON.stringify(messages.at(-1)).includes("Think first");
}

function answerTo(path: string, body: Asked["body"]): WireAnswer {
  if (body.model === "gone") return recording("openai", "404");
  const isCompletion = path.includes("chat/completions");
  if (isThought(body))
    return isCompletion ? thinkingCompletion(path, body) : recording("anthropic", "thinking");
  const name = body.model.includes("secret") ? "401" : "complete";
  return oddAnswer(body) ?? recording(isCompletion ? "openai" : "anthropic", name);
}

/** A server of every protocol; its list of models is Groq's. */
export async function startModelServer(groqModels: readonly object[]) {
  const asked: Asked[] = [];
  const stored = createResponseServer();
  const server = createServer(async (request, response) => {
    if (request.url?.startsWith("/stored/")) return pass(stored.fetch, request, response);
    if (request.method === "GET") {
      const isListed =
        request.url === "/groq/v1/models" && request.headers.authorization === "Bearer gsk-canary";
      return void response.writeHead(isListed ? 200 : 401).end(JSON.stringify({ data: groqModels }));
    }
    const body = await readBody(request);
    const { authorization, "api-key": apiKey } = request.headers;
    asked.push({ path: request.url ?? "", authorization, apiKey, body });
    if (request.url?.endsWith("/converse-stream")) {
      response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
      const plain = Buffer.concat(answerPieces("Hello from Nova.").map(encodePiece));
      return void response.end(isThought(body) ? thinkingConverse() : plain);
    }
    const { status, headers, body: text } = answerTo(request.url ?? "", body);
    response.writeHead(status, headers).end(text);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, stored, close: () => server.close() };
}
