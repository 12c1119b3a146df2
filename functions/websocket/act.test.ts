import { captureLog } from "@parley/http/testing/capture-log";
import { expect, test, vi } from "vitest";
import { act } from "./act.ts";
import type { WebsocketEvent } from "./websocket-event.ts";

captureLog();

const now = Math.floor(Date.now() / 1000);

/** A message on a connection of which the authorizer has said this; API Gateway makes text of every value. */
async function answerTo(message: object, authorizer: Record<string, unknown> | undefined) {
  const subscribe = vi.fn(async () => {});
  const requestContext = { connectionId: "c", requestId: "q", ...(authorizer && { authorizer }) };
  const event = { requestContext, body: JSON.stringify(message), isBase64Encoded: false };
  const answer = await act({ takeFromRate: () => {}, subscribe }, event as unknown as WebsocketEvent);
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
