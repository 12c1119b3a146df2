import { describe, expect, it } from "vitest";
import { LlmError } from "../../errors.ts";
import { REQUEST } from "../../fixtures/collect.ts";
import { createResponseServer, type ResponseServerOptions } from "../../fixtures/response-server.ts";
import type { PromptRequest, ReplyEvent } from "../../provider.ts";
import { createOpenAiProvider } from "./provider.ts";

function serverWith(options?: ResponseServerOptions) {
  const server = createResponseServer(options);
  const provider = createOpenAiProvider({ apiKey: "k", fetch: server.fetch });
  return { ...server, provider };
}

/** Reads to the end, or as far as `isEnough`. */
async function read(
  { provider }: ReturnType<typeof serverWith>,
  request: PromptRequest,
  isEnough: (event: ReplyEvent) => boolean = () => false,
) {
  const { signal } = new AbortController();
  const events: ReplyEvent[] = [];
  let error: unknown;
  try {
    for await (const event of provider.stream(request, { signal })) {
      events.push(event);
      if (isEnough(event)) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  const textOf = (type: "delta" | "reasoning") =>
    events.flatMap((event) => (event.type === type ? [event.text] : [])).join("");
  const stored = events.flatMap((event) => (event.type === "stored" ? [event.responseId] : []));
  const finish = events.find(({ type }) => type === "finish");
  return { text: textOf("delta"), reasoning: textOf("reasoning"), stored, finish, error };
}

const asked = (responseId?: string): PromptRequest => ({ ...REQUEST, background: { responseId } });
const usage = { inputTokens: 70, cachedInputTokens: 64, outputTokens: 30, reasoningTokens: 20 };
const whole = {
  text: "Pay only once.",
  reasoning: "Hm.",
  finish: { type: "finish", reason: "stop", usage },
  error: undefined,
};

it("is bought with its prompt, tells its id before anything else, and is streamed", async () => {
  const server = serverWith();
  expect(await read(server, asked())).toEqual({ ...whole, stored: ["resp_1"] });
  expect(server.made[0]?.asked).toEqual({
    model: "some-model",
    instructions: "Be brief.",
    input: [{ role: "user", content: "Secret prompt text" }],
    max_output_tokens: 256,
    background: true,
    store: true,
    stream: true,
  });
});

describe("one that was bought before", () => {
  it("goes on without its listener, and is read again from its beginning while it does", async () => {
    const server = serverWith({ millisPerWord: 60 });
    await read(server, asked(), ({ type }) => type === "delta");
    expect(await read(server, asked("resp_1"))).toMatchObject(whole);
    expect(server.calls).toEqual([
      "POST /v1/responses",
      "GET /v1/responses/resp_1",
      "GET /v1/responses/resp_1?stream=true",
    ]);
  });

  it("is read whole when it has ended", async () => {
    const server = serverWith();
    await read(server, asked());
    expect(await read(server, asked("resp_1"))).toEqual({ ...whole, stored: [] });
    expect(server.made).toHaveLength(1);
    expect(server.calls.at(-1)).toBe("GET /v1/responses/resp_1");
  });

  it("is asked for again and again where a server does not stream it again", async () => {
    const server = serverWith({
      millisPerWord: 100,
      instead: ({ method, query }) =>
        method === "GET" && query !== "" ? Response.json({ error: {} }, { status: 400 }) : undefined,
    });
    await read(server, asked(), ({ type }) => type === "stored");
    expect(await read(server, asked("resp_1"))).toMatchObject(whole);
    expect(server.made).toHaveLength(1);
  });

  it("and is gone is not to be read again, and the next call buys another", async () => {
    const server = serverWith();
    expect(await read(server, asked("resp_0"))).toMatchObject({
      stored: [null],
      error: { isAdjusted: true, status: 404 },
    });
    expect(server.made).toEqual([]);
  });

  it.each([503, 429, 401])("stays to be read where its server says %i", async (status) => {
    const server = serverWith({ instead: () => Response.json({}, { status }) });
    const { stored, error } = await read(server, asked("resp_1"));
    expect(stored).toEqual([]);
    expect(error).toMatchObject({ retryable: status !== 401, status, isAdjusted: false });
  });

  it.each(["failed", "cancelled"] as const)("and has %s is not to be read again", async (status) => {
    const server = serverWith({ millisPerWord: 1_000 });
    await read(server, asked(), ({ type }) => type === "stored");
    const [made] = server.made;
    if (made !== undefined) made.status = status;
    const { stored, error } = await read(server, asked("resp_1"));
    expect(stored).toEqual([null]);
    expect(error).toMatchObject({ code: "provider_unavailable", retryable: true });
  });
});

it("is asked for by a chat completion from then on where a server refuses it", async () => {
  const error = { message: "Unsupported parameter: 'background'.", param: "background" };
  const server = serverWith({ instead: () => Response.json({ error }, { status: 400 }) });
  expect((await read(server, asked())).error).toMatchObject({ isAdjusted: true });
  await read(server, asked());
  expect(server.calls).toEqual(["POST /v1/responses", "POST /v1/chat/completions"]);
});

describe("discarding", () => {
  const options = (isOver = false) => ({ signal: new AbortController().signal, isOver });

  it("cancels what goes on, and has it forgotten; a second time does no harm", async () => {
    const server = serverWith({ millisPerWord: 1_000 });
    await read(server, asked(), ({ type }) => type === "stored");
    await server.provider.discard?.("resp_1", options());
    expect(server.made[0]?.status).toBe("cancelled");
    expect(server.kept.size).toBe(0);
    await server.provider.discard?.("resp_1", options());
  });

  it("of what has ended is one call", async () => {
    const server = serverWith();
    await read(server, asked());
    await server.provider.discard?.("resp_1", options(true));
    expect(server.calls.slice(1)).toEqual(["DELETE /v1/responses/resp_1"]);
  });

  it("fails where the server stumbles", async () => {
    const server = serverWith({ instead: () => Response.json({}, { status: 500 }) });
    await expect(server.provider.discard?.("resp_1", options())).rejects.toBeInstanceOf(LlmError);
  });
});
