import type { PushEvent } from "@parley/contract/schemas/push";
import { afterEach, expect, test, vi } from "vitest";
import { createRealtime, type Realtime } from "./create-realtime.ts";
import type { ReplyNews } from "./reply-events.ts";
import { createReplyFeed } from "./reply-feed.ts";

afterEach(() => vi.useRealTimers());

const reply = {
  ownerId: "ada",
  id: "reply",
  conversationId: "conversation",
  messageId: "message",
  assistantMessageId: null,
  attempt: 1,
  sequence: 1,
};

const endingOf = (connectionIds: string[], status: "completed" | "failed" = "completed"): ReplyNews => ({
  ownerId: "ada",
  connectionIds,
  endedConnectionIds: [],
  replies: [{ ...reply, status, assistantMessageId: status === "completed" ? "answer" : null, sequence: 9 }],
});

/** A transport that notes what it delivers, each time after `millis`. */
function transport(millis = 0) {
  const sent: { to: readonly string[]; event: PushEvent }[] = [];
  const dismissed: string[] = [];
  const realtime: Realtime = {
    announce: async () => {},
    disconnect: async () => {},
    dismiss: async (_ownerId, ids) => void dismissed.push(...ids),
    async send(_ownerId, to, event) {
      await new Promise((resolve) => setTimeout(resolve, millis));
      if (to.length > 0) sent.push({ to: [...to], event });
    },
  };
  return { sent, dismissed, realtime };
}

const brief = ({ event }: { event: PushEvent }) =>
  event.type === "reply.delta" ? `${event.attempt}:${event.offset}:${event.text}` : event.type;

test("what was stored is told in order, the rest and the status at the end", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "Be🙂", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  feed.stored({ attempt: 1, sequence: 3, text: "Be🙂ca", connectionIds: ["one", "two"] });
  await feed.end(endingOf(["one", "two"]), "Be🙂cause");
  expect(sent.map(brief)).toEqual(["reply.started", "1:0:Be🙂", "1:3:cause", "reply.completed"]);
  expect(sent.at(-1)?.to).toEqual(["one", "two"]);
});

test("what the model thinks is told before what it says, and only to who listens", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "", reasoning: "Hm🤔", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  feed.stored({ attempt: 1, sequence: 3, text: "", reasoning: "Hm🤔 well", connectionIds: [] });
  feed.stored({ attempt: 1, sequence: 4, text: "Four", reasoning: "Hm🤔 well,", connectionIds: ["two"] });
  await feed.end(endingOf(["two"]), "Four.", "Hm🤔 well, so");
  const told = sent.map(({ event }) =>
    "offset" in event ? `${event.type} ${event.offset}:${event.text}` : event.type,
  );
  expect(told).toEqual([
    "reply.started",
    "reply.reasoning 0:Hm🤔",
    "reply.reasoning 8:, so",
    "reply.delta 0:Four.",
    "reply.completed",
  ]);
});

test("while a message is on its way the text behind it gathers", async () => {
  const { sent, realtime } = transport(30);
  const feed = createReplyFeed(realtime, reply, ["one"]);
  for (const text of ["a", "ab", "abc", "abcd"]) {
    feed.stored({ attempt: 1, sequence: text.length, text, connectionIds: ["one"] });
  }
  await feed.end(endingOf(["one"]), "abcde");
  const texts = sent.flatMap(({ event }) => (event.type === "reply.delta" ? [event.text] : []));
  expect(texts.join("")).toBe("abcde");
  expect(texts.length).toBeLessThan(3);
});

test("an ending that is set while a piece is on its way comes behind all of the text", async () => {
  const { sent, realtime } = transport(30);
  const feed = createReplyFeed(realtime, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "a", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent.map(brief)).toEqual(["reply.started"]));
  // The first piece is on its way now.
  await feed.end(endingOf(["one"]), "abcde");
  expect(sent.map(brief)).toEqual(["reply.started", "1:0:a", "1:1:bcde", "reply.completed"]);
});

test("an ending without an answer still comes behind what was stored", async () => {
  const { sent, realtime } = transport(30);
  const feed = createReplyFeed(realtime, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "a", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent.map(brief)).toEqual(["reply.started"]));
  feed.stored({ attempt: 1, sequence: 3, text: "ab", connectionIds: ["one"] });
  await feed.end(endingOf(["one"], "failed"), undefined);
  expect(sent.map(brief)).toEqual(["reply.started", "1:0:a", "1:1:b", "reply.failed"]);
});

test("a new attempt begins again at the first code point", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "Wrong", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent).toHaveLength(2));
  feed.stored({ attempt: 2, sequence: 4, text: "Right", connectionIds: ["one"] });
  await vi.waitFor(() => expect(sent).toHaveLength(4));
  expect(sent.map(brief)).toEqual(["reply.started", "1:0:Wrong", "reply.started", "2:0:Right"]);
});

test("who comes later is told from what was stored before", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, []);
  feed.stored({ attempt: 1, sequence: 2, text: "abc", connectionIds: [] });
  feed.stored({ attempt: 1, sequence: 3, text: "abcdef", connectionIds: ["late"] });
  await feed.end(endingOf(["late"], "failed"), undefined);
  expect(sent.map(brief)).toEqual(["1:3:def", "reply.failed"]);
});

test("nobody listens: nothing is sent", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, []);
  feed.stored({ attempt: 1, sequence: 2, text: "abc", connectionIds: [] });
  await feed.end(endingOf([]), "abcdef");
  expect(sent).toEqual([]);
});

test("a long text comes at most ten pieces a second", async () => {
  const { sent, realtime } = transport();
  const feed = createReplyFeed(realtime, reply, ["one"]);
  const startedAt = performance.now();
  const text = "x".repeat(16 * 1024 * 11);
  await feed.end(endingOf(["one"]), text);
  const deltas = sent.flatMap(({ event }) => (event.type === "reply.delta" ? [event] : []));
  expect(deltas.length).toBeGreaterThan(10);
  expect(deltas.map((delta) => delta.text).join("")).toBe(text);
  expect(performance.now() - startedAt).toBeGreaterThan(950);
});

test("an API that answers nothing delays an ending by 2 s", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const forever = new Promise<never>(() => {});
  const feed = createReplyFeed({ ...transport().realtime, send: () => forever }, reply, ["one"]);
  feed.stored({ attempt: 1, sequence: 2, text: "abc", connectionIds: ["one"] });
  const ended = vi.fn();
  void feed.end(endingOf(["one"]), "abcdef").then(ended);
  await vi.advanceTimersByTimeAsync(1_999);
  expect(ended).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(ended).toHaveBeenCalledOnce();
});

test("an API that answers nothing delays an announcement by a quarter of a second at most", async () => {
  // Nothing listens there, or it hangs: the discard port of a documentation address.
  const realtime = createRealtime({ callbackUrl: "http://192.0.2.1:9", removeConnections: async () => {} });
  const announcedAt = performance.now();
  await realtime.announce(endingOf(["one"]));
  expect(performance.now() - announcedAt).toBeLessThan(600);
});

test("connections that have ended are closed at the end, whether or not others listen", async () => {
  const { sent, dismissed, realtime } = transport();
  for (const listeners of [[], ["one"]]) {
    const feed = createReplyFeed(realtime, reply, listeners);
    await feed.end({ ...endingOf(listeners), endedConnectionIds: ["old"] }, "Because");
  }
  expect(dismissed).toEqual(["old", "old"]);
  expect(sent.flatMap(({ to }) => to)).not.toContain("old");
});
