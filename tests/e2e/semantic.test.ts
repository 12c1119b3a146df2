import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { openVectorDatabase, type VectorDatabase } from "@parley/data/testing/vector-database.fixture";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ask, ended, signUp, startConversation, type User } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

/** What texts are about. A text about nothing here is about the last. */
const subjects = [/cat|kitten|feline/i, /car|engine|motorway/i, /bread|oven|dough/i, /(?:)/];
/** Of environments of functions, each with its connection. */
const maxConnections = 100;

let vectors: VectorDatabase;
let provider: Server;
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
  [vectors, provider] = await Promise.all([
    openVectorDatabase(subjects.length, maxConnections),
    startProvider(),
  ]);
  own = await startOwnStack({
    DATABASE_URL: vectors.url,
    DEFAULT_MODEL: "scripted/echo",
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
