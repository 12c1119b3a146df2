import { describe, expect, it } from "vitest";
import type { OfferedKey, RouteKey } from "./operations.ts";
import { createParley, ParleyError, type Token } from "./parley.ts";

interface Sent {
  method: string;
  url: string;
  headers: Headers;
  body: string | undefined;
}

const problem = (status: number, headers: Record<string, string> = {}) =>
  new Response(
    JSON.stringify({ type: "/problems/x", title: "No", status, detail: "Not so.", instance: "r1" }),
    {
      status,
      headers: { "content-type": "application/problem+json", "x-request-id": "r1", ...headers },
    },
  );

const json = (body: unknown, status = 200) => Response.json(body, { status });

/** A client whose requests are answered in turn; an error stands for a connection that breaks. */
function client(answers: (Response | Error)[], token: Token = "t0") {
  const sent: Sent[] = [];
  const parley = createParley({
    baseUrl: "https://parley.example/",
    token,
    fetch: async (url, init) => {
      sent.push({
        method: String(init?.method),
        url: String(url),
        headers: new Headers(init?.headers),
        body: init?.body as string | undefined,
      });
      const answer = answers.shift();
      if (answer === undefined) throw new Error("One request too many.");
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { parley, sent };
}

describe("a request", () => {
  it("puts the input into path, query and body", async () => {
    const { parley, sent } = client([json({}), json({ data: [], nextCursor: null })]);
    await parley.messages.send({ conversationId: "a/b", content: "Hi" });
    await parley.messages.list({ conversationId: "c1", limit: 5, includeTotal: true });
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ["POST", "https://parley.example/v1/conversations/a%2Fb/messages", '{"content":"Hi"}'],
      ["GET", "https://parley.example/v1/conversations/c1/messages?limit=5&includeTotal=true", undefined],
    ]);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer t0");
  });

  it("takes only what the contract takes", () => {
    const { parley } = client([]);
    const wrong = () => {
      // @ts-expect-error a message has no such field
      parley.messages.send({ conversationId: "c1", content: "Hi", colour: "red" });
      // @ts-expect-error a message has a content
      parley.messages.send({ conversationId: "c1" });
      // @ts-expect-error a title is a text
      parley.conversations.update({ conversationId: "c1", title: 3 });
    };
    expect(wrong).toBeTypeOf("function");
  });

  it.each([429, 502, 503, 504, "a broken connection"])(
    "is repeated with the same key after %s",
    async (fault) => {
      const { parley, sent } = client([
        typeof fault === "number" ? problem(fault, { "retry-after": "0" }) : new TypeError("fetch failed"),
        json({ id: "c1" }, 201),
      ]);
      expect(await parley.conversations.create({ title: "T" })).toEqual({ id: "c1" });
      const keys = sent.map(({ headers }) => headers.get("idempotency-key"));
      expect(keys).toHaveLength(2);
      expect(keys[0]).toBeTruthy();
      expect(keys[1]).toBe(keys[0]);
    },
  );

  it("fails with what the server said, after two repetitions", async () => {
    const { parley, sent } = client([problem(503), problem(503), problem(503)]);
    await expect(parley.me.get()).rejects.toMatchObject({
      name: "ParleyError",
      message: "Not so.",
      status: 503,
      requestId: "r1",
      problem: { type: "/problems/x" },
    });
    expect(sent).toHaveLength(3);
  });

  it("is repeated where its answer breaks off, and refused in words where it is none", async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new TypeError("terminated")),
    });
    const { parley, sent } = client([new Response(broken), json({ id: "u1" })]);
    expect(await parley.me.get()).toEqual({ id: "u1" });
    expect(sent).toHaveLength(2);
    for (const type of ["application/json", "application/problem+json", "text/html"]) {
      const cut = () => new Response('{"title":', { headers: { "content-type": type } });
      const refused = new Response('{"title":', { status: 400, headers: { "content-type": type } });
      await expect(client([cut()]).parley.me.get()).rejects.toBeInstanceOf(ParleyError);
      await expect(client([cut()]).parley.replies.waitFor("r1")).rejects.toBeInstanceOf(ParleyError);
      await expect(client([refused]).parley.me.get()).rejects.toMatchObject({
        status: 400,
        message: "The API answered 400.",
      });
    }
  });

  it.each([400, 401, 402, 404, 409, 422])("is not repeated after %d", async (status) => {
    const { parley, sent } = client([problem(status)]);
    await expect(parley.me.get()).rejects.toBeInstanceOf(ParleyError);
    expect(sent).toHaveLength(1);
  });

  it("leaves a long Retry-After to the caller", async () => {
    const { parley, sent } = client([problem(429, { "retry-after": "3600" })]);
    await expect(parley.me.get()).rejects.toMatchObject({ status: 429, retryAfter: 3600 });
    expect(sent).toHaveLength(1);
  });

  it("of an account is never repeated, nor signed", async () => {
    const { parley, sent } = client([new TypeError("fetch failed")]);
    const registering = parley.auth.register({ email: "ada@example.com", password: "Correct-Horse-7" });
    await expect(registering).rejects.toMatchObject({ status: 0 });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.headers.has("authorization")).toBe(false);
  });

  it("of an account is signed where somebody must be signed in", async () => {
    const { parley, sent } = client([
      new Response(null, { status: 204 }),
      new Response(null, { status: 204 }),
    ]);
    await parley.auth.signOutEverywhere();
    await parley.auth.changePassword({ currentPassword: "Correct-Horse-7", newPassword: "Better-Horse-8" });
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer t0", "Bearer t0"]);
  });

  it("asks for another token when its token is refused", async () => {
    const asked: boolean[] = [];
    const { parley, sent } = client([problem(401), json({ id: "u1" })], ({ isRefused }) => {
      asked.push(isRefused);
      return isRefused ? "new" : "old";
    });
    expect(await parley.me.get()).toEqual({ id: "u1" });
    expect(asked).toEqual([false, true]);
    expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer old", "Bearer new"]);
  });

  it("ends with the reason it was aborted for", async () => {
    const { parley } = client([problem(503, { "retry-after": "10" })]);
    const reason = new Error("left the page");
    const controller = new AbortController();
    const reading = parley.me.get(undefined, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(reading).rejects.toBe(reason);
  });
});

