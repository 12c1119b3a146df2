import { captureLog } from "@parley/http/testing/capture-log";
import { expect, test, vi } from "vitest";
import { act } from "./act.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

captureLog();

const now = Math.floor(Date.now() / 1000);

const textOf = (message: unknown) => (typeof message === "string" ? message : JSON.stringify(message));

/** A message on a connection of which the authorizer has said this; API Gateway makes text of every value. */
async function answerTo(message: unknown, authorizer: Record<string, unknown> | undefined) {
  const subscribe = vi.fn(async () => {});
  const requestContext = { connectionId: "c", requestId: "q", ...(authorizer && { authorizer }) };
  const event = { requestContext, body: textOf(message), isBase64Encoded: false };
  const answer = await act(
    { takeFromRate: () => {}, requireOpen: async () => {}, subscribe },
    event as unknown as WebsocketEvent,
  );
  return { answer, subscribed: subscribe.mock.calls.length };
}

const ping = { action: "ping" };
const subscribe = { action: "subscribe", replyId: "tz4a98xxat96iws9zmbrgj3a" };

test.each([
  ["a token that is good", { sub: "ada", expiresAt: String(now + 60) }],
  ["a token of a gateway that passes numbers on", { sub: "eve", expiresAt: now + 60 }],
  ["a key, whose end the database knows", { apiKeyHash: "0".repeat(64) }],
  ["nothing said, as in SAM's sample", undefined],
])("%s: what is asked is done", async (_, authorizer) => {
  expect((await answerTo(ping, authorizer)).answer).toEqual({ type: "pong" });
  expect(await answerTo(subscribe, authorizer)).toEqual({ answer: undefined, subscribed: 1 });
});

test.each([String(now - 1), now - 1])(
  "with a token that ended at %j nothing is, whatever is asked",
  async (expiresAt) => {
    for (const message of [ping, subscribe, { action: "nonsense" }]) {
      const { answer, subscribed } = await answerTo(message, { sub: "ada", expiresAt });
      expect(answer).toMatchObject({
        type: "error",
        error: { type: "/problems/unauthenticated", status: 401, detail: expect.stringContaining("expired") },
      });
      expect(subscribed).toBe(0);
    }
  },
);

const replyId = subscribe.replyId;

test.each<[string, unknown, object[], object]>([
  ["nothing", "", [{ path: "message", message: "must not be empty" }], {}],
  ["no object", [], [{ path: "message", message: "must be an object" }], {}],
  ["no action", {}, [{ path: "message.action", message: "must be ping or subscribe" }], {}],
  ["no replyId", { action: "subscribe" }, [{ path: "message.replyId", message: "is required" }], {}],
  [
    "several mistakes about a reply",
    { ...subscribe, after: -1, before: 1 },
    [
      { path: "message.after", message: "must be at least 0" },
      { path: "message.before", message: "is not a known field" },
    ],
    { action: "subscribe", replyId },
  ],
  [
    "half a code point",
    { ...subscribe, after: 0.5 },
    [{ path: "message.after", message: "must be a whole number" }],
    { action: "subscribe", replyId },
  ],
  [
    "a stranger's field",
    { action: "ping", replyId: 1 },
    [{ path: "message.replyId", message: "is not a known field" }],
    {},
  ],
])("says of %s what is wrong, and of which reply", async (_, message, errors, about) => {
  const { answer, subscribed } = await answerTo(message, undefined);
  const error = expect.objectContaining({ type: "/problems/validation", status: 400, errors });
  expect(answer).toEqual({ type: "error", ...about, error });
  expect(subscribed).toBe(0);
});
