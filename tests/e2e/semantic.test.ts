import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openVectorDatabase, type VectorDatabase } from "@parley/data/testing/vector-database.fixture";
import {
  type OtlpReceiver,
  type ReceivedSpan,
  startOtlpReceiver,
} from "@parley/runtime/testing/otlp-receiver";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

/** What texts are about. A text about nothing here is about the last. */
const subjects = [/cat|kitten|feline/i, /car|engine|motorway/i, /bread|oven|dough/i, /(?:)/];
/** Of environments of functions, each with its connection. */
const maxConnections = 100;

let vectors: VectorDatabase;
let provider: Server;
let collector: OtlpReceiver;
let isDown = false;
let own: OwnStack;
let ada: User;
let eve: User;

function vectorOf(text: string): number[] {
  const at = subjects.findIndex((subject) => subject.test(text));
  // Not quite the same for any two texts, so that there is an order.
  return subjects.map((_, index) => (index === at ? 1 : text.length / 1_000));
}

/** A server that speaks OpenAI's embeddings protocol and knows four subjects. */
async function startProvider(): Promise<Server> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { input } = JSON.parse(body) as { input: string[] };
    const isAsked = request.method === "POST" && request.url === "/v1/embeddings";
    response.writeHead(isDown ? 503 : isAsked ? 200 : 404, { "content-type": "application/json" });
    const data = input.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
    response.end(JSON.stringify({ object: "list", data, model: "subjects", usage: { prompt_tokens: 1 } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

beforeAll(async () => {
  [vectors, provider, collector] = await Promise.all([
    openVectorDatabase(subjects.length, maxConnections),
    startProvider(),
    startOtlpReceiver(),
  ]);
  own = await startOwnStack({
    DATABASE_URL: vectors.url,
    DEFAULT_MODEL: "scripted/echo",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20canary-otlp",
    NEW_USER_TOKENS: "1000000",
    EMBEDDING_BASE_URL: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
    EMBEDDING_MODEL: "subjects",
    EMBEDDING_DIMENSIONS: String(subjects.length),
  });
  [ada, eve] = [await signUp(own.address), await signUp(own.address)];
});
beforeEach(() => {
  isDown = false;
});
afterAll(async () => {
  await own.close();
  await collector.close();
  await vectors.close();
  await new Promise((resolve) => provider.close(resolve));
});

/** The contents of a user's messages most like a text, once all of them have their vectors. */
async function similarMessages(user: User, q: string) {
  const { ranking, data } = await user.expect("findSimilarMessages", 200, { query: { q, k: 10 } });
  return {
    ranking,
    texts: data.map(({ message }) => message.content),
    scores: data.map(({ score }) => score),
  };
}

it("finds messages by what they are about, nearest first, and none of another's", async () => {
  for (const [user, content] of [
    [ada, "My cat sleeps all day"],
    [ada, "The engine makes a noise"],
    [eve, "A kitten of my own"],
  ] as const) {
    const { reply } = await ask(user, await startConversation(user), content);
    await ended(user, reply.id);
  }
  // Questions and answers are embedded in the background.
  await expect
    .poll(async () => (await similarMessages(ada, "feline")).texts.length, { timeout: 30_000 })
    .toBe(4);
  const { ranking, texts, scores } = await similarMessages(ada, "feline");
  expect(ranking).toBe("semantic");
  // No word of theirs is in the question.
  expect(texts.slice(0, 2).toSorted()).toEqual(["Echo: My cat sleeps all day", "My cat sleeps all day"]);
  expect(scores).toEqual(scores.toSorted((one, other) => other - one));
  expect(scores[1]).toBeGreaterThan(0.9);
  expect(scores[2]).toBeLessThan(0.5);
  expect((await similarMessages(ada, "motorway")).texts[0]).toContain("engine");
  await expect
    .poll(async () => (await similarMessages(eve, "feline")).texts, { timeout: 30_000 })
    .toEqual(expect.arrayContaining(["A kitten of my own", "Echo: A kitten of my own"]));
  expect((await similarMessages(eve, "feline")).texts).toHaveLength(2);
  expect(texts.join()).not.toContain("kitten");
});

it("finds notes so, too, and leaves out what was deleted", async () => {
  const notes = await Promise.all(
    ["The dough rests overnight", "Change the oil of the car"].map((content) =>
      ada.expect("createNote", 201, { body: { content } }),
    ),
  );
  await eve.expect("createNote", 201, { body: { content: "Bread of Eve" } });
  const similar = async (user: User) => {
    const { ranking, data } = await user.expect("findSimilarNotes", 200, { query: { q: "oven", k: 5 } });
    return [ranking, ...data.map(({ note }) => note.content)];
  };
  const both = ["semantic", "The dough rests overnight", "Change the oil of the car"];
  await expect.poll(() => similar(ada), { timeout: 30_000 }).toEqual(both);
  await expect.poll(() => similar(eve), { timeout: 30_000 }).toEqual(["semantic", "Bread of Eve"]);
  await ada.expect("deleteNote", 204, { params: { noteId: notes[0]?.id ?? "" } });
  expect(await similar(ada)).toEqual(["semantic", "Change the oil of the car"]);
});

it("is answered by words while the provider is away, and by meaning when it is back", async () => {
  isDown = true;
  expect(await similarMessages(ada, "feline")).toEqual({ ranking: "lexical", texts: [], scores: [] });
  const lexical = await similarMessages(ada, "cat sleeps");
  expect(lexical.ranking).toBe("lexical");
  expect(lexical.texts.toSorted()).toEqual(["Echo: My cat sleeps all day", "My cat sleeps all day"]);
  expect(await similarMessages(eve, "cat sleeps")).toMatchObject({ ranking: "lexical", texts: [] });
  isDown = false;
  expect((await similarMessages(ada, "feline")).ranking).toBe("semantic");
});

const remote = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** Asks in a conversation of its own, and answers with the trace of the reply once it has arrived. */
async function traceOf(user: User, headers: Record<string, string>): Promise<ReceivedSpan[]> {
  const conversationId = await startConversation(user);
  const body = { content: "Dear diary" };
  const sent = await user.expect("sendMessage", 202, { params: { conversationId }, body, headers });
  expect((await ended(user, sent.reply.id)).status).toBe("completed");
  return vi.waitFor(
    () => {
      const job = collector.spans.find(({ attributes }) => attributes["parley.reply.id"] === sent.reply.id);
      const send = collector.spans.find(({ spanId }) => spanId === job?.parentSpanId);
      const request = collector.spans.find(({ spanId }) => spanId === send?.parentSpanId);
      if (job === undefined || request === undefined) throw new Error("The trace is not complete.");
      return collector.spans.filter(({ traceId }) => traceId === job.traceId);
    },
    { timeout: 20_000 },
  );
}

it("a message, its job and the call of the model are one trace, without any text, and another user's is another", async () => {
  const traceparent = `00-${remote.traceId}-${remote.spanId}-01`;
  const [spans, others] = await Promise.all([traceOf(ada, { traceparent }), traceOf(eve, {})]);
  const one = (name: string) => spans.find((span) => span.name === name);
  const request = one("POST /v1/conversations/{conversationId}/messages");
  const send = spans.find(({ name, service }) => name === "queue.send" && service === "messages");
  const job = one("process reply job");
  const { id } = await ada.expect("getMe", 200);
  expect(request).toMatchObject({
    service: "messages",
    kind: 2,
    traceId: remote.traceId,
    parentSpanId: remote.spanId,
    attributes: { "http.response.status_code": 202, "user.id": id },
  });
  expect(one("database")).toMatchObject({ service: "messages", kind: 3, parentSpanId: request?.spanId });
  expect(send).toMatchObject({ service: "messages", kind: 4, parentSpanId: request?.spanId });
  expect(job).toMatchObject({ service: "reply-worker", kind: 5, parentSpanId: send?.spanId });
  for (const name of ["database claim", "chat echo", "database finish"]) {
    expect(one(name)).toMatchObject({ service: "reply-worker", kind: 3, parentSpanId: job?.spanId });
  }
  expect(one("chat echo")?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "scripted",
    "gen_ai.request.model": "echo",
    "gen_ai.usage.input_tokens": expect.any(Number),
    "gen_ai.usage.output_tokens": expect.any(Number),
    "gen_ai.response.finish_reasons": ["stop"],
  });
  expect(others.map(({ traceId }) => traceId)).not.toContain(remote.traceId);
  const users = (trace: ReceivedSpan[]) => new Set(trace.flatMap((span) => span.attributes["user.id"] ?? []));
  expect([...users(spans)]).toEqual([id]);
  expect([...users(others)]).toEqual([(await eve.expect("getMe", 200)).id]);
  const metrics = collector.metrics
    .filter(({ service }) => service === "reply-worker")
    .map(({ name }) => name);
  expect(metrics).toEqual(
    expect.arrayContaining(["messaging.process.duration", "gen_ai.client.token.usage"]),
  );
  expect(collector.headers.at(-1)).toMatchObject({ authorization: "Basic canary-otlp" });
  expect(collector.text()).not.toMatch(/diary|kitten|dough|canary|eyJ|@example\.com/i);
});

it.each([["never answers", "never"] as const, ["refuses", 503] as const])(
  "a collector that %s changes no answer",
  async (_, answer) => {
    collector.answer(answer);
    const heard = collector.headers.length;
    const conversationId = await startConversation(ada);
    const { reply } = await ask(ada, conversationId, "Hello");
    expect((await ended(ada, reply.id)).status).toBe("completed");
    await eve.refused("getReply", 404, { params: { replyId: reply.id } });
    if (answer === "never") expect(collector.headers.length).toBeGreaterThan(heard);
  },
);