it("follows a reply through an outage, and ends with its own refusal", async () => {
  const answers = (status: string, partialText: string) =>
    json({ id: "r1", status, attempts: 1, partialText });
  const outage = Array.from({ length: 3 }, () => new TypeError("fetch failed"));
  const { parley } = client([
    answers("in_progress", "one "),
    ...outage,
    ...[1, 2].map(() => answers("completed", "one two")),
  ]);
  const events = [];
  for await (const event of parley.replies.stream("r1")) events.push(event);
  expect(events).toEqual([
    { type: "text", text: "one ", offset: 0 },
    { type: "text", text: "two", offset: 4 },
    { type: "end", reply: expect.objectContaining({ status: "completed", partialText: "one two" }) },
  ]);
  const waiting = client([...outage, answers("completed", "x")]).parley.replies.waitFor("r1");
  expect(await waiting).toMatchObject({ status: "completed" });
  await expect(
    client([problem(404)])
      .parley.replies.stream("r2")
      .next(),
  ).rejects.toMatchObject({ status: 404 });
});

it("walks through all pages of a list", async () => {
  const { parley, sent } = client([
    json({ data: [{ id: "a" }, { id: "b" }], nextCursor: "n 1" }),
    json({ data: [{ id: "c" }], nextCursor: null }),
  ]);
  const ids: string[] = [];
  for await (const { id } of parley.notes.list({ limit: 2 })) ids.push(id);
  expect(ids).toEqual(["a", "b", "c"]);
  expect(sent[1]?.url).toContain("?limit=2&cursor=n+1");
});

it("offers every route but what machines and documentation read", () => {
  const others: Record<Exclude<RouteKey, OfferedKey>, true> = {
    "GET /health": true,
    "GET /metrics": true,
    "GET /openapi.json": true,
    "GET /docs": true,
    "GET /redoc": true,
    "GET /docs/{asset}": true,
    "GET /": true,
    "GET /console/{asset}": true,
  };
  expect(Object.keys(others)).toHaveLength(8);
});
