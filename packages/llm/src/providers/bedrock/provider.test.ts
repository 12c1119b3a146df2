import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { collect, REQUEST } from "../../fixtures/collect.ts";
import type { PromptRequest } from "../../provider.ts";
import { encodePiece, type Piece } from "./fixtures/event-stream.ts";
import { createBedrockProvider } from "./provider.ts";

let server: Server;
let answer: (response: ServerResponse) => void;
const requests: { url: string; authorization: string; body: Record<string, unknown> }[] = [];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    requests.push({ url: request.url ?? "", authorization: request.headers.authorization ?? "", body });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const provider = () =>
  createBedrockProvider({
    name: "aws",
    region: "eu-central-1",
    apiKey: "bedrock-key",
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });

/** Answers with a stream, cut into small pieces as a network would. */
function stream(...pieces: Piece[]): void {
  answer = (response) => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    const bytes = Buffer.concat(pieces.map(encodePiece));
    for (let at = 0; at < bytes.length; at += 37) response.write(bytes.subarray(at, at + 37));
    response.end();
  };
}

function refuse(status: number, type: string, message: string): void {
  answer = (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
    response.end(JSON.stringify({ message }));
  };
}

const text = (delta: string, contentBlockIndex = 0): Piece => [
  "contentBlockDelta",
  { contentBlockIndex, delta: { text: delta } },
];
const start: Piece = ["messageStart", { role: "assistant" }];
const stop = (stopReason: string): Piece => ["messageStop", { stopReason }];
const usage: Piece = [
  "metadata",
  {
    usage: { inputTokens: 10, outputTokens: 3, totalTokens: 43, cacheReadInputTokens: 30 },
    metrics: { latencyMs: 1 },
  },
];
const offering: PromptRequest = {
  ...REQUEST,
  tools: {
    tools: [{ name: "search_notes", description: "Searches.", parameters: { type: "object" } }],
    choice: "auto",
  },
};

it("asks for a conversation with a key, and gives text and usage as they come", async () => {
  stream(start, text("Grüße"), text(", Anna"), stop("end_turn"), usage);
  const { text: said, finish } = await collect(provider(), {
    ...REQUEST,
    model: "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
  });
  expect(said).toBe("Grüße, Anna");
  expect(finish).toEqual({
    type: "finish",
    reason: "stop",
    usage: { inputTokens: 40, cachedInputTokens: 30, outputTokens: 3, reasoningTokens: 0 },
  });
  expect(requests.at(-1)).toMatchObject({
    url: "/model/eu.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse-stream",
    authorization: "Bearer bedrock-key",
    body: {
      system: [{ text: "Be brief." }],
      messages: [{ role: "user", content: [{ text: "Secret prompt text" }] }],
      inferenceConfig: { maxTokens: 256 },
    },
  });
});

