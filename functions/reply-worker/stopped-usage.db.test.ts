import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { cancelReply, getReply } from "@parley/data/replies";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { sse } from "@parley/llm/fixtures/answering";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { encodePiece } from "@parley/llm/providers/bedrock/fixtures/event-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answered, workerOf } from "./worker.fixture.ts";

let scene: Scene;
let server: Server;
let beginning: Uint8Array | string;
beforeAll(async () => {
  scene = await openScene();
  // It begins an answer, and goes on for ever.
  server = createServer((request, response) => {
    const type = request.url?.startsWith("/model/")
      ? "application/vnd.amazon.eventstream"
      : "text/event-stream";
    response.writeHead(200, { "content-type": type });
    response.write(beginning);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const price = { priceInput: 1_000, priceOutput: 10_000, priceCachedInput: 100 };
const chunk = (content: string, usage?: object) =>
  sse({ choices: [{ index: 0, delta: { content } }], ...(usage && { usage }) });
const started = (usage: object) => sse({ type: "message_start", message: { content: [], usage } });
const cachedStart = started({ input_tokens: 24, cache_read_input_tokens: 2_048, output_tokens: 1 });
const block =
  sse({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } }) +
  sse({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Half an answer" } });
const counted = (output: number) => ({
  prompt_tokens: 900,
  prompt_tokens_details: { cached_tokens: 700 },
  completion_tokens: output,
});
const told = { inputTokens: 2_072, cachedInputTokens: 2_048 };
const estimated = { inputTokens: expect.any(Number), cachedInputTokens: 0, outputTokens: 4 };

test.each([
  [
    "Anthropic, which counts what it reads first",
    "anthropic/m",
    cachedStart + block,
    { ...told, outputTokens: 4 },
  ],
  ["Anthropic while it thinks unseen", "anthropic/m", cachedStart, { ...told, outputTokens: 0 }],
  [
    "a server that counts with each chunk",
    "openai/m",
    chunk("Half an ", counted(20)) + chunk("answer", counted(31)) + chunk("!"),
    { inputTokens: 900, cachedInputTokens: 700, outputTokens: 32 },
  ],
  [
    "a server that counts nothing before it knows",
    "openai/m",
    chunk("Half an answer", { prompt_tokens: 0, completion_tokens: 0 }),
    estimated,
  ],
  ["OpenAI, which counts at the end", "openai/m", chunk("Half an answer"), estimated],
  [
    "Bedrock, which counts at the end",
    "aws/m",
    encodePiece(["contentBlockDelta", { contentBlockIndex: 0, delta: { text: "Half an answer" } }]),
    estimated,
  ],
])("a stopped answer is settled by what its provider has told: %s", async (...row) => {
  const [, model, bytes, expected] = row;
  beginning = bytes;
  const [ada, eve] = [await scene.person(10_000_000), await scene.person()];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const aws = {
    name: "aws",
    kind: "bedrock",
    region: "eu-central-1",
    baseUrl: url,
    models: [{ name: "m" }],
  } as const;
  const anthropic = { name: "anthropic", kind: "anthropic", baseUrl: url, models: [{ name: "m" }] } as const;
  const sources = { openaiBaseUrl: `${url}/v1`, named: [aws, anthropic], providerKeys: { aws: "key" } };
  const worker = {
    ...workerOf(scene.database, []).worker,
    // It notices the cancel with its next sign of life, a third of this.
    leaseSeconds: 3,
    providers: createProviders(sources),
    models: availableModels({ ...sources, includeScripted: false }),
  };
  const models = { [model]: { contextTokens: 100_000, maxOutputTokens: 1_000, ...price } };
  const { id } = replyOf(await ada.send({ content: "And?", model, models }));
  const running = answered(worker, ada.id, id);
  const { outputTokens } = expected;
  await expect.poll(() => getReply(scene.database, ada.id, id)).toMatchObject(expected);
  expect(await cancelReply(scene.database, eve.id, id)).toEqual({ outcome: "not_found" });
  await cancelReply(scene.database, ada.id, id);
  const reply = await running;
  const { inputTokens, cachedInputTokens, tokensCharged } = reply;
  expect(reply).toMatchObject({ status: "cancelled", ...expected });
  expect(tokensCharged).toBe(
    Math.ceil(Number(inputTokens) - cachedInputTokens + cachedInputTokens / 10 + outputTokens * 10),
  );
});
