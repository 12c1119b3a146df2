import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { newId } from "@parley/data/ids";
import { createNote } from "@parley/data/notes";
import { getReply } from "@parley/data/replies";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { encodePiece, type Piece } from "@parley/llm/providers/bedrock/fixtures/event-stream";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answered, workerOf } from "./worker.fixture.ts";

let scene: Scene;
let server: Server;
let answers: Piece[][];
const bodies: { messages: { content: object[] }[] }[] = [];
beforeAll(async () => {
  scene = await openScene();
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(JSON.parse(Buffer.concat(chunks).toString("utf8")));
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    response.end(Buffer.concat((answers.shift() ?? []).map(encodePiece)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const delta = (contentBlockIndex: number, part: object): Piece => [
  "contentBlockDelta",
  { contentBlockIndex, delta: part },
];
const thinks = (index: number, thought: object) => delta(index, { reasoningContent: thought });
const closes = (contentBlockIndex: number): Piece => ["contentBlockStop", { contentBlockIndex }];
const ends = (stopReason: string, inputTokens: number, outputTokens: number): Piece[] => [
  ["messageStop", { stopReason }],
  [
    "metadata",
    {
      usage: {
        inputTokens,
        outputTokens,
        totalTokens: inputTokens + outputTokens,
        cacheReadInputTokens: 100,
      },
      metrics: { latencyMs: 1 },
    },
  ],
];
const starts: Piece = ["messageStart", { role: "assistant" }];
const hidden = Buffer.from("hidden thoughts").toString("base64");

/** A call of tools behind signed and hidden thoughts, then an answer behind more of them. */
const recording = (): Piece[][] => [
  [
    starts,
    thinks(0, { text: "The notes " }),
    thinks(0, { text: "may know: Grüße." }),
    thinks(0, { signature: "c2lnbmVk" }),
    closes(0),
    thinks(1, { redactedContent: hidden }),
    closes(1),
    delta(2, { text: "Let me look." }),
    closes(2),
    [
      "contentBlockStart",
      { contentBlockIndex: 3, start: { toolUse: { toolUseId: "t1", name: "search_notes" } } },
    ],
    delta(3, { toolUse: { input: '{"query":"toma' } }),
    delta(3, { toolUse: { input: 'toes"}' } }),
    closes(3),
    ...ends("tool_use", 40, 30),
  ],
  [
    starts,
    thinks(0, { text: "On Mondays, then." }),
    thinks(0, { signature: "YWdhaW4=" }),
    closes(0),
    delta(1, { text: "On Mondays." }),
    closes(1),
    ...ends("end_turn", 60, 20),
  ],
];

async function answerOf(name: string, pieces: Piece[][]) {
  answers = pieces;
  bodies.length = 0;
  const [ada, eve] = [await scene.person(10_000_000), await scene.person()];
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), content: "Tomatoes on Mondays." });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const aws = { name: "aws", kind: "bedrock", region: "eu-central-1", baseUrl, models: [{ name }] } as const;
  const sources = { named: [aws], providerKeys: { aws: "key" } };
  const worker = {
    ...workerOf(scene.database, []).worker,
    providers: createProviders(sources),
    models: availableModels({ ...sources, includeScripted: false }),
  };
  const model = `aws/${name}`;
  const price = { priceInput: 1_000, priceOutput: 2_000, priceCachedInput: 100 };
  const models = {
    [model]: {
      contextTokens: 100_000,
      maxOutputTokens: 2_000,
      ...price,
      parameters: ["reasoningEffort"] as const,
    },
  };
  const settings = { reasoningEffort: "high" } as const;
  const { id } = replyOf(await ada.send({ content: "Tomatoes?", model, models, settings }));
  const reply = await answered(worker, ada.id, id);
  expect(await getReply(scene.database, eve.id, id)).toBeUndefined();
  return reply;
}

test("Claude's reasoning on Bedrock is apart from its answer, and goes back signed with what it searched", async () => {
  const reply = await answerOf("eu.anthropic.claude-haiku-4-5-20251001-v1:0", recording());
  expect(reply).toMatchObject({
    status: "completed",
    answer: "Let me look.\n\nOn Mondays.",
    reasoning: "The notes may know: Grüße.\n\nOn Mondays, then.",
    inputTokens: 300,
    cachedInputTokens: 200,
    outputTokens: 50,
    tokensCharged: 100 + 20 + 100,
  });
  expect(reply.reasoningTokens).toBeGreaterThan(0);
  expect(bodies).toHaveLength(2);
  expect(bodies[1]?.messages.at(-2)?.content).toEqual([
    { reasoningContent: { reasoningText: { text: "The notes may know: Grüße.", signature: "c2lnbmVk" } } },
    { reasoningContent: { redactedContent: hidden } },
    { text: "Let me look." },
    { toolUse: { toolUseId: "t1", name: "search_notes", input: { query: "tomatoes" } } },
  ]);
  expect(JSON.stringify(bodies[1]?.messages.at(-1))).toContain("on Mondays.");
});

test("Nova's effort leaves the limit of its answer in force, and what it withholds is no reasoning", async () => {
  const withheld: Piece[][] = [
    [
      starts,
      thinks(0, { text: "[REDACTED]" }),
      closes(0),
      delta(1, { text: "Yes." }),
      ...ends("end_turn", 9, 7),
    ],
  ];
  expect(await answerOf("eu.amazon.nova-2-lite-v1:0", withheld)).toMatchObject({
    status: "completed",
    answer: "Yes.",
    reasoning: "",
    outputTokens: 7,
  });
  expect(bodies[0]).toMatchObject({
    inferenceConfig: { maxTokens: 2_000 },
    additionalModelRequestFields: { reasoningConfig: { type: "enabled", maxReasoningEffort: "medium" } },
  });
});
