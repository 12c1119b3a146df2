import { expect, test } from "vitest";
import { createEmbedder } from "./embeddings.ts";
import { LlmError } from "./errors.ts";

interface Sent {
  url: string;
  headers: Headers;
  body: { model: string; input: string[]; dimensions: number };
}

function embedderOf(answer: (sent: Sent) => Response | Promise<Response>, apiKey?: string) {
  const sent: Sent[] = [];
  const fake = async (url: string | URL | Request, init: RequestInit = {}) => {
    const one = { url: String(url), headers: new Headers(init.headers), body: JSON.parse(String(init.body)) };
    sent.push(one);
    init.signal?.throwIfAborted();
    return answer(one);
  };
  const config = { apiKey, baseUrl: "http://127.0.0.1:1/v1/", model: "small", dimensions: 2, fetch: fake };
  return { embedder: createEmbedder(config), sent };
}

const never = AbortSignal.timeout(60_000);

test("asks for vectors of the configured length, and gives them in the order of the texts", async () => {
  const { embedder, sent } = embedderOf(
    () =>
      Response.json({
        data: [
          { index: 1, embedding: [3, 4] },
          { index: 0, embedding: [1, 2] },
        ],
      }),
    "sk-test",
  );
  expect(await embedder.embed(["one \ud800", "x".repeat(20_000)], never)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(sent[0]).toMatchObject({
    url: "http://127.0.0.1:1/v1/embeddings",
    body: { model: "small", dimensions: 2 },
  });
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer sk-test");
  expect(sent[0]?.body.input.map((text) => text.length)).toEqual([5, 16_000]);
  expect(sent[0]?.body.input[0]).toBe("one \ufffd");
});

test("sends no key where there is none", async () => {
  const { embedder, sent } = embedderOf(() => Response.json({ data: [{ embedding: [1, 2] }] }));
  expect(await embedder.embed(["one"], never)).toEqual([[1, 2]]);
  expect(sent[0]?.headers.has("authorization")).toBe(false);
});

test.each([
  [401, "provider_rejected", false],
  [429, "provider_unavailable", true],
  [503, "provider_unavailable", true],
])("an answer of %i is %s, without what it says", async (status, code, retryable) => {
  const { embedder } = embedderOf(() => new Response("sk-secret is wrong", { status }));
  const error = await embedder.embed(["one"], never).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LlmError);
  expect(error).toMatchObject({ code, retryable, status });
  expect(String(error)).not.toContain("secret");
});

test.each([
  ["of another length", { data: [{ embedding: [1, 2, 3] }] }],
  ["of no numbers", { data: [{ embedding: ["1", "2"] }] }],
  ["too few", { data: [] }],
  ["missing", { error: "no" }],
])("vectors that are %s are refused", async (_, body) => {
  const { embedder } = embedderOf(() => Response.json(body));
  await expect(embedder.embed(["one"], never)).rejects.toBeInstanceOf(LlmError);
});

test("a server that is away, and one that is too slow", async () => {
  const away = embedderOf(() => Promise.reject(new TypeError("fetch failed")));
  await expect(away.embedder.embed(["one"], never)).rejects.toMatchObject({ code: "provider_unavailable" });
  const slow = embedderOf(() => Response.json({}));
  await expect(
    slow.embedder.embed(["one"], AbortSignal.abort(new DOMException("", "TimeoutError"))),
  ).rejects.toMatchObject({ code: "timed_out" });
});