it("runs tools, and gives signed thoughts back as they were", async () => {
  const thought = { text: "Notes may know.", signature: "c2ln" };
  stream(
    start,
    ["contentBlockDelta", { contentBlockIndex: 0, delta: { reasoningContent: { text: thought.text } } }],
    [
      "contentBlockDelta",
      { contentBlockIndex: 0, delta: { reasoningContent: { signature: thought.signature } } },
    ],
    [
      "contentBlockStart",
      { contentBlockIndex: 1, start: { toolUse: { toolUseId: "t1", name: "search_notes" } } },
    ],
    ["contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: '{"query":' } } }],
    ["contentBlockDelta", { contentBlockIndex: 1, delta: { toolUse: { input: '"rent"}' } } }],
    stop("tool_use"),
    usage,
  );
  const bedrock = provider();
  const { finish } = await collect(bedrock, offering);
  if (finish?.type !== "tool_calls") throw new Error("No tools were called.");
  expect(finish.calls).toEqual([{ id: "t1", name: "search_notes", arguments: '{"query":"rent"}' }]);

  stream(start, text("900 €."), stop("end_turn"), usage);
  const rounds = [
    { text: "", calls: finish.calls, results: ["Rent: 900 €"], memo: finish.memo },
    {
      text: "Once more.",
      calls: [{ id: "call:2", name: "search_notes", arguments: "not JSON" }],
      results: [""],
      memo: { provider: "other", content: [] },
    },
  ];
  expect((await collect(bedrock, { ...offering, rounds })).text).toBe("900 €.");
  expect(requests.at(-1)?.body.messages).toEqual([
    { role: "user", content: [{ text: "Secret prompt text" }] },
    {
      role: "assistant",
      content: [
        { reasoningContent: { reasoningText: thought } },
        { toolUse: { toolUseId: "t1", name: "search_notes", input: { query: "rent" } } },
      ],
    },
    { role: "user", content: [{ toolResult: { toolUseId: "t1", content: [{ text: "Rent: 900 €" }] } }] },
    {
      role: "assistant",
      content: [
        { text: "Once more." },
        { toolUse: { toolUseId: "call_2", name: "search_notes", input: {} } },
      ],
    },
    { role: "user", content: [{ toolResult: { toolUseId: "call_2", content: [{ text: "(nothing)" }] } }] },
  ]);
});

it.each([
  ["max_tokens", { type: "finish", reason: "length" }],
  ["stop_sequence", { type: "finish", reason: "stop" }],
])("an answer that stops by %s", async (reason, finish) => {
  stream(start, text("Hello"), stop(reason), usage);
  expect((await collect(provider())).finish).toMatchObject(finish);
});

it.each([
  ["guardrail_intervened", { code: "content_filtered", retryable: false }],
  ["content_filtered", { code: "content_filtered", retryable: false }],
  ["something_new", { code: "provider_unavailable", retryable: false }],
])("an answer that stops by %s fails", async (reason, error) => {
  stream(start, text("Half an ans"), stop(reason), usage);
  expect((await collect(provider())).error).toMatchObject(error);
});

it.each([
  [
    "throttlingException",
    "Too many requests",
    { code: "provider_unavailable", status: 429, retryable: true },
  ],
  [
    "modelStreamErrorException",
    "model broke",
    { code: "provider_unavailable", status: 502, retryable: true },
  ],
  ["internalServerException", "oh", { code: "provider_unavailable", status: 500, retryable: true }],
  [
    "validationException",
    "Input is too long for requested model.",
    { code: "context_too_long", retryable: false },
  ],
])("an exception in mid-stream, %s", async (name, message, error) => {
  stream(start, text("Half"), ["exception", name, { message }]);
  const { text: said, error: thrown } = await collect(provider());
  expect(said).toBe("Half");
  expect(thrown).toMatchObject(error);
});

it.each([
  [429, "ThrottlingException", "Too many tokens", { code: "provider_unavailable", retryable: true }],
  [403, "AccessDeniedException", "no access to the model", { code: "provider_rejected", retryable: false }],
  [404, "ResourceNotFoundException", "no such model", { code: "provider_rejected", retryable: false }],
  [
    400,
    "ValidationException",
    "Input is too long for requested model.",
    { code: "context_too_long", status: undefined },
  ],
  [
    400,
    "ValidationException",
    "This model doesn't support tool use.",
    { code: "provider_rejected", refusesTools: true },
  ],
  [408, "ModelTimeoutException", "slow", { code: "provider_unavailable", retryable: true }],
  [503, "ServiceUnavailableException", "down", { code: "provider_unavailable", retryable: true }],
])("a refusal with %i %s", async (status, type, message, error) => {
  refuse(status, type, message);
  const { error: thrown } = await collect(provider(), offering);
  expect(thrown).toMatchObject({ status, ...error });
  expect(String(thrown)).not.toContain(message);
});

it("is asked without a system prompt once it has refused one", async () => {
  const bedrock = provider();
  refuse(
    400,
    "ValidationException",
    "This model doesn't support system messages. Try again without a system message.",
  );
  expect((await collect(bedrock)).error).toMatchObject({ isAdjusted: true });
  stream(start, text("Hello"), stop("end_turn"), usage);
  expect((await collect(bedrock)).text).toBe("Hello");
  expect(requests.at(-1)?.body).toMatchObject({
    messages: [{ role: "user", content: [{ text: "Be brief.\n\nSecret prompt text" }] }],
  });
  expect(requests.at(-1)?.body).not.toHaveProperty("system");
});

it("a stream that breaks off is no answer, and a cancel ends one that hangs", async () => {
  stream(start, text("Half an answer"));
  expect((await collect(provider())).error).toMatchObject({ code: "provider_unavailable", retryable: true });

  const cancelled = new AbortController();
  const closed = new Promise<void>((resolve) => {
    answer = (response) => {
      response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
      response.write(encodePiece(text("A word")));
      response.on("close", resolve);
    };
  });
  const reading = collect(provider(), REQUEST, cancelled.signal);
  setTimeout(() => cancelled.abort(new Error("cancelled")), 100);
  expect((await reading).error).toMatchObject({ message: "cancelled" });
  await closed;
});

it("what nothing answers at is named by its port", async () => {
  const nowhere = createBedrockProvider({
    name: "aws",
    region: "us-east-1",
    apiKey: "k",
    baseUrl: "http://127.0.0.1:1",
  });
  expect((await collect(nowhere)).error).toMatchObject({ reason: "ECONNREFUSED", address: "127.0.0.1:1" });
});
